"""Notary packs: how they are checked, and by which settings."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from docgen.adapters.binding.batch_papers import BroughtPapers
from docgen.adapters.binding.bound import ConfinedBinder
from docgen.adapters.binding.kept_papers import KeptPapers, KnownPages
from docgen.adapters.binding.volume import PikepdfBinder
from docgen.adapters.binding.zip_package import ZipPacker
from docgen.adapters.calendar.days_file import DaysFile
from docgen.adapters.db.register import SqlRegister
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.adapters.tables.reading import read_files
from docgen.adapters.tables.workbooks import OpenpyxlWorkbooks
from docgen.bootstrap import CHANCE, CLOCK
from docgen.bootstrap.copies import mailer_of
from docgen.bootstrap.database import database_url, has_register, opened
from docgen.bootstrap.forms import catalogue
from docgen.bootstrap.operator import operator_of
from docgen.bootstrap.owners import owners_of
from docgen.bootstrap.papers import blobs_of, renderer_of
from docgen.bootstrap.sealing import sealer_of
from docgen.bootstrap.surroundings import surroundings
from docgen.bootstrap.verification import trusted
from docgen.domain.debt import MostDays, Order, PenaltyBasis, Terms
from docgen.domain.errors import Misconfigured
from docgen.domain.pack import Policy
from docgen.domain.pack_volumes import VolumeLimit
from docgen.domain.work import Task
from docgen.ports import (
    Blobs,
    Chance,
    Clock,
    Jobs,
    PageImages,
    Register,
    Renderer,
    Sealer,
    Verifier,
)
from docgen.ports_of_packs import PageCounter
from docgen.settings import Settings
from docgen.usecases.bind_pack import BindPack
from docgen.usecases.bring_paper import BringPaper
from docgen.usecases.build_asked import BuildAsked
from docgen.usecases.build_line import BuildLine
from docgen.usecases.build_pack import BuildPack
from docgen.usecases.check_pack import CheckPack
from docgen.usecases.find_acknowledgements import FindAcknowledgements
from docgen.usecases.mail_deadlines import MailDeadlines
from docgen.usecases.make_letter import MakeLetter
from docgen.usecases.make_paper import MakePaper
from docgen.usecases.open_pack import OpenPack
from docgen.usecases.recall_packs import RecallPacks
from docgen.usecases.remind_of_packs import RemindOfPacks
from docgen.usecases.seal_pack import SealPack
from docgen.usecases.show_pack import FindPacks, ShowPack
from docgen.usecases.sum_up_batch import SumUpBatch
from docgen.usecases.take_batch import TakeBatch
from docgen.usecases.tell_outcome import TellOutcome
from docgen.usecases.transfer_pack import TransferPack
from docgen.usecases.work_batch import BatchDesk, BuildOwedLine
from docgen.usecases.work_pack import AnswerWarning, AskForPack, PapersOf


def checking(settings: Settings) -> CheckPack:
    """The check of a case, which needs neither database nor LibreOffice; raises Misconfigured."""
    return CheckPack(
        operator=operator_of(settings),
        policy=policy_of(settings),
        days=DaysFile(settings.packs.calendar),
        binder=PikepdfBinder(),
        verifier=PadesVerifier(_roots(settings), clock=CLOCK),
    )


def _roots(settings: Settings) -> TrustRoots:
    """Where nobody has set up trust there is none: every seal is unknown then, and blocks."""
    if settings.trust_roots is None and not settings.trust.exists():
        return TrustRoots(certificates=())
    return trusted(settings)


@contextmanager
def checking_by_register(settings: Settings) -> Iterator[OpenPack | None]:
    """What checks a case as a build would; None where there is no register to ask yet."""
    if not has_register(settings):
        yield None
        return
    with opened(settings) as register:
        check = replace(checking(settings), signed=signed_of(settings, register))
        yield _opening(check, register, blobs_of(settings), owners_of(settings))


def signed_of(settings: Settings, register: Register) -> FindAcknowledgements:
    """Acknowledgements among the envelopes of the register."""
    return FindAcknowledgements(
        register=register,
        forms=catalogue(settings),
        blobs=blobs_of(settings),
        owners=settings.packs.signed_for,
    )


@contextmanager
def building(settings: Settings) -> Iterator[BuildPack]:
    """The making of packs, with LibreOffice, register and seal; raises what those raise."""
    with ExitStack() as stack:
        parts = stack.enter_context(surroundings(settings))
        register = SqlRegister(database_url(settings))
        stack.callback(register.close)
        renderer = renderer_of(settings)
        stack.callback(renderer.close)
        sealer = sealer_of(settings, parts)
        verifier = PadesVerifier(parts.roots, clock=CLOCK)
        yield build_pack_of(
            settings, register=register, renderer=renderer, sealer=sealer, verifier=verifier
        )


def build_pack_of(
    settings: Settings,
    *,
    register: Register,
    renderer: Renderer,
    sealer: Sealer,
    verifier: Verifier,
) -> BuildPack:
    """The making of packs, over what somebody else opened."""
    operator, blobs, binder = operator_of(settings), blobs_of(settings), ConfinedBinder()
    check = replace(
        checking(settings),
        binder=KnownPages(register, binder),
        verifier=verifier,
        signed=signed_of(settings, register),
    )
    return BuildPack(
        open=_opening(check, register, blobs, owners_of(settings)),
        bind=BindPack(
            renderer=renderer, binder=binder, operator=operator, limit=limit_of(settings)
        ),
        seal=SealPack(
            register=register, blobs=blobs, renderer=renderer, sealer=sealer, packer=ZipPacker(),
            clock=CLOCK, operator=operator, days=check.days,
        ),
        register=register, blobs=blobs, clock=CLOCK,
    )  # fmt: skip


def limit_of(settings: Settings) -> VolumeLimit:
    """What a volume holds at most."""
    given = settings.packs
    return VolumeLimit(pages=given.volume_pages, size=given.volume_megabytes * 1_000_000)


def _opening(check: CheckPack, register: Register, blobs: Blobs, owners: Sequence[str]) -> OpenPack:
    return OpenPack(
        check=check, register=register, blobs=blobs, clock=CLOCK,
        recall=RecallPacks(register=register, owners=owners),
    )  # fmt: skip


def kept_papers(register: Register, blobs: Blobs) -> PapersOf:
    """The files of an owner's case, as the register has them."""
    return lambda owner, case: KeptPapers(register, blobs, owner=owner, case=case)


