"""Archive sealed documents: a new version with a document time stamp, before certificates end."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from docgen.domain import fingerprint
from docgen.domain.envelope import Archived, Document, Envelope
from docgen.domain.errors import DocgenError, SealUnavailable
from docgen.domain.journal import Event, Fact, says
from docgen.ports import Blobs, Clock, Register
from docgen.ports_of_evidence import Archiver

log = logging.getLogger(__name__)

_PAGE = 100
_FIRST_LATER = 2


@dataclass(frozen=True, kw_only=True)
class Renewed:
    """How many documents have a new version, and how many wait for it."""

    renewed: int
    waiting: int


@dataclass(frozen=True, kw_only=True)
class ArchiveDocuments:
    """Looks for B-LT files whose newest certificates end soon, and stamps them again.

    The sealed bytes stay as they are; the newest version begins with them.
    """

    register: Register
    blobs: Blobs
    archiver: Archiver
    clock: Clock
    ahead: timedelta
    """So long before a certificate ends."""

    def __call__(self, *, until: Callable[[], bool] = lambda: False) -> Renewed:
        """What was done; whatever fails is logged and waits for the next time.

        Begins nothing more once `until` says True, nor once the authority does not do its part.
        """
        renewed = waiting = 0
        down = False
        for envelope_id, document_id in self._ending():
            if down or until():
                waiting += 1
                continue
            try:
                renewed += self._renewed(envelope_id, document_id)
            except SealUnavailable as failure:
                # It is down for all of them: the rest only wait.
                log.warning("archiving waits: %s", failure)
                waiting, down = waiting + 1, True
            except DocgenError as failure:
                log.warning("document %s is not archived: %s", document_id, failure.code)
                waiting += 1
        return Renewed(renewed=renewed, waiting=waiting)

    def _ending(self) -> Iterator[tuple[str, str]]:
        before, after = self.clock.now() + self.ahead, ""
        while True:
            with self.register.view() as unit:
                page = unit.versions.ending(before, after=after, limit=_PAGE)
            if not page:
                return
            yield from page
            after = page[-1][1]

    def _renewed(self, envelope_id: str, document_id: str) -> bool:
        with self.register.hold(envelope_id) as ours:
            if not ours:
                return False
            with self.register.view() as unit:
                envelope = unit.envelopes.get(envelope_id)
            document = envelope.document(document_id)
            try:
                version = self._version(document)
            except SealUnavailable:
                raise
            except DocgenError as failure:
                self._note(envelope_id, document, failure)
                raise
            return version is not None and self._record(envelope, document, version)

    def _version(self, document: Document) -> Archived | None:
        """The next version; None where the newest one lasts long enough after all.

        Raises SealUnavailable where the authority's own certificate ends no later: stamping with it
        would gain nothing, and it will have a new one in time.
        """
        newest, ends = _newest(document)
        before = self.blobs.get(newest)
        ends = ends or self.archiver.ends_at(before)
        if ends > self.clock.now() + self.ahead:
            return None
        made = self.archiver.extend(before)
        if made.ends_at <= ends:
            raise SealUnavailable("the authority's certificate ends no later than the one before")
        return Archived(
            number=_FIRST_LATER + len(document.archived),
            sha256=self.blobs.put(made.pdf),
            size=len(made.pdf),
            authority=made.authority,
            stamped_at=made.stamped_at,
            ends_at=made.ends_at,
        )

    def _record(self, envelope: Envelope, document: Document, version: Archived) -> bool:
        fact = Fact(
            event=Event.ARCHIVED,
            at=self.clock.now(),
            actor="system",
            details={
                "document": document.number,
                "version": str(version.number),
                "sha256": version.sha256,
                fingerprint.VERSION: fingerprint.of_version(version, salt=envelope.salt),
            },
        )
        with self.register.begin() as unit:
            current = unit.envelopes.get(envelope.id).document(document.id)
            if current.archived != document.archived:
                return False
            unit.versions.add(document.id, version)
            unit.journal.append(envelope.id, fact)
            unit.commit()
        return True

    def _note(self, envelope_id: str, document: Document, failure: DocgenError) -> None:
        """Say once what hinders it, however often it is tried."""
        fact = Fact(
            event=Event.ARCHIVE_FAILED,
            at=self.clock.now(),
            actor="system",
            details={"document": document.number, "error": failure.code},
        )
        with self.register.begin() as unit:
            unit.envelopes.get(envelope_id)
            if any(says(entry, fact) for entry in unit.journal.of(envelope_id)):
                return
            unit.journal.append(envelope_id, fact)
            unit.commit()


def _newest(document: Document) -> tuple[str, datetime | None]:
    """The hash of the newest version, and when its certificates end, where that was noted."""
    if document.archived:
        return document.archived[-1].sha256, document.archived[-1].ends_at
    if document.sealed is None:
        raise ValueError("only what is sealed is archived")
    return document.sealed.sha256, document.sealed.ends_at
