"""Owners and regions: what is another's does not exist."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from api.route import FiledBody, JsonBody, Route
from api.v1 import ROUTES
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, Program, sample, spoilt
from tests.api.watch import found, refused

_OF_AN_ENVELOPE = {
    f"{route.method} {route.path}": route for route in ROUTES if route.of_an_envelope
}
_BODIES: dict[str, dict[str, Any]] = {
    "confirmation": {"code": "000001", "attempt_id": "a-1"},
    "decline": {"reason": "Қымбат"},
    "void": {"reason": "Қате"},
    "tickets": {"kind": "link"},
}
_ALMATY, _ASTANA = "Алматы", "Астана"


def _of(region: str | None) -> dict[str, Any]:
    if region is None:
        return sample()
    return spoilt("reference", "region", value=region)


def _asked(program: Program, route: Route, envelope_id: str, document_id: str) -> TestResponse:
    path = route.path.format(envelope_id=envelope_id, document_id=document_id, page=1)
    if isinstance(route.body, JsonBody | FiledBody):
        return program.post(path, _BODIES.get(path.rpartition("/")[2], {}))
    return program.ask(route.method, path)


@pytest.mark.parametrize("name", _OF_AN_ENVELOPE)
@pytest.mark.parametrize("border", ["owner", "region"])
def test_on_every_route_anothers_envelope_is_not_found(
    here: Portal, name: str, border: str
) -> None:
    """404, exactly as for an id that is nobody's, and nothing happens to it."""
    envelope_id = here.created(_of(_ALMATY))
    here.sent_again(envelope_id)
    document_id = here.world.envelope(envelope_id).documents[0].id
    theirs = {"owner": "other"} if border == "owner" else {"region": _ASTANA}
    stranger, route, before = here.issued(**theirs), _OF_AN_ENVELOPE[name], _all(here, envelope_id)

    answers = [_asked(stranger, route, each, document_id) for each in (envelope_id, "0" * 26)]

    bodies = [refused(answer, 404, "envelope_not_found") for answer in answers]
    told = [{k: v for k, v in body.items() if k not in _PASSING} for body in bodies]
    assert told[0] == told[1]
    assert _all(here, envelope_id) == before


_PASSING = {"instance", "request_id"}


def _all(here: Portal, envelope_id: str) -> object:
    return here.world.envelope(envelope_id), here.world.journal(envelope_id), here.world.sms.sent[:]


@pytest.mark.parametrize("name", _OF_AN_ENVELOPE)
def test_on_every_route_the_owners_own_programs_are_let_in(here: Portal, name: str) -> None:
    """Another client of the same owner is no stranger, nor is one of the envelope's region."""
    for program in (here.issued(client="office"), here.issued(region=_ALMATY)):
        envelope_id = here.created(_of(_ALMATY))
        if "confirmation" in name:
            here.sent_again(envelope_id)
        document_id = here.world.envelope(envelope_id).documents[0].id

        answer = _asked(program, _OF_AN_ENVELOPE[name], envelope_id, document_id)

        # Who is let in is told that nothing lies beside this document; strangers are not.
        absent = name.endswith("/cms") and b'"document_not_found"' in answer.get_data()
        assert absent or answer.status_code in {200, 201, 202, 422}, answer.get_data()


def test_a_document_is_of_its_envelope_only(here: Portal) -> None:
    """404 `document_not_found` for a document under another envelope, though both are ours."""
    one, other = here.created(), here.created()
    document_id = here.world.envelope(other).documents[0].id

    for what in ("pdf", "pages/1"):
        path = f"{ENVELOPES}/{one}/documents/{document_id}/{what}"
        refused(here.program.get(path), 404, "document_not_found")


def test_lists_stay_inside_the_border(anywhere: Portal) -> None:
    """Each owner and region finds its own, by whatever it searches."""
    made = {region: anywhere.created(_of(region)) for region in (_ALMATY, _ASTANA, None)}
    other = anywhere.issued(owner="other")
    theirs = other.post(ENVELOPES, _of(_ALMATY)).get_json()["id"]

    for query in ("", "?phone=87475550187", "?state=ready", "?order=1-204817733"):
        assert _found(anywhere.program, query) == set(made.values())
        assert _found(anywhere.issued(region=_ALMATY), query) == {made[_ALMATY]}
        assert _found(anywhere.issued(region="Шымкент"), query) == set()
        assert _found(other, query) == {theirs}
        assert _found(anywhere.issued(owner="other", region=_ASTANA), query) == set()


def _found(program: Program, query: str) -> set[str]:
    return {each["id"] for each in program.get(ENVELOPES + query).get_json()["envelopes"]}


def test_a_cursor_does_not_cross_the_border(here: Portal) -> None:
    """Another's id as a cursor is a place in time and no more."""
    mine = here.created()
    other = here.issued(owner="other")
    theirs = other.post(ENVELOPES, sample()).get_json()["id"]

    assert _found(here.program, f"?cursor={theirs}") == {mine}
    assert _found(other, f"?cursor={theirs}") == set()


def test_who_made_it_is_written_on_the_envelope(anywhere: Portal) -> None:
    """Owner and client come from the key, the region from the key or the body; all are kept."""
    program = anywhere.issued(owner="kt", client="tablet", region=_ALMATY)

    told = program.post(ENVELOPES, sample()).get_json()

    assert (told["owner"], told["client"]) == ("kt", "tablet")
    assert told["reference"]["region"] == _ALMATY
    kept = anywhere.world.envelope(told["id"])
    assert (kept.owner, kept.client, kept.reference.region) == ("kt", "tablet", _ALMATY)
    assert anywhere.world.journal(told["id"])[0].actor == "client:tablet"


def test_a_program_without_a_region_makes_envelopes_of_any(here: Portal) -> None:
    """The body says which, or none."""
    for region in (_ALMATY, None):
        told = here.program.post(ENVELOPES, _of(region)).get_json()

        assert told["reference"]["region"] == region


def test_a_program_of_a_region_makes_no_other_regions_envelopes(here: Portal) -> None:
    """422 at the very field, and nothing is made."""
    answer = here.issued(region=_ALMATY).post(ENVELOPES, _of(_ASTANA))

    assert found(answer) == {"/reference/region": "region_not_yours"}
    assert _found(here.program, "") == set()


@pytest.mark.parametrize("name", ["owner", "client", "state", "id"])
def test_nobody_names_himself_in_the_body(here: Portal, name: str) -> None:
    """What comes from the key cannot come from the caller: 422 for an unknown field."""
    assert found(here.program.post(ENVELOPES, sample() | {name: "other"})) == {
        f"/{name}": "unknown_field"
    }