def pack_workers(register: Register, build: BuildPack) -> dict[Task, Callable[[str], None]]:
    """What a worker does for those who ask for packs, and for batches."""
    line = BuildLine(build=build, register=register, blobs=build.blobs, clock=CLOCK, patient=True)
    papers_of = kept_papers(register, build.blobs)
    return {
        Task.BUILD_PACK: BuildAsked(register=register, build=build, papers_of=papers_of),
        Task.BUILD_LINE: BuildOwedLine(register=register, build=line, papers_of=papers_of),
    }


@dataclass(frozen=True, kw_only=True)
class PackDesk:
    """All that can be asked of packs."""

    bring: BringPaper
    open: OpenPack
    papers_of: PapersOf
    show: ShowPack
    find: FindPacks
    answer: AnswerWarning
    ask: AskForPack
    tell: TellOutcome
    batches: BatchDesk


@dataclass(frozen=True, kw_only=True)
class PackTools:
    """What a process has to look into strangers' papers with, and whom it tells of work."""

    verifier: Verifier
    counter: PageCounter
    images: PageImages
    jobs: Jobs


def packs_of(settings: Settings, register: Register, blobs: Blobs, tools: PackTools) -> PackDesk:
    """For a process that is asked, and has no engine."""
    counter = KnownPages(register, tools.counter)
    check = replace(
        checking(settings),
        verifier=tools.verifier,
        binder=counter,
        signed=signed_of(settings, register),
    )
    return desk_over(
        check, register, blobs, tools, owners=owners_of(settings), clock=CLOCK, chance=CHANCE
    )


