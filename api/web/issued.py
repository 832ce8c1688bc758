"""The page behind the QR code: what the register holds of a document, for anyone with the paper."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from api.route import Call, Reply, Route
from api.web.page import Site, page_route, sent, spoken
from docgen.domain.envelope import State
from docgen.domain.errors import DocumentNotFound, FormNotFound
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.texts.dates import moment
from docgen.texts.phrases import say
from docgen.usecases.show_issued import Issued

_UNSEEN = {"X-Robots-Tag": "noindex, nofollow"}
_OVER = {State.DECLINED, State.EXPIRED, State.VOID}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing the register holds, under the word for it."""

    word: str
    value: str
    is_code: bool = False


def issued_page(site: Site) -> Route:
    """The route of the page; it is part of the interface, since every paper prints it."""

    def show_issued(call: Call) -> Reply:
        issued = call.docgen.show_issued(call.path["token"])
        language = spoken(call)
        page = site.page(
            "issued",
            language,
            title=_title(issued, call.docgen.forms, language),
            issued=issued,
            state=say(f"state.{issued.state}", language),
            is_over=issued.state in _OVER,
            lines=tuple(_lines(issued, language)),
        )
        reply = sent(page, language)
        return replace(reply, headers={**reply.headers, **_UNSEEN})

    route = page_route("/verify/{token}", show_issued, says="See what is registered of a document")
    return replace(route, tag="verification", refusals=(DocumentNotFound,))


def _title(issued: Issued, forms: Catalogue, language: Language) -> str:
    """A paper outlives its form: what is no longer offered is told by its code."""
    try:
        return forms.get(issued.form).title(language)
    except FormNotFound:
        return issued.form


def _lines(issued: Issued, language: Language) -> Iterator[Line]:
    frozen, sealed, confirmed_at = issued.frozen, issued.sealed, issued.confirmed_at
    yield Line(word="number", value=issued.number)
    yield from _time("frozen_at", None if frozen is None else frozen.frozen_at)
    yield from _time("confirmed_at", confirmed_at)
    yield from _time("sealed_at", None if sealed is None else sealed.sealed_at)
    if frozen is not None:
        word = "frozen_sha256" if confirmed_at is None else "confirmed_sha256"
        yield Line(word=word, value=frozen.sha256, is_code=True)
    if sealed is not None:
        yield Line(word="sealed_sha256", value=sealed.sha256, is_code=True)
        yield Line(word="level", value=f"PAdES {sealed.level}")
        yield Line(word="signer", value=sealed.signer)
        signed = issued.detached
        beside = say("word.absent", language) if signed is None else moment(signed.signed_at)
        yield Line(word="detached", value=beside)


def _time(word: str, at: datetime | None) -> Iterator[Line]:
    if at is not None:
        yield Line(word=word, value=moment(at))
