"""The result sheet: what an uploaded file turned out to be, for people, on one page to print."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from api.problems import Problem
from api.route import OPEN, Answer, Call, FileBody, Reply, Route
from api.web.issued import Line, refused_page, title_of, tongue_of, unseen
from api.web.page import PageQuery, Site, sent
from api.web.words import Tongue, tell
from docgen.domain.errors import (
    Busy,
    DocumentNotFound,
    LimitReached,
    Unavailable,
    UnreadableDocument,
)
from docgen.domain.verdict import Report, Verdict
from docgen.ports import Clock
from docgen.texts.dates import moment
from docgen.usecases.show_issued import Issued
from docgen.usecases.verify_document import STANDING
from docgen.usecases.verify_upload import Checked, Match

_GOOD, _CAUTION, _BAD = "good", "caution", "bad"
_TONES: Mapping[str, str] = {
    "identical": _GOOD,
    "continued": _GOOD,
    "unregistered": _CAUTION,
    "changed_after_issue": _CAUTION,
    "shown": _CAUTION,
    "test": _BAD,
    "unknown": _CAUTION,
    "other_document": _BAD,
    "unsealed": _BAD,
    "invalid": _BAD,
}
"""Green only for the bytes that were issued; a good seal over other bytes is yellow."""
_LETTER = re.compile(r"\w+")
_LONGEST = 120


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Everything on the sheet, in the order it stands there."""

    headline: str
    tone: str
    findings: tuple[str, ...]
    document: tuple[Line, ...]
    file: tuple[Line, ...]
    seal: tuple[Line, ...]
    signing: tuple[Line, ...]


def checked_pages(site: Site, clock: Clock) -> tuple[Route, ...]:
    """The routes that take a file; they keep nothing of it."""

    def verify_of_document(call: Call) -> Reply:
        issued = call.docgen.show_issued(call.path["token"])
        return _checked(site, clock, call, issued=issued)

    def verify_any(call: Call) -> Reply:
        return _checked(site, clock, call, issued=None)

    def refuse(problem: Problem, call: Call) -> Reply:
        return refused_page(site, problem, call)

    route = Route(
        method="POST",
        path="/verify",
        view=verify_any,
        summary="Verify a file, and see the result as a page",
        tag="verification",
        scope=OPEN,
        body=FileBody(),
        query=PageQuery,
        counted=True,
        answer=Answer(says="The result sheet", media_type="text/html"),
        refusal=refuse,
        refusals=(UnreadableDocument, LimitReached, Busy, Unavailable),
    )
    of_document = replace(
        route,
        path="/verify/{token}",
        view=verify_of_document,
        refusals=(*route.refusals, DocumentNotFound),
    )
    return route, of_document


def headline(checked: Checked) -> str:
    """Which of the sheet's headlines says it: the file's verdict, in the light of the register."""
    if checked.match is Match.OTHER_DOCUMENT:
        return "other_document"
    if checked.report.verdict is Verdict.VALID:
        return checked.match.value if checked.registered else "unregistered"
    if checked.match is Match.SHOWN:
        return "shown"
    return checked.report.verdict.value


def _checked(site: Site, clock: Clock, call: Call, *, issued: Issued | None) -> Reply:
    token = call.path.get("token")
    checked = call.docgen.verify_upload(call.file, token=token)
    tongue, now = tongue_of(call), clock.now()
    known = issued or _claimed(call, checked)
    page = site.page(
        "checked",
        tongue,
        languages=Tongue,
        title=None if known is None else title_of(known, call.docgen.forms, tongue),
        sheet=_sheet(checked, known, tongue=tongue),
        verdict=tell(f"verdict.{checked.report.verdict}", tongue),
        checked_at=moment(now),
        page_address=f"{call.docgen.public_url}/verify" + ("" if token is None else f"/{token}"),
    )
    return unseen(sent(page, tongue, takes_forms=True))


