"""One visit, end to end, on the embedded default: what a technician and a subscriber would do."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from docgen.bootstrap.inbox import inbox
from docgen.bootstrap.service import Docgen, opened
from docgen.demo.choice import choose_demo
from docgen.domain.dispatch import AskedBy
from docgen.domain.envelope import Envelope, State
from docgen.domain.errors import SealUnavailable, SmsUnavailable
from docgen.domain.language import BOTH, Language
from docgen.domain.subscriber import Phone
from docgen.forms.visit import acceptance_act_of
from docgen.settings import BESIDE_THE_PACKAGES, Settings
from docgen.usecases.create_envelope import DocumentRequest, EnvelopeRequest
from docgen.usecases.spend_code import Attempt

SAMPLE = BESIDE_THE_PACKAGES / "samples" / "visit_acceptance.json"
_CODE = re.compile(r"\b\d{6}\b")

Tell = Callable[[str], None]


def one_visit(output: Path, *, tell: Tell) -> None:
    """Run the sample visit, telling each step; the sealed PDFs are left in `output`."""
    settings = choose_demo()
    output.mkdir(parents=True, exist_ok=True)
    visit = json.loads(SAMPLE.read_text(encoding="utf-8"))
    with opened(settings) as everything:
        docgen = everything.docgen
        envelope = docgen.create_envelope(_request(visit))
        _tell_frozen(envelope, tell)
        employee = visit["operator_person"]["employee_id"]
        challenge = docgen.send_code(
            envelope.id,
            language=Language.KK,
            asked_by=AskedBy(client="demo", employee_id=employee),
        )
        text = _message(settings, envelope.subscriber.phone)
        tell(f"code sent   to {envelope.subscriber.phone.masked()}: {text}")
        attempt = Attempt(id=challenge.id, code=_code(text), language=Language.KK)
        envelope = docgen.confirm_by_code(envelope.id, attempt)
        tell(f"confirmed   the code was bound to manifest {challenge.manifest_hash}")
        if envelope.state is not State.SEALED:
            raise SealUnavailable("the envelope is confirmed; `docgen sweep` will seal it")
        _leave(docgen, envelope, output, tell=tell)


def _request(visit: dict[str, object]) -> EnvelopeRequest:
    mapped = acceptance_act_of(visit)
    act = DocumentRequest(form="acceptance_act", languages=BOTH, values=mapped["values"])
    return EnvelopeRequest(
        owner="demo",
        client="demo",
        subscriber=mapped["subscriber"],
        reference=mapped["reference"],
        documents=(act,),
    )


def _tell_frozen(envelope: Envelope, tell: Tell) -> None:
    for document in envelope.documents:
        frozen = document.frozen
        if frozen is not None:
            tell(f"frozen      {document.number}, {frozen.pages} pages, SHA-256 {frozen.sha256}")


def _message(settings: Settings, phone: Phone) -> str:
    for message in reversed(inbox(settings).messages()):
        if message["to"] == phone.value:
            return str(message["text"])
    raise SmsUnavailable("the message is not in the inbox")


def _code(text: str) -> str:
    found = _CODE.search(text)
    if found is None:
        raise SmsUnavailable("the message holds no code")
    return found.group()


def _leave(docgen: Docgen, envelope: Envelope, output: Path, *, tell: Tell) -> None:
    for document in envelope.documents:
        sealed = document.sealed
        if sealed is None:
            continue
        pdf = docgen.blobs.get(sealed.sha256)
        path = output / f"{document.number}.pdf"
        path.touch(mode=0o600)
        path.write_bytes(pdf)
        verdict = docgen.verify_document(pdf).verdict
        tell(f"sealed      {path}, {sealed.level}, {verdict}")
