"""Verification of a file, also against the register."""

from typing import Any

from pydantic import JsonValue

from api.route import Answer, Call, FileBody, Reply, Route
from api.v1.shapes import Shape
from docgen.domain.caller import Scope
from docgen.domain.consent import WayOfSigning
from docgen.domain.errors import Busy, UnreadableDocument
from docgen.domain.verdict import Verdict
from docgen.usecases.verify_document import describe
from docgen.usecases.verify_upload import Match


class Words(Shape):
    """A sentence in both languages."""

    kk: str
    ru: str


class ReasonShape(Words):
    """Why, with its stable code."""

    code: str


class NoticeShape(Words):
    """What the seal leaves open, with its stable code; it makes no verdict worse."""

    code: str


class SealFactsShape(Shape):
    """What the seal itself says."""

    level: str
    signer: str
    serial: str
    time: str | None
    timestamp_authority: str | None


class SigningShape(Words):
    """How it was signed, as the evidence under the seal says."""

    way: WayOfSigning


class VerdictShape(Shape):
    """What a file turns out to be, and all it rests on."""

    verdict: Verdict
    test: bool
    """Whether the file says that it was made for trying out; it is then never `valid`."""
    message: Words
    seal: SealFactsShape | None
    confirmed_hash: str | None
    first_revision_hash: str | None
    evidence: dict[str, JsonValue] | None
    journal_chain_ok: bool | None
    signing: SigningShape | None
    registered: bool
    match: Match
    reasons: tuple[ReasonShape, ...]
    notices: tuple[NoticeShape, ...]


def verify_file(call: Call) -> Reply:
    """The verdict on the uploaded file."""
    checked = call.docgen.verify_upload(call.file)
    described: dict[str, Any] = describe(checked.report, registered=checked.registered)
    described["match"] = checked.match
    return Reply(body=VerdictShape.model_validate(described))


ROUTES = (
    Route(
        method="POST",
        path="/v1/verify",
        view=verify_file,
        summary="Verify a file",
        tag="verification",
        scope=Scope.DOCUMENTS_VERIFY,
        body=FileBody(),
        answer=Answer(says="The verdict", model=VerdictShape),
        refusals=(UnreadableDocument, Busy),
    ),
)
