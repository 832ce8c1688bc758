"""Check the whole store: every chain, every row it tells of, every anchor, every file."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

from docgen.domain import audit, audit_anchors
from docgen.domain.anchor import Anchor
from docgen.domain.audit import Stored
from docgen.domain.audit_anchors import Leaves, StoredAnchor
from docgen.domain.audit_keys import StoredKey, key_findings
from docgen.domain.audit_packs import TABLE, StoredPack, files_of, pack_findings
from docgen.domain.consent import HandwrittenConsent
from docgen.domain.envelope import Document, Envelope
from docgen.domain.errors import BlobDamaged, BlobNotFound, NotFound
from docgen.domain.finding import Finding, Mismatch
from docgen.domain.journal import Event
from docgen.domain.pack_record import Pack
from docgen.ports import Blobs, Clock, Register, UnitOfWork
from docgen.ports_of_evidence import TimeStampJudge
from docgen.texts import dates

T = TypeVar("T")

_ENVELOPES, _ANCHORS, _LEAVES = 200, 100, 1000
"""Rows that are held in memory at once."""
_MOST_NAMED = 1000
_LATE = timedelta(days=2)
"""A worker closes a day soon after it is over; so long it may be away."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """How much was looked at, and how much of it is not as it was written."""

    envelopes: int
    """Chains, those of numbers' verifications among them."""
    entries: int
    files: int
    anchors: int
    unstamped: int
    """Anchors without an authority's word: owed, or never asked for."""
    findings: int


@dataclass
class _Seen:
    """What was counted so far; of anchors only what later ones are held against."""

    tell: Callable[[Finding], None]
    envelopes: int = 0
    entries: int = 0
    files: int = 0
    anchors: int = 0
    unstamped: int = 0
    findings: int = 0
    last: Anchor | None = None
    since: dict[date, datetime] = field(default_factory=dict)
    """By day, when the anchor before that day's was made."""
    uncovered: datetime | None = None
    """The oldest entry that no anchor holds."""
    named: set[tuple[str, str]] = field(default_factory=set)

    def note(self, findings: Iterable[Finding]) -> None:
        """Each row once; of very many, only the first are named."""
        for finding in findings:
            row = (finding.table, finding.row)
            if row in self.named:
                continue
            self.findings += 1
            if len(self.named) < _MOST_NAMED:
                self.named.add(row)
                self.tell(finding)

    def checked(self) -> Checked:
        return Checked(
            envelopes=self.envelopes,
            entries=self.entries,
            files=self.files,
            anchors=self.anchors,
            unstamped=self.unstamped,
            findings=self.findings,
        )