def desk_over(
    check: CheckPack,
    register: Register,
    blobs: Blobs,
    tools: PackTools,
    *,
    owners: Sequence[str],
    clock: Clock,
    chance: Chance,
) -> PackDesk:
    """The desk over a check that is there, among the packs of these owners."""
    opening = replace(_opening(check, register, blobs, owners), clock=clock)
    papers_of = kept_papers(register, blobs)
    return PackDesk(
        bring=BringPaper(register=register, blobs=blobs, clock=clock, counter=tools.counter),
        open=opening,
        papers_of=papers_of,
        show=ShowPack(
            register=register, blobs=blobs, clock=clock, days=check.days, images=tools.images,
            papers_of=papers_of,
        ),
        find=FindPacks(register=register, days=check.days),
        answer=AnswerWarning(register=register, open=opening, papers_of=papers_of),
        ask=AskForPack(
            register=register, clock=clock, chance=chance, jobs=tools.jobs, open=opening
        ),
        tell=TellOutcome(register=register, clock=clock, days=check.days),
        batches=_batch_desk(register, blobs, tools, clock),
    )  # fmt: skip


def _batch_desk(register: Register, blobs: Blobs, tools: PackTools, clock: Clock) -> BatchDesk:
    return BatchDesk(
        register=register,
        take=TakeBatch(register=register, clock=clock, kept=True),
        sum_up=SumUpBatch(register=register, clock=clock, workbooks=OpenpyxlWorkbooks()),
        read=read_files,
        papers=lambda owner, hashes: BroughtPapers(register, blobs, owner=owner, hashes=hashes),
        jobs=tools.jobs,
    )


@contextmanager
def writing(settings: Settings) -> Iterator[MakeLetter]:
    """Letters to debtors, which need neither register nor seal."""
    renderer = renderer_of(settings)
    try:
        yield MakeLetter(check=checking(settings), make=MakePaper(renderer=renderer))
    finally:
        renderer.close()


@contextmanager
def reminding(settings: Settings) -> Iterator[RemindOfPacks]:
    """Deadlines of packs, over the register alone."""
    with opened(settings) as register:
        find = FindPacks(register=register, days=DaysFile(settings.packs.calendar))
        yield RemindOfPacks(find=find, clock=CLOCK)


@contextmanager
def mailing_deadlines(settings: Settings) -> Iterator[MailDeadlines]:
    """The same by mail; raises Misconfigured where no mail server is set."""
    mailer = mailer_of(settings)
    if mailer is None:
        raise Misconfigured("DOCGEN_MAIL__HOST is not set")
    with reminding(settings) as remind:
        yield MailDeadlines(
            remind=remind, mailer=mailer, clock=CLOCK, public_url=settings.public_url
        )


@contextmanager
def transferring(settings: Settings) -> Iterator[TransferPack]:
    """The record of handing over, over the register alone."""
    with opened(settings) as register:
        days = DaysFile(settings.packs.calendar)
        yield TransferPack(tell=TellOutcome(register=register, clock=CLOCK, days=days))


def policy_of(settings: Settings) -> Policy:
    """How packs are made here."""
    given = settings.packs
    terms = Terms(
        due_day_inclusive=given.due_day_inclusive,
        moved_by_days_off=given.moved_by_days_off,
        day_of_payment=given.day_of_payment,
        most_days_read_as=MostDays(given.most_days_read_as),
        payment_restarts=given.payment_restarts,
        order=Order(given.payment_order),
        penalty_basis=PenaltyBasis(given.penalty_basis),
    )
    return Policy(
        terms=terms, response_days=given.response_days, smallest_claim=given.smallest_claim
    )
