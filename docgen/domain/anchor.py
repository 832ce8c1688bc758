"""Once a day everything written is bound into one hash, which a time-stamp authority can sign."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from docgen.domain import merkle
from docgen.domain.canonical import canonical_json, instant

FORMAT = "qoltanba-anchor/1"
GENESIS = "0" * 64


class LeafKind(StrEnum):
    """What a leaf vouches for."""

    JOURNAL = "journal"
    """The last entry of a chain, and by it all before; `subject` is the chain."""
    DOCUMENT = "document"
    """A file that was issued: version 1 is the sealed one; `subject` is the document's id."""
    TOKEN = "token"  # noqa: S105  # a time-stamp token is no secret
    """The time-stamp token of an earlier anchor; `subject` is its day."""


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One thing that the register held; hashes are SHA-256 in hexadecimal."""

    kind: LeafKind
    subject: str
    sequence: int
    """Number of the entry or of the file's version; 1 for a token."""
    hash: str

    def fields(self) -> dict[str, object]:
        """All that its hash covers."""
        return {
            "kind": self.kind.value,
            "subject": self.subject,
            "sequence": self.sequence,
            "hash": self.hash,
        }

    def tree_hash(self) -> bytes:
        """Its hash as a leaf: over canonical JSON."""
        return merkle.leaf_hash(canonical_json(self.fields()))


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """Everything that the register held at `until` and no earlier anchor holds."""

    day: date
    """The last day, in Almaty, that was over then."""
    until: datetime
    leaves: int
    root: str
    previous_hash: str
    """The hash of the anchor before, which covers that one's root."""
    hash: str
    """SHA-256 of the statement: what a token is about."""

    def statement(self) -> Mapping[str, object]:
        """All that the hash covers."""
        return {
            "format": FORMAT,
            "day": self.day.isoformat(),
            "until": instant(self.until),
            "leaves": self.leaves,
            "root": self.root,
            "previous": self.previous_hash,
        }

    def holds(self) -> bool:
        """Whether the hash is that of the statement."""
        return digest(self.statement()) == self.hash


def anchor(day: date, *, until: datetime, tree: merkle.Tree, last: Anchor | None) -> Anchor:
    """The anchor that follows `last`, or the first one."""
    made = Anchor(
        day=day,
        until=until,
        leaves=tree.size,
        root=tree.root().hex(),
        previous_hash=GENESIS if last is None else last.hash,
        hash="",
    )
    return replace(made, hash=digest(made.statement()))


def digest(statement: Mapping[str, object]) -> str:
    """SHA-256 over the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(statement)).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Token:
    """An authority's word on an anchor (RFC 3161), in DER."""

    day: date
    content: bytes
    stamped_at: datetime

    def leaf(self) -> Leaf:
        """Vouched for by the next anchor, it outlives its authority's certificate."""
        return Leaf(
            kind=LeafKind.TOKEN,
            subject=self.day.isoformat(),
            sequence=1,
            hash=hashlib.sha256(self.content).hexdigest(),
        )


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a leaf stands: in which anchor, and after how many others."""

    day: date
    position: int
