"""The page behind the QR code: what the register holds of a document, for anyone with the paper."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from api.problems import Problem
from api.route import Answer, Call, Reply, Route
from api.web.page import PageQuery, Site, page_route, sent
from api.web.words import Tongue, tell, words
from docgen.domain.envelope import State
from docgen.domain.errors import DocumentNotFound, FormNotFound
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.texts.dates import moment
from docgen.usecases.show_issued import Issued

UNSEEN = {"X-Robots-Tag": "noindex, nofollow", "Vary": "Accept, Accept-Language"}
_TEXT = "text/plain; charset=utf-8"
_ELSEWHERE = Answer(
    status=HTTPStatus.PERMANENT_REDIRECT, says="It is elsewhere", media_type=_TEXT,
    headers={"Location": "Where it is"},
)  # fmt: skip
_OVER = {State.DECLINED, State.EXPIRED, State.VOID}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that is known, under the word for it."""

    word: str
    value: str
    is_code: bool = False


def verify_pages(site: Site) -> tuple[Route, ...]:
    """The routes of the pages; the first is part of the interface, since every paper prints it."""

    def show_issued(call: Call) -> Reply:
        issued = call.docgen.show_issued(call.path["token"])
        return issued_page(site, issued, call)

    def show_upload(call: Call) -> Reply:
        return issued_page(site, None, call)

    def refuse(problem: Problem, call: Call) -> Reply:
        return refused_page(site, problem, call)

    def show_place(call: Call) -> Reply:
        """Where the page is: of what was asked for only a language that is ours goes along."""
        headers = {"Location": f"/verify?lang={tongue_of(call)}"}
        return Reply(
            body=b"", status=HTTPStatus.PERMANENT_REDIRECT, media_type=_TEXT, headers=headers
        )

    place = page_route("/verify/", show_place, says="Be sent to the page that verifies a file")
    shown = page_route("/verify/{token}", show_issued, says="See what is registered of a document")
    upload = page_route("/verify", show_upload, says="Have a file verified")
    return (
        replace(shown, tag="verification", refusal=refuse, refusals=(DocumentNotFound,)),
        replace(upload, tag="verification", refusal=refuse),
        replace(place, tag="verification", answer=_ELSEWHERE),
    )


def issued_page(site: Site, issued: Issued | None, call: Call) -> Reply:
    """What is registered of a document, if one is asked about, and where to upload a file of it."""
    tongue = tongue_of(call)
    page = site.page(
        "verify",
        tongue,
        languages=Tongue,
        title=None if issued is None else title_of(issued, call.docgen.forms, tongue),
        issued=issued,
        state=None if issued is None else tell(f"state.{issued.state}", tongue),
        is_over=issued is not None and issued.state in _OVER,
        lines=() if issued is None else tuple(issued_lines(issued, tongue)),
    )
    return unseen(sent(page, tongue, takes_forms=True, scripted=True))


def refused_page(site: Site, problem: Problem, call: Call) -> Reply:
    """A refusal in words for people, with its status, and the form to try again."""
    tongue = tongue_of(call)
    known = words(tongue)["verify"]["refusals"]
    told = known.get(problem.code, known["other"])
    seconds = problem.all_headers().get("Retry-After")
    page = site.page(
        "refused", tongue, languages=Tongue, refusal=told, code=problem.code, seconds=seconds
    )
    reply = unseen(sent(page, tongue, takes_forms=True, scripted=True))
    return replace(reply, status=problem.status, headers={**reply.headers, **problem.all_headers()})


def tongue_of(call: Call) -> Tongue:
    """What the reader chose, else the first that his browser asks for, else the state language."""
    chosen = call.query.lang if isinstance(call.query, PageQuery) else None
    asked = (tag.partition("-")[0].lower() for tag in call.wanted)
    known = (tag for tag in (chosen, *asked) if tag in set(Tongue))
    return Tongue(next(known, Tongue.KK))


def unseen(reply: Reply) -> Reply:
    """The page, but for no search engine."""
    return replace(reply, headers={**reply.headers, **UNSEEN})


def title_of(issued: Issued, forms: Catalogue, tongue: Tongue) -> str:
    """A paper outlives its form: what is no longer offered is told by its code."""
    english: str | None = words(Tongue.EN)["forms"].get(issued.form)
    if tongue is Tongue.EN and english is not None:
        return english
    try:
        return forms.get(issued.form).title(Language.RU if tongue is Tongue.RU else Language.KK)
    except FormNotFound:
        return issued.form


def issued_lines(issued: Issued, tongue: Tongue) -> Iterator[Line]:
    """What the register holds of a document: no values, and nobody's name."""
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
        beside = tell("word.absent", tongue) if signed is None else moment(signed.signed_at)
        yield Line(word="detached", value=beside)


def _time(word: str, at: datetime | None) -> Iterator[Line]:
    if at is not None:
        yield Line(word=word, value=moment(at))
