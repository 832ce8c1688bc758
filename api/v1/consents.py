"""The sentences that subscribers agree to, as they stand today."""

import hashlib

from api.route import Answer, Call, Reply, Route
from api.v1.shapes import Shape
from docgen.domain.caller import Scope
from docgen.domain.consent import WayOfSigning
from docgen.domain.language import BOTH, Language
from docgen.texts.phrases import say

_WAYS = (WayOfSigning.SMS_CODE, WayOfSigning.BY_HAND)


class ConsentTextShape(Shape):
    """A sentence to be shown to the subscriber before he signs that way."""

    way: WayOfSigning
    language: Language
    version: str
    text: str
    sha256: str
    """Of its letters in UTF-8."""


class ConsentTextsShape(Shape):
    """All of them."""

    consents: tuple[ConsentTextShape, ...]


def list_consents(call: Call) -> Reply:
    """Every way of signing, in both languages."""
    del call
    listed = tuple(_shape(way, language) for way in _WAYS for language in BOTH)
    return Reply(body=ConsentTextsShape(consents=listed))


def _shape(way: WayOfSigning, language: Language) -> ConsentTextShape:
    text = say(f"consent.{way}.text", language)
    return ConsentTextShape(
        way=way,
        language=language,
        version=say(f"consent.{way}.version", language),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/consents",
        view=list_consents,
        summary="The sentences that subscribers agree to",
        tag="forms",
        scope=Scope.FORMS_READ,
        answer=Answer(says="The sentences", model=ConsentTextsShape),
    ),
)
