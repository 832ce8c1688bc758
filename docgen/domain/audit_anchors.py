"""Anchors held against one another, against their leaves, and against what the leaves vouch for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from docgen.domain import merkle
from docgen.domain.anchor import GENESIS, Anchor, Leaf, LeafKind, Token
from docgen.domain.finding import Finding, Mismatch
from docgen.domain.sealing import StampJudged

LeafKey = tuple[LeafKind, str, int]

_MOST_SUSPECTS = 100


@dataclass(frozen=True, kw_only=True)
class StoredAnchor:
    """An anchor and its token as they lie in the register."""

    day: str
    anchor: Anchor | None
    token: Token | None
    unreadable: Sequence[Finding] = ()


@dataclass(frozen=True, kw_only=True)
class StoredLeaf:
    """A leaf in its place; none where the row makes no sense."""

    position: Any
    """A number, unless somebody has written something else there."""
    leaf: Leaf | None


def key_of(leaf: Leaf) -> LeafKey:
    """What the leaf is about."""
    return leaf.kind, leaf.subject, leaf.sequence


@dataclass
class Leaves:
    """The leaves of one anchor, taken page by page and not kept."""

    day: str
    tree: merkle.Tree = field(default_factory=merkle.Tree)
    _next: int = 0
    _odd: list[Finding] = field(default_factory=list)
    _suspects: list[tuple[int, Leaf, str | None]] = field(default_factory=list)
    """Leaves that are not what the register holds now, and what it holds."""

    def take(self, stored: Sequence[StoredLeaf], held: Mapping[LeafKey, str]) -> None:
        """The next page, and the hashes that the register holds of what it is about."""
        for each in stored:
            if not isinstance(each.position, int):
                self._note_odd(Mismatch.UNREADABLE, each.position)
                continue
            for missing in range(self._next, each.position)[:_MOST_SUSPECTS]:
                self._note_odd(Mismatch.MISSING, missing)
            if each.position < self._next:
                self._note_odd(Mismatch.CHANGED, each.position)
            self._next = each.position + 1
            if each.leaf is None:
                self._note_odd(Mismatch.UNREADABLE, each.position)
                self.tree.add(merkle.EMPTY)
                continue
            self.tree.add(each.leaf.tree_hash())
            now = held.get(key_of(each.leaf))
            if now != each.leaf.hash and len(self._suspects) < _MOST_SUSPECTS:
                self._suspects.append((each.position, each.leaf, now))

    def _note_odd(self, fault: Mismatch, position: Any) -> None:
        if len(self._odd) < _MOST_SUSPECTS:
            row = f"{self.day}/{position}"
            self._odd.append(Finding(fault=fault, table="anchor_leaves", row=row))

    def findings(self, anchor: Anchor) -> Iterator[Finding]:
        """What is wrong, once all are taken: with the root it is the leaves that are believed."""
        yield from self._odd
        for missing in range(self._next, anchor.leaves)[:_MOST_SUSPECTS]:
            row = f"{self.day}/{missing}"
            yield Finding(fault=Mismatch.MISSING, table="anchor_leaves", row=row)
        sound = self.tree.root().hex() == anchor.root and self.tree.size == anchor.leaves
        for position, leaf, now in self._suspects:
            fault = Mismatch.MISSING if now is None else Mismatch.CHANGED
            if sound:
                table, row = _row_of(leaf)
                yield Finding(fault=fault, table=table, row=row, detail=f"anchor {self.day}")
            else:
                row = f"{self.day}/{position}"
                yield Finding(fault=Mismatch.CHANGED, table="anchor_leaves", row=row)
        if not sound:
            yield Finding(fault=Mismatch.ROOT_DIFFERS, table="anchors", row=self.day)


def _row_of(leaf: Leaf) -> tuple[str, str]:
    if leaf.kind is LeafKind.JOURNAL:
        return "journal", f"{leaf.subject}/{leaf.sequence}"
    if leaf.kind is LeafKind.TOKEN:
        return "anchor_tokens", leaf.subject
    if leaf.sequence == 1:
        return "documents", leaf.subject
    return "document_versions", f"{leaf.subject}/{leaf.sequence}"


def chain_findings(anchor: Anchor, before: Anchor | None) -> Iterator[Finding]:
    """Whether its hash is its statement's, and it follows the one before."""
    day = anchor.day.isoformat()
    if not anchor.holds():
        yield Finding(fault=Mismatch.CHANGED, table="anchors", row=day)
    expected = GENESIS if before is None else before.hash
    if anchor.previous_hash != expected:
        row = day if before is None else before.day.isoformat()
        yield Finding(fault=Mismatch.DETACHED, table="anchors", row=row, detail=day)


def token_findings(token: Token, judged: StampJudged) -> Iterator[Finding]:
    """Whether the authority has said just this, at the time the row tells."""
    day = token.day.isoformat()
    if judged.fault is not None:
        fault = Mismatch.TOKEN_REFUSED
        yield Finding(fault=fault, table="anchor_tokens", row=day, detail=judged.fault)
    elif judged.stamped_at != token.stamped_at:
        yield Finding(fault=Mismatch.CHANGED, table="anchor_tokens", row=day)