def _claimed(call: Call, checked: Checked) -> Issued | None:
    """What the register holds of the document the file says it is."""
    try:
        return call.docgen.show_issued(checked.report.claimed_token or "")
    except DocumentNotFound:
        return None


def _sheet(checked: Checked, issued: Issued | None, *, tongue: Tongue) -> Sheet:
    said, report = headline(checked), checked.report
    if issued is not None and issued.is_test and _TONES[said] is not _BAD:
        said = "test"
    told = [tell(f"reason.{code}", tongue) for code in report.reasons]
    told += [tell(f"notice.{code}", tongue) for code in report.notices]
    signing = _signing(report.evidence, tongue) if report.verdict in STANDING else ()
    return Sheet(
        headline=said,
        tone=_TONES[said],
        findings=tuple(told),
        document=() if issued is None else (Line(word="number", value=issued.number),),
        file=tuple(_file(checked, issued)),
        seal=tuple(_seal(report)),
        signing=tuple(signing),
    )


def _file(checked: Checked, issued: Issued | None) -> Iterator[Line]:
    yield Line(word="size", value=f"{checked.size:,}".replace(",", " "))
    yield Line(word="file_sha256", value=checked.sha256, is_code=True)
    if issued is not None and issued.sealed is not None:
        yield Line(word="issued_sha256", value=issued.sealed.sha256, is_code=True)
    first = checked.report.first_revision_hash
    if first is not None and checked.report.seal is not None:
        yield Line(word="first_sha256", value=first, is_code=True)


def _seal(report: Report) -> Iterator[Line]:
    """What the seal says of itself; of one that is broken nothing is repeated."""
    seal = report.seal
    if seal is None or report.verdict is Verdict.INVALID:
        return
    yield Line(word="signer", value=_short(seal.signer))
    yield Line(word="serial", value=_short(seal.serial), is_code=True)
    yield Line(word="level", value=f"PAdES {seal.level}")
    if seal.time is not None:
        yield Line(word="seal_time", value=moment(seal.time))
    if seal.timestamp_authority is not None:
        yield Line(word="timestamp_authority", value=_short(seal.timestamp_authority))


def _signing(evidence: Mapping[str, Any] | None, tongue: Tongue) -> Iterator[Line]:
    """Who signed and how, masked: as the evidence under a seal that stands says it."""
    stated = evidence or {}
    person, consent = _part(stated, "subscriber"), _part(stated, "consent")
    number, name = _part(stated, "document").get("number"), person.get("full_name")
    if isinstance(number, str):
        yield Line(word="stated_number", value=_short(number))
    if isinstance(name, str):
        yield Line(word="subscriber", value=_initials(_short(name)))
    for word in ("iin", "phone"):
        value = person.get(word)
        if isinstance(value, str) and "*" in value:
            yield Line(word=word, value=_short(value))
    way, at = consent.get("way"), consent.get("confirmed_at")
    if isinstance(way, str) and way in {"sms_code", "by_hand"}:
        yield Line(word="way", value=tell(f"way.{way}", tongue))
    if isinstance(at, str) and (confirmed := _instant(at)) is not None:
        yield Line(word="confirmed_at", value=moment(confirmed))
    yield from _by_hand(consent)


def _by_hand(consent: Mapping[str, Any]) -> Iterator[Line]:
    """Who saw it, and the hash of what is attached."""
    witness = _part(consent, "witness").get("employee_id")
    if isinstance(witness, str):
        yield Line(word="witness", value=_short(witness))
    for word in ("strokes", "scan"):
        sha256 = _part(consent, word).get("sha256")
        if isinstance(sha256, str):
            yield Line(word=f"{word}_sha256", value=_short(sha256), is_code=True)


def _part(stated: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = stated.get(name)
    return part if isinstance(part, dict) else {}


def _instant(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo is not None else None


def _initials(name: str) -> str:
    """`Ү*** Ә*** С***`: enough to recognise, for whoever knows the person."""
    return _LETTER.sub(lambda found: f"{found[0][0]}***", name)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
