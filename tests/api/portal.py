"""The application over a world, whose time, gateway and engine are in the test's hands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_network
from typing import Any

from werkzeug.test import TestResponse

from docgen.adapters.binding.volume import PikepdfBinder
from docgen.adapters.calendar.days_file import DaysFile
from docgen.adapters.pages.pdfium import PdfiumPages
from docgen.adapters.scans.remade import RemadeScans
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.adapters.sms.smsc_kz import SmscKzCalls
from docgen.adapters.webhooks.addresses import Guard
from docgen.adapters.webhooks.posting import HttpPosting
from docgen.bootstrap.packs import PackDesk, PackTools, desk_over
from docgen.bootstrap.service import Docgen
from docgen.bootstrap.tickets import TicketDesk
from docgen.bootstrap.visits import visits_of
from docgen.bootstrap.webhooks import WebhookDesk, secrets_of
from docgen.domain.pack import Policy
from docgen.ports import Verifier
from docgen.usecases.admit_program import AdmitProgram
from docgen.usecases.admit_signer import AdmitSigner
from docgen.usecases.answer_once import AnswerOnce
from docgen.usecases.authenticate import Authenticate
from docgen.usecases.change_webhook import ChangeWebhook
from docgen.usecases.check_pack import CheckPack
from docgen.usecases.create_webhook import CreateWebhook
from docgen.usecases.decline import Decline
from docgen.usecases.fetch_document import FetchDocument
from docgen.usecases.find_envelopes import FindEnvelopes
from docgen.usecases.find_framer import FindFramer
from docgen.usecases.issue_key import IssueKey, KeyRequest
from docgen.usecases.issue_ticket import IssueTicket
from docgen.usecases.open_ticket import OpenTicket
from docgen.usecases.prolong_session import ProlongSession
from docgen.usecases.prove_signer import ProveSigner
from docgen.usecases.read_journal import ReadJournal
from docgen.usecases.redeliver import Redeliver
from docgen.usecases.remove_webhook import RemoveWebhook
from docgen.usecases.show_envelope import ShowEnvelope
from docgen.usecases.show_issued import ShowIssued
from docgen.usecases.show_webhooks import ShowWebhooks
from docgen.usecases.take_receipt import TakeReceipt
from docgen.usecases.verify_document import VerifyDocument
from docgen.usecases.verify_upload import VerifyUpload
from docgen.usecases.void import Void
from tests.api.people import KEY, staff_desk
from tests.api.program import ENVELOPES, Program, sample
from tests.api.stage import FORMS, PUBLIC_URL, Works, application
from tests.api.stand_ins import FakeTurnstile, FakeVerifier, Worker
from tests.api.watch import Watch
from tests.packs.cases import OPERATOR
from tests.services.own_certificate import system_trust
from tests.usecases.world import PSEUDONYMS, World, world

SIGNING_CALLS = "between us and the provider"


@dataclass(frozen=True, kw_only=True)
class Portal:
    """An installation whose time, gateway and engine are in the test's hands."""

    world: World
    worker: Worker
    docgen: Docgen
    verifier: FakeVerifier
    program: Program
    """With every scope."""

    def issued(self, **request: Any) -> Program:
        """A program of its own, with a key made as `docgen keys create` does."""
        issue = IssueKey(
            register=self.world.register, clock=self.world.clock, chance=self.world.chance
        )
        made = issue(KeyRequest(**{"client": "portal", "owner": "operator"} | request), by="system")
        return replace(self.program, key=made.secret, kept=made.kept)

    def stranger(self, key: str | None = None) -> Program:
        """A program with another key, or none."""
        return replace(self.program, key=key, kept=None)

    def changed(self, **parts: Any) -> "Portal":
        """The same installation with other use cases."""
        docgen = replace(self.docgen, **parts)
        works = replace(self.program.works, docgen=docgen)
        return replace(self, docgen=docgen, program=replace(self.program, works=works))

    def created(self, body: dict[str, Any] | None = None, *, documents: int = 1) -> str:
        """The id of a new envelope, of the sample visit unless another is given."""
        made = body or sample()
        made["documents"] *= documents
        answer = self.program.post(ENVELOPES, made)
        assert answer.status_code == 201
        return str(answer.get_json()["id"])

    def code_sent(self) -> tuple[str, str]:
        """The id of an envelope whose code is on its way, and that code."""
        envelope_id = self.created()
        assert self.sent_again(envelope_id).status_code == 202
        return envelope_id, self.world.chance.given[-1]

    def shown(self, envelope_id: str) -> dict[str, Any]:
        """The envelope as it is told."""
        answer = self.program.get(f"{ENVELOPES}/{envelope_id}")
        assert answer.status_code == 200
        told: dict[str, Any] = answer.get_json()
        return told

    def sent_again(self, envelope_id: str) -> TestResponse:
        """A code asked for anew."""
        return self.program.post(f"{ENVELOPES}/{envelope_id}/code", {})

    def tried(self, envelope_id: str, code: str, name: str, **more: str) -> TestResponse:
        """An attempt to confirm."""
        body = {"code": code, "attempt_id": name} | more
        return self.program.post(f"{ENVELOPES}/{envelope_id}/confirmation", body)

    def confirmed(self) -> str:
        """The id of an envelope that was confirmed, and sealed unless nobody is at work."""
        envelope_id, code = self.code_sent()
        assert self.tried(envelope_id, code, "a-1").status_code == 200
        return envelope_id


