"""What providers of messages post when the state of one changes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from api.route import OPEN, Answer, Call, FormBody, Reply, Route
from docgen.domain.errors import NotFound, SignatureWrong, StaleEnvelope, Unavailable

_Word = Annotated[str, StringConstraints(max_length=64)]


class SmscKzCall(BaseModel):
    """The signed fields, and their signature; the time and all else that is posted is passed over.

    Source: `smsc.kz/api/http/miscellaneous/callback/`.
    """

    model_config = ConfigDict(frozen=True)

    id: _Word
    phone: _Word
    status: _Word
    md5: _Word = ""
    sha1: _Word = ""


def smsc_kz_receipt(call: Call) -> Reply:
    """Kept before it is answered: whoever hears nothing posts it again."""
    form = call.body_as(SmscKzCall)
    calls = call.docgen.calls.get("smsc_kz")
    if calls is None:
        raise NotFound
    receipt = calls.read(form.model_dump())
    if receipt is not None:
        call.docgen.take_receipt(receipt)
    return Reply(body=b"OK", media_type="text/plain")


ROUTES = (
    Route(
        method="POST",
        path="/v1/sms/receipts/smsc-kz",
        view=smsc_kz_receipt,
        summary="For SMSC.kz alone: what became of a message; it is kept when it is answered",
        tag="receipts",
        scope=OPEN,
        body=FormBody(model=SmscKzCall),
        answer=Answer(says="Kept", media_type="text/plain"),
        refusals=(NotFound, SignatureWrong, StaleEnvelope, Unavailable),
    ),
)
