"""An envelope made in the place of another: both or neither, and one successor at most."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from docgen.domain import evidence
from docgen.domain.caller import Scope
from docgen.domain.envelope import MOVES, State, Verb
from docgen.usecases.publish_news import PublishNews
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, FRESH, sample
from tests.api.states import MADE
from tests.api.watch import found, refused
from tests.contracts.races import at_once
from tests.usecases.world import request


def _replaced(here: Portal, old: str, *, once: str = FRESH) -> TestResponse:
    return here.program.post(ENVELOPES, sample() | {"supersedes": old}, once=once)


def _ids(here: Portal) -> list[str]:
    listed = here.program.get(f"{ENVELOPES}?limit=100").get_json()["envelopes"]
    return [each["id"] for each in listed]


def _journal(here: Portal, envelope_id: str) -> list[dict[str, Any]]:
    told: dict[str, Any] = here.program.get(f"{ENVELOPES}/{envelope_id}/journal").get_json()
    entries: list[dict[str, Any]] = told["entries"]
    return entries


@pytest.mark.parametrize("state", State)
def test_what_may_be_void_may_be_replaced(here: Portal, state: State) -> None:
    """201 and the old one void; 409 with its state otherwise, and nothing new."""
    old = MADE[state](here)
    before, known = here.shown(old), _ids(here)

    answer = _replaced(here, old)

    if state not in MOVES[Verb.VOID].sources:
        assert refused(answer, 409, "move_not_allowed")["state"] == state.value
        assert (here.shown(old), _ids(here)) == (before, known)
        return
    new = answer.get_json()
    assert (answer.status_code, new["supersedes"], new["superseded_by"]) == (201, old, None)
    told = here.shown(old)
    assert (told["state"], told["reason"]) == ("void", "superseded")
    assert (told["superseded_by"], told["supersedes"]) == (new["id"], None)


def test_both_journals_name_the_other(here: Portal) -> None:
    """The new one's first entry, and the old one's last, which says why."""
    old = here.created()
    new = _replaced(here, old).get_json()["id"]

    assert _journal(here, new)[0]["details"]["supersedes"] == old
    last = _journal(here, old)[-1]
    assert (last["event"], last["actor"]) == ("voided", "client:portal")
    assert (last["details"]["superseded_by"], last["details"]["reason"]) == (new, "superseded")


def test_news_of_the_void_one_names_its_successor(here: Portal) -> None:
    """And the news of the new one whom it replaces."""
    hook = {"url": "https://127.0.0.1:9/hooks", "topics": ["envelope.void", "envelope.created"]}
    made = here.program.post("/v1/webhooks", hook).get_json()["id"]
    old = here.created()
    new = _replaced(here, old).get_json()["id"]
    while PublishNews(register=here.world.register, clock=here.world.clock)():
        pass

    with here.world.register.view() as unit:
        owed = unit.deliveries.of(made, state=None, after=None, limit=10)
    void = [each.body for each in owed if each.topic == "envelope.void"]
    created = [each.body for each in owed if each.topic == "envelope.created"]
    assert [f'"superseded_by":"{new}"' in body for body in void] == [True]
    assert sorted(f'"supersedes":"{old}"' in body for body in created) == [False, True]


def test_the_evidence_names_what_was_replaced(here: Portal) -> None:
    """Whoever has the sealed paper alone knows of the other one."""
    old = here.created()
    new = _replaced(here, old).get_json()["id"]
    here.sent_again(new)
    assert here.tried(new, here.world.chance.given[-1], "a-1").status_code == 200

    stated = evidence.parse(here.world.sealer.orders[-1].evidence)
    assert stated is not None
    assert stated["envelope"]["supersedes"] == old


def test_a_code_of_the_replaced_one_is_dead(anywhere: Portal) -> None:
    """It confirms neither the old papers nor the new ones."""
    old, code = anywhere.code_sent()
    new = _replaced(anywhere, old).get_json()["id"]
    anywhere.world.clock.advance(timedelta(minutes=1))

    for answer in (anywhere.tried(old, code, "a-1"), anywhere.sent_again(old)):
        assert refused(answer, 409, "move_not_allowed")["state"] == "void"
    assert refused(anywhere.tried(new, code, "a-2"), 409, "move_not_allowed")["state"] == "ready"


def test_a_replaced_one_is_replaced_no_more(here: Portal) -> None:
    """The answer names the one to replace instead, and that may be replaced in turn."""
    first = here.created()
    second = _replaced(here, first).get_json()["id"]

    answer = _replaced(here, first)

    told = refused(answer, 409, "already_superseded")
    assert (told["superseded_by"], told["state"]) == (second, "void")
    assert second in told["detail"]
    third = _replaced(here, second).get_json()["id"]
    assert here.shown(second)["superseded_by"] == third


def test_a_repetition_makes_no_second_one(anywhere: Portal) -> None:
    """The same key and body: the same envelope, whether its answer was kept or lost."""
    old = anywhere.created()
    first = _replaced(anywhere, old, once="once").get_json()["id"]
    known = _ids(anywhere)

    assert _replaced(anywhere, old, once="once").get_json()["id"] == first
    assert _ids(anywhere) == known


def test_a_retry_after_a_lost_answer_finds_what_was_made(here: Portal) -> None:
    """Its id was chosen beforehand: nothing is made, and nothing is void, a second time."""
    old = here.created()
    asked = replace(request(), id="01" + "A" * 24, supersedes=old)

    made = [here.world.create(asked).id for _ in range(2)]

    assert made == [asked.id, asked.id]
    assert here.shown(old)["superseded_by"] == asked.id
    assert here.world.events(old).count("voided") == 1


@pytest.mark.parametrize("who", [{"owner": "another"}, {"region": "Астана"}])
def test_what_the_caller_does_not_see_is_unknown_to_it(here: Portal, who: dict[str, str]) -> None:
    """Of another owner or region: 422 at `/supersedes`, as for an id of nobody."""
    body = sample()
    body["reference"]["region"] = "Алматы"
    old = here.created(body)
    other = here.issued(**who)
    mine = sample()
    mine["reference"]["region"] = who.get("region")

    for name in (old, "0" * 26):
        answer = other.post(ENVELOPES, mine | {"supersedes": name})
        assert found(answer) == {"/supersedes": "envelope_unknown"}
    assert here.shown(old)["state"] == "ready"


def test_replacing_wants_the_right_to_end(here: Portal) -> None:
    """Who may make envelopes and not end them cannot end one this way."""
    old = here.created()
    maker = here.issued(scopes=frozenset({Scope.ENVELOPES_CREATE}))

    answer = maker.post(ENVELOPES, sample() | {"supersedes": old})

    assert refused(answer, 403, "scope_missing")["scope"] == "envelopes:end"
    assert here.shown(old)["state"] == "ready"


def test_of_two_successors_at_once_one_is_made(anywhere: Portal) -> None:
    """The other gets 409, and leaves nothing behind."""
    old = anywhere.created()

    answers = at_once([lambda: _replaced(anywhere, old)] * 4)

    told = [each for each in answers if isinstance(each, TestResponse)]
    assert sorted(each.status_code for each in told) == [201, 409, 409, 409]
    (new,) = [each.get_json()["id"] for each in told if each.status_code == 201]
    assert sorted(_ids(anywhere)) == sorted([old, new])
    assert anywhere.shown(old)["superseded_by"] == new
    assert anywhere.world.events(old).count("voided") == 1


def test_replaced_and_confirmed_at_once_it_is_void(anywhere: Portal) -> None:
    """Whichever came first: the code confirmed before it was void, or not at all; no seal."""
    old, code = anywhere.code_sent()
    anywhere.worker.away = True

    made, tried = at_once(
        [lambda: _replaced(anywhere, old), lambda: anywhere.tried(old, code, "a-1")]
    )

    assert isinstance(made, TestResponse)
    assert isinstance(tried, TestResponse)
    assert (made.status_code, tried.status_code in {200, 409}) == (201, True)
    told = [e for e in anywhere.world.events(old) if e in {"confirmed", "voided"}]
    assert told == (["confirmed", "voided"] if tried.status_code == 200 else ["voided"])
    assert anywhere.shown(old)["state"] == "void"
    anywhere.worker.away = False
    anywhere.world.sweep()
    assert anywhere.world.sealer.orders == []


def test_what_is_overdue_takes_no_refusal_any_more(here: Portal) -> None:
    """Swept or not: 409 tells that the time is over."""
    old = here.created()
    here.world.clock.advance(timedelta(hours=72))

    answer = here.program.post(f"{ENVELOPES}/{old}/decline", {"reason": "Қымбат"})

    assert refused(answer, 409, "move_not_allowed")["state"] == "expired"