def _docgen(over: World, verifier: Verifier) -> Docgen:
    verify = VerifyDocument(verifier=verifier)
    return Docgen(
        forms=over.forms,
        register=over.register,
        codes=over.codes,
        blobs=over.blobs,
        admit_program=_letting_in(over),
        answer_once=AnswerOnce(register=over.register, clock=over.clock, chance=over.chance),
        create_envelope=over.create,
        show_envelope=ShowEnvelope(register=over.register),
        show_issued=ShowIssued(register=over.register),
        find_envelopes=FindEnvelopes(register=over.register),
        fetch_document=FetchDocument(blobs=over.blobs, images=PdfiumPages()),
        read_journal=ReadJournal(register=over.register),
        send_code=over.send,
        take_receipt=TakeReceipt(register=over.register, clock=over.clock),
        calls={"smsc_kz": SmscKzCalls(secret=SIGNING_CALLS, clock=over.clock)},
        confirm_by_code=over.confirm,
        sign_by_hand=over.sign_by_hand,
        verify_phone=over.verify_phone,
        show_verification=over.show_verification,
        confirm_phone=over.confirm_phone,
        decline=Decline(register=over.register, clock=over.clock),
        void=Void(register=over.register, clock=over.clock),
        verify_document=verify,
        verify_upload=VerifyUpload(verify_document=verify, register=over.register),
        turnstile=FakeTurnstile(),
        public_url=PUBLIC_URL,
        webhooks=_webhooks(over),
        tickets=tickets_over(over),
        staff=staff_desk(over),
        visits=visits_of(
            over.register, over.forms, over.create, pseudonyms=PSEUDONYMS, clock=over.clock
        ),
        packs=pack_desk(over),
    )


def _letting_in(over: World) -> AdmitProgram:
    return AdmitProgram(
        authenticate=Authenticate(register=over.register, clock=over.clock),
        show=ShowEnvelope(register=over.register),
        key=KEY,
    )


def pack_desk(over: World) -> PackDesk:
    """Packs of that world: seals of nobody are trusted in it, days off are estimated."""
    binder = PikepdfBinder()
    nobody = PadesVerifier(TrustRoots(certificates=()), clock=over.clock)
    check = CheckPack(
        operator=OPERATOR, policy=Policy(), days=DaysFile(), binder=binder, verifier=nobody
    )
    jobs = over.jobs or Worker(over.work)
    tools = PackTools(verifier=nobody, counter=binder, images=PdfiumPages(), jobs=jobs)
    return desk_over(
        check, over.register, over.blobs, tools, owners=(), clock=over.clock, chance=over.chance
    )


def tickets_over(over: World) -> TicketDesk:
    """Tickets of that world."""
    register, clock, chance = over.register, over.clock, over.chance
    return TicketDesk(
        issue=IssueTicket(register=register, clock=clock, chance=chance),
        open=OpenTicket(register=register, clock=clock, chance=chance),
        admit=AdmitSigner(register=register, clock=clock),
        prove=ProveSigner(register=register, clock=clock),
        prolong=ProlongSession(register=register, clock=clock),
        framer=FindFramer(register=register),
    )


def _webhooks(over: World) -> WebhookDesk:
    register, clock, sender = over.register, over.clock, loopback_posting()
    return WebhookDesk(
        create=CreateWebhook(register=register, sender=sender, clock=clock),
        show=ShowWebhooks(register=register),
        change=ChangeWebhook(register=register, sender=sender, clock=clock),
        remove=RemoveWebhook(register=register),
        redeliver=Redeliver(register=register, clock=clock),
        secret_of=secrets_of(b"s" * 32),
    )


def loopback_posting() -> HttpPosting:
    """To receivers of the tests."""
    return HttpPosting(Guard((ip_network("127.0.0.0/8"),)), patience=2.0, tls=system_trust())


@contextmanager
def portal(database_url: str, redis_url: str) -> Iterator[Portal]:
    """An installation over those services."""
    # Made here and not by whichever thread asks first: Python 3.11 builds syntax trees, of which
    # routes are compiled, in one thread at a time only.
    application()
    over = world(database_url, redis_url)
    over.jobs = worker = Worker(over.work)
    over.forms = FORMS
    over.scans = RemadeScans(seconds=60, patience=60.0)
    verifier = FakeVerifier()
    docgen = _docgen(over, verifier)
    works = Works(docgen=docgen, clock=over.clock, chance=over.chance)
    built = Portal(
        world=over,
        worker=worker,
        docgen=docgen,
        verifier=verifier,
        program=Program(works=works, watch=Watch(), key=None),
    )
    try:
        yield replace(built, program=built.issued())
    finally:
        over.register.close()
        over.codes.close()
