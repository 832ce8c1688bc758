"""What the core needs from outside so that evidence lasts; the second page of ports."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from docgen.domain.anchor import Anchor, Leaf, LeafKind, Place, Token
from docgen.domain.audit import Stored
from docgen.domain.audit_anchors import LeafKey, StoredAnchor, StoredLeaf
from docgen.domain.audit_keys import StoredKey
from docgen.domain.audit_packs import StoredPack
from docgen.domain.envelope import Archived
from docgen.domain.finding import Finding
from docgen.domain.sealing import ArchivedPdf, StampJudged

# --- in the register ------------------------------------------------------------------------


class Versions(Protocol):
    """Later versions of sealed documents; they are read with their envelope."""

    def add(self, document_id: str, version: Archived) -> None:
        """Store the next version; raises Conflict for a number that is taken."""

    def ending(self, before: datetime, *, after: str, limit: int) -> Sequence[tuple[str, str]]:
        """Envelope and document ids of B-LT files whose newest certificates end by then.

        By document id, from beyond `after` on; also those of which the end was not noted.
        """


class Anchors(Protocol):
    """Append-only, chained day by day."""

    def add(self, anchor: Anchor) -> None:
        """Store it; raises Conflict where the day has one, or another follows the same one."""

    def add_leaves(self, day: date, leaves: Sequence[Leaf], *, first: int) -> None:
        """Store leaves from position `first` on; raises Conflict for one that is anchored."""

    def add_token(self, token: Token) -> None:
        """Store the authority's word; raises Conflict where the anchor has one."""

    def last(self) -> Anchor | None:
        """The newest, if there is any."""

    def get(self, day: date) -> Anchor:
        """The anchor of that day; raises NotFound."""

    def leaves(self, day: date, *, after: int, limit: int) -> Sequence[Leaf]:
        """Its leaves beyond that position, in order; positions begin at 0."""

    def place_of(self, kind: LeafKind, subject: str, *, sequence: int) -> Place | None:
        """Where that leaf is anchored, if it is."""

    def token(self, day: date) -> Token | None:
        """The authority's word on that day's anchor, if it is there."""

    def owed(self) -> Sequence[Anchor]:
        """Anchors without a token, the oldest first."""

    def unanchored(self, since: datetime | None) -> Iterator[Leaf]:
        """What no anchor holds yet, read as it is asked for.

        Heads of chains are looked for among entries dated from `since` on.
        """


class Audit(Protocol):
    """Rows as they lie there, also where they make no sense; page by page."""

    def envelopes(self, *, after: str, limit: int) -> Sequence[Stored]:
        """Envelopes beyond that id, with all that belongs to them."""

    def chains(self, *, after: str, limit: int) -> Sequence[Stored]:
        """Chains beyond that id which belong to no envelope there is."""

    def packs(self, *, after: str, limit: int) -> Sequence[StoredPack]:
        """Notary packs beyond that number, each with its chain."""

    def has_pack(self, number: str) -> bool:
        """Whether there is a row of that number, of sense or not."""

    def anchors(self, *, after: str, limit: int) -> Sequence[StoredAnchor]:
        """Anchors beyond that day with their tokens, in the order of days."""

    def leaves(self, day: str, *, after: int, limit: int) -> Sequence[StoredLeaf]:
        """Leaves of an anchor beyond that position, in order."""

    def held(self, leaves: Sequence[Leaf]) -> Mapping[LeafKey, str]:
        """The hashes that the register holds now of what these leaves are about."""

    def keys(self, *, after: str, limit: int) -> Sequence[StoredKey]:
        """Keys of programs beyond that id, with their journals."""

    def strays(self) -> Sequence[Finding]:
        """Rows that belong to something that is not there."""

    def unguarded(self) -> Sequence[str]:
        """Tables that the database would let somebody change, though nobody ever does."""


# --- time stamps ----------------------------------------------------------------------------


class Archiver(Protocol):
    """Keeps a seal provable beyond the certificates it rests on."""

    def ends_at(self, pdf: bytes) -> datetime:
        """When the first certificate behind the newest proof ends; SealRefused without a seal."""

    def extend(self, pdf: bytes) -> ArchivedPdf:
        """The same bytes plus one revision with a document time stamp, verified.

        Raises SealUnavailable without the authority, SealRefused for a file that is not valid now.
        """


class TimeStamper(Protocol):
    """A time-stamp authority (RFC 3161)."""

    def stamp(self, sha256: str) -> bytes:
        """A token about that hash, in DER; raises SealUnavailable."""


class TimeStampJudge(Protocol):
    """Judges tokens by the trust roots, offline."""

    def judge(self, token: bytes, sha256: str) -> StampJudged:
        """What the token says, and whether it says it of that hash."""