@dataclass(frozen=True, kw_only=True)
class CheckJournal:
    """Holds everything that can be held against something else, page by page.

    Each page is one consistent state; a service at work meanwhile is no finding.
    """

    register: Register
    blobs: Blobs
    judge: TimeStampJudge
    clock: Clock

    def __call__(self, tell: Callable[[Finding], None], *, files: bool = True) -> Checked:
        """What was checked; `tell` hears of every row that is not as it was written.

        Without `files` the documents' bytes are not read.
        """
        seen = _Seen(tell)
        with self.register.view() as unit:
            seen.note(
                Finding(fault=Mismatch.UNGUARDED, table=table, row="*")
                for table in unit.audit.unguarded()
            )
            seen.note(unit.audit.strays())
        for stored_anchor in self._anchors():
            self._check_anchor(stored_anchor, seen)
        for stored in self._envelopes():
            seen.envelopes += 1
            self._check_stored(stored, seen, files=files)
        for stored in self._chains():
            self._check_stored(stored, seen, files=files)
            seen.note(self._lost_pack(stored))
        for pack in self._packs():
            seen.note(pack_findings(pack))
            if files and pack.pack is not None:
                seen.note(self._pack_files(pack.pack, seen))
        for stored_key in self._keys():
            seen.note(key_findings(stored_key))
        seen.note(self._unproved())
        seen.note(self._overdue(seen))
        return seen.checked()

    def _unproved(self) -> Iterator[Finding]:
        """Numbers that are held to be given or verified, and whose chain does not say so."""
        for confirmed, event in ((False, Event.NUMBER_GIVEN), (True, Event.NUMBER_VERIFIED)):
            with self.register.view() as unit:
                held = unit.verifications.ids(confirmed=confirmed)
            for verification_id in held:
                with self.register.view() as unit:
                    told = {entry.event for entry in unit.journal.of(verification_id)}
                if event not in told:
                    row = verification_id
                    yield Finding(fault=Mismatch.UNTOLD, table="phone_verifications", row=row)

    def _check_anchor(self, stored: StoredAnchor, seen: _Seen) -> None:
        seen.note(stored.unreadable)
        seen.anchors += 1
        if stored.anchor is None:
            return
        anchor, before = stored.anchor, seen.last
        seen.note(audit_anchors.chain_findings(anchor, before))
        seen.note(self._leaves(anchor))
        if before is not None:
            seen.since[anchor.day] = before.until
        seen.last = anchor
        if stored.token is None:
            seen.unstamped += not stored.unreadable
            return
        judged = self.judge.judge(stored.token.content, anchor.hash)
        seen.note(audit_anchors.token_findings(stored.token, judged))

    def _leaves(self, anchor: Anchor) -> Iterator[Finding]:
        leaves = Leaves(anchor.day.isoformat())
        after = -1
        while True:
            with self.register.view() as unit:
                page = unit.audit.leaves(leaves.day, after=after, limit=_LEAVES)
                held = unit.audit.held([each.leaf for each in page if each.leaf is not None])
            if not page:
                break
            leaves.take(page, held)
            after = page[-1].position
        return leaves.findings(anchor)

    def _check_stored(self, stored: Stored, seen: _Seen, *, files: bool) -> None:
        seen.entries += len(stored.entries)
        last = None if seen.last is None else seen.last.until
        seen.note(audit.findings(stored))
        seen.note(audit.backdated(stored, since=seen.since, last=last))
        covered = stored.anchored[-1].leaf.sequence if stored.anchored else 0
        for entry in stored.entries:
            is_older = seen.uncovered is None or entry.at < seen.uncovered
            if entry.sequence > covered and is_older:
                seen.uncovered = entry.at
        if files and stored.envelope is not None:
            for document in stored.envelope.documents:
                seen.note(self._files(document, seen))
            seen.note(self._hand(stored.envelope, seen))

    def _files(self, document: Document, seen: _Seen) -> Iterator[Finding]:
        """The bytes of every version, and that the sealed ones begin with the frozen ones."""
        for table, row, sha256, size in _registered(document):
            seen.files += 1
            try:
                content = self.blobs.get(sha256)
            except (BlobNotFound, BlobDamaged) as failure:
                yield _lost(failure, table=table, row=row, sha256=sha256)
                continue
            frozen = document.frozen
            begins = frozen is None or _begins(content, frozen.sha256, size=frozen.size)
            if len(content) != size or not begins:
                yield Finding(fault=Mismatch.FILE_DAMAGED, table=table, row=row, detail=sha256)

    def _hand(self, envelope: Envelope, seen: _Seen) -> Iterator[Finding]:
        """What is kept of a signature by hand."""
        consent = envelope.consent
        if not isinstance(consent, HandwrittenConsent):
            return
        for sha256 in consent.files().values():
            seen.files += 1
            try:
                self.blobs.get(sha256)
            except (BlobNotFound, BlobDamaged) as failure:
                yield _lost(failure, table="envelopes", row=envelope.id, sha256=sha256)

    def _lost_pack(self, stored: Stored) -> Iterator[Finding]:
        """A chain that tells of a pack which is not there."""
        if not stored.entries or stored.entries[0].event is not Event.PACK_OPENED:
            return
        with self.register.view() as unit:
            there = unit.audit.has_pack(stored.id)
        if not there:
            yield Finding(fault=Mismatch.MISSING, table=TABLE, row=stored.id)

    def _pack_files(self, pack: Pack, seen: _Seen) -> Iterator[Finding]:
        """The case, what was found in it, the volume with and without its seal, the archive."""
        for sha256 in files_of(pack):
            seen.files += 1
            try:
                self.blobs.get(sha256)
            except (BlobNotFound, BlobDamaged) as failure:
                yield _lost(failure, table=TABLE, row=pack.id, sha256=sha256)

    def _overdue(self, seen: _Seen) -> Iterator[Finding]:
        """Entries of days long over that nothing vouches for."""
        if seen.uncovered is None or self.clock.now() - seen.uncovered < _LATE:
            return
        day = dates.local_day(seen.uncovered).isoformat()
        yield Finding(fault=Mismatch.NOT_ANCHORED, table="anchors", row=day)

    def _envelopes(self) -> Iterator[Stored]:
        return self._paged(
            lambda unit, after: unit.audit.envelopes(after=after, limit=_ENVELOPES),
            lambda each: each.id,
        )

    def _chains(self) -> Iterator[Stored]:
        return self._paged(
            lambda unit, after: unit.audit.chains(after=after, limit=_ENVELOPES),
            lambda each: each.id,
        )

    def _packs(self) -> Iterator[StoredPack]:
        return self._paged(
            lambda unit, after: unit.audit.packs(after=after, limit=_ENVELOPES),
            lambda each: each.id,
        )

    def _keys(self) -> Iterator[StoredKey]:
        return self._paged(
            lambda unit, after: unit.audit.keys(after=after, limit=_ENVELOPES),
            lambda each: each.id,
        )

    def _anchors(self) -> Iterator[StoredAnchor]:
        return self._paged(
            lambda unit, after: unit.audit.anchors(after=after, limit=_ANCHORS),
            lambda each: each.day,
        )

    def _paged(
        self, read: Callable[[UnitOfWork, str], Sequence[T]], place: Callable[[T], str]
    ) -> Iterator[T]:
        """All there are; each page is one consistent state, and none holds the next one up."""
        after = ""
        while True:
            with self.register.view() as unit:
                page = read(unit, after)
            if not page:
                return
            yield from page
            after = place(page[-1])


def _lost(failure: NotFound, *, table: str, row: str, sha256: str) -> Finding:
    damaged = isinstance(failure, BlobDamaged)
    fault = Mismatch.FILE_DAMAGED if damaged else Mismatch.FILE_MISSING
    return Finding(fault=fault, table=table, row=row, detail=sha256)


def _registered(document: Document) -> Sequence[tuple[str, str, str, int]]:
    """Table, row, hash and size of each file that must be there."""
    files = []
    if document.frozen is not None:
        files.append(("documents", document.id, document.frozen.sha256, document.frozen.size))
    if document.sealed is not None:
        files.append(("documents", document.id, document.sealed.sha256, document.sealed.size))
    for version in document.archived:
        row = f"{document.id}/{version.number}"
        files.append(("document_versions", row, version.sha256, version.size))
    return files


def _begins(content: bytes, sha256: str, *, size: int) -> bool:
    return hashlib.sha256(content[:size]).hexdigest() == sha256
