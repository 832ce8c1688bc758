"""What callers may ask of Qoltanba, ready to be called."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.jobs.inline import InlineJobs
from docgen.adapters.jobs.queue import QueueJobs
from docgen.adapters.pages.drawing import KIND
from docgen.adapters.pages.kept import KeptPages
from docgen.adapters.pages.pdfium import PdfiumPages
from docgen.adapters.scans.remade import RemadeScans
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.adapters.sealing.verify_limited import LimitedVerifier
from docgen.adapters.visitors.redis_turnstile import RedisTurnstile
from docgen.bootstrap import CHANCE, CLOCK
from docgen.bootstrap.confirming import confirming
from docgen.bootstrap.database import database_url
from docgen.bootstrap.forms import catalogue
from docgen.bootstrap.packs import PackDesk, PackTools, packs_of
from docgen.bootstrap.papers import blobs_of
from docgen.bootstrap.staff import StaffDesk, staff_of
from docgen.bootstrap.surroundings import Surroundings, codes_of, surroundings
from docgen.bootstrap.tickets import TicketDesk, tickets_of
from docgen.bootstrap.visits import VisitDesk, visits_of
from docgen.bootstrap.webhooks import WebhookDesk, desk_of
from docgen.bootstrap.works import Works, works_over
from docgen.forms.catalogue import Catalogue
from docgen.ports import Blobs, Jobs, ReceiptReader, Register, Turnstile
from docgen.ports_of_codes import CodeStore
from docgen.settings import Settings
from docgen.usecases.admit_program import AdmitProgram
from docgen.usecases.answer_once import AnswerOnce
from docgen.usecases.authenticate import Authenticate
from docgen.usecases.check_number import CheckNumber
from docgen.usecases.confirm_by_code import ConfirmByCode
from docgen.usecases.confirm_phone import ConfirmPhone
from docgen.usecases.create_envelope import CreateEnvelope
from docgen.usecases.decline import Decline
from docgen.usecases.fetch_document import FetchDocument
from docgen.usecases.find_envelopes import FindEnvelopes
from docgen.usecases.read_journal import ReadJournal
from docgen.usecases.send_code import SendCode
from docgen.usecases.show_envelope import ShowEnvelope
from docgen.usecases.show_issued import ShowIssued
from docgen.usecases.show_verification import ShowVerification
from docgen.usecases.sign_by_hand import SignByHand
from docgen.usecases.sweep import Sweep
from docgen.usecases.take_receipt import TakeReceipt
from docgen.usecases.verify_document import VerifyDocument
from docgen.usecases.verify_phone import VerifyPhone
from docgen.usecases.verify_upload import VerifyUpload
from docgen.usecases.void import Void

_UPLOADS_WINDOW = timedelta(minutes=10)
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Docgen:
    """All that can be asked for; the work that follows is done elsewhere."""

    forms: Catalogue
    register: Register
    codes: CodeStore
    blobs: Blobs
    admit_program: AdmitProgram
    answer_once: AnswerOnce
    create_envelope: CreateEnvelope
    show_envelope: ShowEnvelope
    show_issued: ShowIssued
    find_envelopes: FindEnvelopes
    fetch_document: FetchDocument
    read_journal: ReadJournal
    send_code: SendCode
    take_receipt: TakeReceipt
    calls: Mapping[str, ReceiptReader]
    """Providers of messages that call us, by the name of their route."""
    confirm_by_code: ConfirmByCode
    sign_by_hand: SignByHand
    verify_phone: VerifyPhone
    show_verification: ShowVerification
    confirm_phone: ConfirmPhone
    decline: Decline
    void: Void
    verify_document: VerifyDocument
    verify_upload: VerifyUpload
    turnstile: Turnstile
    staff: StaffDesk
    visits: VisitDesk
    packs: PackDesk
    webhooks: WebhookDesk
    tickets: TicketDesk
    public_url: str


@dataclass(frozen=True, kw_only=True)
class Everything:
    """A service in one process: what is asked for is done at once."""

    docgen: Docgen
    sweep: Sweep


@contextmanager
def web_service(settings: Settings) -> Iterator[Docgen]:
    """For a web process: without LibreOffice and the seal key; work goes to the queue."""
    with ExitStack() as stack:
        parts = stack.enter_context(surroundings(settings))
        register = _register(settings, stack)
        if not parts.ways:
            log.warning("no route of messages is set up: no code can be sent")
        jobs = QueueJobs(parts.redis_url)
        stack.callback(jobs.close)
        verifier = LimitedVerifier(parts.roots, clock=CLOCK)
        stack.callback(verifier.close)
        verify = VerifyDocument(verifier=verifier)
        yield _docgen(settings, parts, stack, register=register, jobs=jobs, verify=verify)


@contextmanager
def opened(settings: Settings) -> Iterator[Everything]:
    """All in this process; raises Misconfigured or SealKeyUnusable rather than start half-able."""
    with ExitStack() as stack:
        parts = stack.enter_context(surroundings(settings))
        register = _register(settings, stack)
        works: Works = stack.enter_context(works_over(settings, parts, register=register))
        verify = VerifyDocument(verifier=PadesVerifier(parts.roots, clock=CLOCK))
        jobs = InlineJobs(work=works.work)
        docgen = _docgen(settings, parts, stack, register=register, jobs=jobs, verify=verify)
        yield Everything(docgen=docgen, sweep=works.sweep)


def _register(settings: Settings, stack: ExitStack) -> SqlRegister:
    register = SqlRegister(database_url(settings))
    stack.callback(register.close)
    return register


def _docgen(
    settings: Settings,
    parts: Surroundings,
    stack: ExitStack,
    *,
    register: SqlRegister,
    jobs: Jobs,
    verify: VerifyDocument,
) -> Docgen:
    codes = _codes(parts, stack)
    forms, blobs = catalogue(settings), blobs_of(settings)
    by_code = confirming(settings, parts, stack, register=register, codes=codes, forms=forms)
    create = _creating(settings, by_code.check, register=register, forms=forms, jobs=jobs)
    return Docgen(
        forms=forms, register=register, codes=codes, blobs=blobs, public_url=settings.public_url,
        admit_program=_letting_in(register, key=parts.subject_key),
        answer_once=AnswerOnce(register=register, clock=CLOCK, chance=CHANCE),
        create_envelope=create,
        show_envelope=ShowEnvelope(register=register), show_issued=ShowIssued(register=register),
        find_envelopes=FindEnvelopes(register=register),
        fetch_document=_fetching(settings, blobs),
        read_journal=ReadJournal(register=register),
        send_code=by_code.send,
        take_receipt=TakeReceipt(register=register, clock=CLOCK), calls=parts.routes.calls,
        confirm_by_code=ConfirmByCode(
            register=register, spend=by_code.spend, chance=CHANCE, jobs=jobs
        ),
        sign_by_hand=_by_hand(register, forms, blobs=blobs, jobs=jobs),
        verify_phone=VerifyPhone(register=register, send=by_code.send, clock=CLOCK, chance=CHANCE),
        show_verification=ShowVerification(register=register, clock=CLOCK),
        confirm_phone=ConfirmPhone(register=register, spend=by_code.spend),
        decline=Decline(register=register, clock=CLOCK), void=Void(register=register, clock=CLOCK),
        verify_document=verify, turnstile=_turnstile(settings, parts, stack),
        verify_upload=VerifyUpload(verify_document=verify, register=register),
        webhooks=desk_of(settings, parts, register=register),
        tickets=tickets_of(settings, register=register),
        staff=staff_of(settings, register, key=parts.subject_key),
        visits=visits_of(register, forms, create, pseudonyms=parts.pseudonyms),
        packs=_packs(settings, register, verify=verify, jobs=jobs),
    )  # fmt: skip


def _letting_in(register: SqlRegister, *, key: bytes) -> AdmitProgram:
    return AdmitProgram(
        authenticate=Authenticate(register=register, clock=CLOCK),
        show=ShowEnvelope(register=register),
        key=key,
    )


def _packs(
    settings: Settings, register: Register, *, verify: VerifyDocument, jobs: Jobs
) -> PackDesk:
    pages = PdfiumPages()
    images = KeptPages(pages, settings.var / "pages", kind=KIND)
    tools = PackTools(verifier=verify.verifier, counter=pages, images=images, jobs=jobs)
    return packs_of(settings, register, blobs_of(settings), tools)


def _by_hand(register: SqlRegister, forms: Catalogue, *, blobs: Blobs, jobs: Jobs) -> SignByHand:
    return SignByHand(
        register=register,
        forms=forms,
        blobs=blobs,
        scans=RemadeScans(),
        clock=CLOCK,
        chance=CHANCE,
        jobs=jobs,
    )


def _turnstile(settings: Settings, parts: Surroundings, stack: ExitStack) -> RedisTurnstile:
    turnstile = RedisTurnstile(
        parts.redis_url,
        secret=parts.subject_key,
        visits=settings.web.uploads,
        window=_UPLOADS_WINDOW,
    )
    stack.callback(turnstile.close)
    return turnstile


def _fetching(settings: Settings, blobs: Blobs) -> FetchDocument:
    images = KeptPages(PdfiumPages(), settings.var / "pages", kind=KIND)
    return FetchDocument(blobs=blobs, images=images)


def _codes(parts: Surroundings, stack: ExitStack) -> CodeStore:
    codes = codes_of(parts)
    stack.callback(codes.close)
    return codes


def _creating(
    settings: Settings, check: CheckNumber, *, register: SqlRegister, forms: Catalogue, jobs: Jobs
) -> CreateEnvelope:
    return CreateEnvelope(
        register=register,
        forms=forms,
        clock=CLOCK,
        chance=CHANCE,
        jobs=jobs,
        check=check,
        life=timedelta(hours=settings.envelope_life_hours),
        patience=timedelta(seconds=settings.work.patience),
        most_owed=settings.work.most_owed,
    )
