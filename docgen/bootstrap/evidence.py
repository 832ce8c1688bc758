"""Evidence that lasts: anchors of days, the archive, and the check of the whole store."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.sealing.archive import PadesArchiver
from docgen.adapters.sealing.stamping import TimeStampAuthority, TokenJudge
from docgen.adapters.sealing.timestamp import StrictTimeStamper
from docgen.adapters.sealing.trust import TrustRoots
from docgen.bootstrap import CLOCK
from docgen.bootstrap.database import database_url, opened
from docgen.bootstrap.papers import blobs_of
from docgen.bootstrap.surroundings import Surroundings, surroundings
from docgen.bootstrap.verification import trusted
from docgen.ports import Register
from docgen.settings import Settings
from docgen.usecases.anchor_day import AnchorDay
from docgen.usecases.archive_documents import ArchiveDocuments
from docgen.usecases.check_journal import CheckJournal
from docgen.usecases.close_day import CloseDay
from docgen.usecases.export_anchor import ExportAnchor

_PATIENCE = 4.0
"""Seconds for one request to the authority."""
_MONTH = timedelta(days=365.25) / 12


@dataclass(frozen=True, kw_only=True)
class Journals:
    """What can be done with the journal without an authority."""

    check: CheckJournal
    export: ExportAnchor
    has_authority: bool


@contextmanager
def journals(settings: Settings) -> Iterator[Journals]:
    """Checking and exporting, which need database, files and trust roots only."""
    with opened(settings) as register:
        nobody_yet = settings.trust_roots is None and not settings.trust.exists()
        judge = TokenJudge(TrustRoots(()) if nobody_yet else trusted(settings))
        yield Journals(
            check=CheckJournal(
                register=register, blobs=blobs_of(settings), judge=judge, clock=CLOCK
            ),
            export=ExportAnchor(register=register),
            has_authority=settings.tsa_url is not None or settings.profile == "demo",
        )


@contextmanager
def archive(settings: Settings) -> Iterator[ArchiveDocuments | None]:
    """The archive by itself, which needs no seal key; None where no authority is configured."""
    with surroundings(settings) as parts:
        register = SqlRegister(database_url(settings))
        try:
            yield _archiving(settings, parts, register)
        finally:
            register.close()


def closing(settings: Settings, parts: Surroundings, register: Register) -> CloseDay:
    """What a worker does once a day."""
    stamper = (
        None
        if parts.tsa_url is None
        else TimeStampAuthority(_timestamper(parts.tsa_url, settings.tsa_policy))
    )
    anchor = AnchorDay(
        register=register, clock=CLOCK, judge=TokenJudge(parts.roots), stamper=stamper
    )
    return CloseDay(archive=_archiving(settings, parts, register), anchor=anchor)


def _archiving(
    settings: Settings, parts: Surroundings, register: Register
) -> ArchiveDocuments | None:
    if parts.tsa_url is None:
        return None
    archiver = PadesArchiver(
        parts.roots,
        clock=CLOCK,
        new_timestamper=partial(_timestamper, parts.tsa_url, settings.tsa_policy),
        patience=_PATIENCE,
    )
    return ArchiveDocuments(
        register=register,
        blobs=blobs_of(settings),
        archiver=archiver,
        clock=CLOCK,
        ahead=settings.archive_months * _MONTH,
    )


def _timestamper(url: str, policy: str | None) -> StrictTimeStamper:
    return StrictTimeStamper(url, timeout=_PATIENCE, policy=policy)
