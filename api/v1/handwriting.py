"""Signing by hand: strokes drawn on a screen, or the scan of a signed paper."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints

from api.route import Answer, Call, FiledBody, JsonBody, Repeat, Reply, Route
from api.v1.shapes import HandShape, Shape
from docgen.domain import handwriting
from docgen.domain.caller import Scope
from docgen.domain.consent import HandwrittenConsent, WayOfSigning, Witness
from docgen.domain.envelope import Envelope
from docgen.domain.errors import (
    AlreadyConfirmed,
    Busy,
    FieldError,
    MoveNotAllowed,
    NotReady,
    StaleEnvelope,
    ValuesRejected,
    WayNotAllowed,
)
from docgen.domain.handwriting import PIXEL, Point, Strokes, Tool
from docgen.domain.language import Language
from docgen.forms.fields import Block, Code, Line, Name, finding
from docgen.usecases.sign_by_hand import (
    DrawnSignature,
    HandSignature,
    ScannedPaper,
    ShownConsent,
)

_SIDE = Annotated[int, Field(strict=True, ge=100, le=8192)]
_FARTHEST = 100_000
_LATEST_MS = 24 * 60 * 60 * 1000


def _finite(value: object) -> float:
    """A number as JSON writes one, and nothing that could be taken for one."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise finding("not_a_number")
    try:
        return float(value)
    except OverflowError:
        raise finding("not_a_number") from None


_Number = Annotated[float, Field(allow_inf_nan=False)]
_Place = Annotated[_Number, Field(ge=-_FARTHEST, le=_FARTHEST), BeforeValidator(_finite)]
_Moment = Annotated[_Number, Field(ge=0, le=_LATEST_MS), BeforeValidator(_finite)]
_Share = Annotated[_Number, Field(ge=0, le=1), BeforeValidator(_finite)]


class ShownText(Block):
    """Which sentence the subscriber was shown; `GET /v1/consents` tells those of today."""

    language: Language
    version: Code
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """Of its letters in UTF-8."""


class WitnessBody(Block):
    """The employee who saw it being signed."""

    name: Name
    employee_id: Code
    role: Line | None = None


class ScannedSignature(Block):
    """What is told of a scanned paper; the file is a part of its own."""

    consent: ShownText
    witness: WitnessBody
    device: Code | None = None


class Canvas(Block):
    """The field that was drawn on, in its own pixels."""

    width: _SIDE
    height: _SIDE


class PointBody(Block):
    """Where the tip was: pixels from the upper left corner, and milliseconds."""

    x: _Place
    y: _Place
    t: _Moment
    pressure: _Share | None = None


def _not_too_many(strokes: object) -> object:
    """Before each is read: a million wrong ones would keep us busy for long."""
    if isinstance(strokes, list):
        points = sum(len(each) if isinstance(each, list) else 1 for each in strokes)
        if points > handwriting.MOST_POINTS or len(strokes) > handwriting.MOST_STROKES:
            raise finding(
                "points_too_many",
                limit=handwriting.MOST_POINTS,
                strokes=handwriting.MOST_STROKES,
            )
    return strokes


class HandSignatureBody(ScannedSignature):
    """A signature drawn on a screen, and the picture of it as it was seen there."""

    canvas: Canvas
    tool: Tool
    strokes: Annotated[tuple[tuple[PointBody, ...], ...], BeforeValidator(_not_too_many)]
    """From touching to leaving, one after another."""
    image: Annotated[str, StringConstraints(min_length=1, max_length=700_000)]
    """A PNG of the canvas's shape, in base64."""


class HandwrittenShape(Shape):
    """The legal act by hand; the same however often it is asked for."""

    id: str
    state: Literal["confirmed"] = "confirmed"
    way: WayOfSigning
    confirmed_at: datetime
    hand: HandShape
    manifest_sha256: str

    @classmethod
    def of(cls, envelope: Envelope, consent: HandwrittenConsent) -> Self:
        """The shape of an envelope that was signed by hand."""
        return cls(
            id=envelope.id,
            way=consent.way,
            confirmed_at=consent.confirmed_at,
            hand=HandShape.of(consent),
            manifest_sha256=envelope.manifest_hash,
        )


def sign_by_hand(call: Call) -> Reply:
    """The legal act; the same strokes or the same file again get the same answer."""
    by: DrawnSignature | ScannedPaper
    if isinstance(call.body, HandSignatureBody):
        body: ScannedSignature = call.body
        by = DrawnSignature(strokes=_strokes(call.body), image=_image(call.body))
    else:
        body = call.body_as(ScannedSignature)
        by = ScannedPaper(content=call.file)
    signature = HandSignature(
        by=by,
        witness=Witness(
            name=body.witness.name,
            # Whoever is signed in is who has seen it, and names nobody else.
            employee_id=call.caller.employee_id or body.witness.employee_id,
            role=body.witness.role,
        ),
        consent=ShownConsent(
            language=body.consent.language,
            version=body.consent.version,
            sha256=body.consent.sha256,
        ),
        device=body.device,
    )
    envelope = call.docgen.sign_by_hand(call.envelope.envelope.id, signature)
    if not isinstance(envelope.consent, HandwrittenConsent):
        raise AlreadyConfirmed("sign_by_hand", envelope.state)
    return Reply(body=HandwrittenShape.of(envelope, envelope.consent))


def _strokes(body: HandSignatureBody) -> Strokes:
    """As they are kept: whole numbers, times from the first point on."""
    begun = min((point.t for stroke in body.strokes for point in stroke), default=0)
    return Strokes(
        width=body.canvas.width,
        height=body.canvas.height,
        tool=body.tool,
        strokes=tuple(_stroke(stroke, begun) for stroke in body.strokes),
    )


def _stroke(points: Sequence[PointBody], begun: float) -> tuple[Point, ...]:
    return tuple(
        Point(
            x=round(each.x * PIXEL),
            y=round(each.y * PIXEL),
            t=round(each.t - begun),
            pressure=None if each.pressure is None else round(each.pressure * 1000),
        )
        for each in points
    )


def _image(body: HandSignatureBody) -> bytes:
    try:
        return base64.b64decode(body.image, validate=True)
    except (binascii.Error, ValueError):
        raise ValuesRejected((FieldError("/image", "not_base64"),)) from None


_BODY = FiledBody(model=ScannedSignature, alone=JsonBody(model=HandSignatureBody))

ROUTES = (
    Route(
        method="POST",
        path="/v1/envelopes/{envelope_id}/handwritten",
        view=sign_by_hand,
        for_signer=True,
        summary="Sign by hand before a witness: strokes drawn on a screen as JSON, or a scanned "
        "paper (PDF, JPEG, PNG) as a form",
        tag="signing",
        scope=Scope.ENVELOPES_SIGN,
        body=_BODY,
        repeat=Repeat.MAY,
        answer=Answer(says="Confirmed; the seal follows", model=HandwrittenShape),
        refusals=(
            ValuesRejected,
            WayNotAllowed,
            NotReady,
            AlreadyConfirmed,
            MoveNotAllowed,
            StaleEnvelope,
            Busy,
        ),
    ),
)
