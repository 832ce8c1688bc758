"""Visits: planned beforehand, found by region, drafted by versions, and turned into envelopes."""

from typing import Any

import pytest

from docgen.domain.staff import Role
from tests.api.people import REGION, Browser, signed_in
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, sample
from tests.api.watch import PERSON, found, refused

VISITS = "/v1/visits"
_DAY = "2026-12-02"


def planned(**changes: Any) -> dict[str, Any]:
    """A visit as the order system plans it, with all that an envelope wants."""
    known = sample()
    known["reference"] |= {"region": REGION}
    return known | {"planned_on": _DAY, "slot": "10:00–12:00"} | changes


def _technician(here: Portal, region: str = REGION) -> Browser:
    return signed_in(here.program, here.world, Role.TECHNICIAN, region=region)


def _visit(here: Portal, **changes: Any) -> dict[str, Any]:
    answer = here.program.post(VISITS, planned(**changes))
    assert answer.status_code == 201
    told: dict[str, Any] = answer.get_json()
    return told


def _signed(page: Browser, visit: dict[str, Any], once: str = "s") -> Any:
    return page.post(f"{VISITS}/{visit['id']}/envelope", {"version": visit["version"]}, once=once)


def _kept(page: Browser, visit: dict[str, Any], **changes: Any) -> Any:
    draft = {part: visit[part] for part in ("version", "subscriber", "documents")} | changes
    return page.ask("PUT", f"{VISITS}/{visit['id']}/draft", json=draft)


def test_a_visit_is_planned_once_and_found_in_its_region(anywhere: Portal) -> None:
    """The same key plans no second one; by day, order, account and phone; not elsewhere."""
    first = anywhere.program.post(VISITS, planned(), once="p")
    again = anywhere.program.post(VISITS, planned(), once="p")
    visit = first.get_json()
    order, account = (visit["reference"][n] for n in ("order_number", "account_number"))

    assert (first.status_code, again.get_json()["id"]) == (201, visit["id"])
    assert first.headers["Location"] == f"{VISITS}/{visit['id']}"
    here, there = _technician(anywhere), _technician(anywhere, "AST")
    for query in (
        f"on={_DAY}", f"order={order}", f"account={account}", f"phone=8{PERSON['phone']}", "",
    ):  # fmt: skip
        listed = here.get(f"{VISITS}?{query}").get_json()["visits"]
        assert [each["id"] for each in listed] == [visit["id"]], query
        assert there.get(f"{VISITS}?{query}").get_json()["visits"] == []
    for query in ("on=2026-12-03", "order=x", "account=x", "phone=%2B77015550199"):
        assert here.get(f"{VISITS}?{query}").get_json()["visits"] == []
    refused(there.get(f"{VISITS}/{visit['id']}"), 404, "visit_not_found")


def test_pages_of_a_list_follow_one_another(here: Portal) -> None:
    """Each visit once, in the order in which they were planned."""
    ids = [_visit(here)["id"] for _ in range(3)]
    page = _technician(here)

    first = page.get(f"{VISITS}?limit=2").get_json()
    second = page.get(f"{VISITS}?limit=2&cursor={first['next']}").get_json()

    listed = [each["id"] for each in first["visits"] + second["visits"]]
    assert (listed, second["next"]) == (ids, None)


def test_a_visit_may_be_known_in_part(here: Portal) -> None:
    """What is missing is told when an envelope is asked for, all at once; the draft stays."""
    visit = _visit(here, subscriber={"surname": "Оспанова"}, documents=[])
    page = _technician(here)

    answer = _signed(page, visit)

    assert {"/subscriber/name", "/documents"} <= set(found(answer))
    assert page.get(f"{VISITS}/{visit['id']}").get_json() == visit


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"documents": [{"form": "x", "languages": ["kk"], "values": {}}]}, "/documents/0/form"),
        ({"planned_on": "tomorrow"}, "/planned_on"),
        ({"reference": {"order_number": "1"}}, "/reference/account_number"),
        ({"subscriber": []}, "/subscriber"),
        ({"documents": [{"form": "acceptance_act", "languages": ["kk"], "values": 1}]},
         "/documents/0/values"),
    ],
)  # fmt: skip
def test_what_is_no_visit_is_refused(here: Portal, changes: dict[str, Any], pointer: str) -> None:
    """Every finding has its pointer."""
    assert pointer in found(here.program.post(VISITS, planned(**changes)))


def test_a_draft_is_kept_by_versions(anywhere: Portal) -> None:
    """Upon the version that was read; a lost answer may be asked for again, an older one not."""
    visit = _visit(anywhere)
    one, other = _technician(anywhere), _technician(anywhere)
    named = visit["subscriber"] | {"surname": "Сәрсенова"}

    kept = _kept(one, visit, subscriber=named)

    assert (kept.status_code, kept.get_json()["version"]) == (200, 2)
    assert kept.get_json()["state"] == "begun"
    assert _kept(one, visit, subscriber=named).get_json()["version"] == 2
    late = refused(_kept(other, visit), 409, "visit_stale")
    assert late["version"] == 2
    shown = other.get(f"{VISITS}/{visit['id']}").get_json()
    assert shown["subscriber"]["surname"] == "Сәрсенова"
    assert _kept(other, shown, subscriber=visit["subscriber"]).get_json()["version"] == 3


def test_the_order_system_changes_only_what_nobody_has_begun(here: Portal) -> None:
    """Planned anew, cancelled twice, and neither once a technician is at it."""
    visit = _visit(here)
    moved = planned(planned_on="2026-12-05", version=visit["version"])
    place = f"{VISITS}/{visit['id']}"

    changed = here.program.ask("PUT", place, json=moved).get_json()

    assert (changed["planned_on"], changed["version"]) == ("2026-12-05", 2)
    refused(here.program.ask("PUT", place, json=moved), 409, "visit_stale")
    begun = _visit(here)
    assert _kept(_technician(here), begun).status_code == 200
    begun_place = f"{VISITS}/{begun['id']}"
    refused(here.program.ask("DELETE", begun_place), 409, "visit_begun")
    refused(here.program.ask("PUT", begun_place, json=moved), 409, "visit_begun")
    for _ in range(2):
        assert here.program.ask("DELETE", place).get_json()["state"] == "cancelled"
    refused(_kept(_technician(here), changed | {"version": 3}), 409, "visit_begun")


def test_an_envelope_is_made_of_what_is_written_down(anywhere: Portal) -> None:
    """Once under a key; asked for anew the older one is void; signed, there is no other."""
    page, visit = _technician(anywhere), _visit(anywhere)

    first = _signed(page, visit)
    envelope = first.get_json()

    assert (first.status_code, envelope["state"]) == (201, "ready")
    assert _signed(page, visit).get_json()["id"] == envelope["id"]
    refused(_signed(page, visit, once="other"), 409, "visit_stale")
    seen = page.get(f"{VISITS}/{visit['id']}").get_json()
    assert seen["envelope"] == {"id": envelope["id"], "state": "ready"}
    second = _signed(page, seen, once="again").get_json()
    older = page.get(f"{ENVELOPES}/{envelope['id']}").get_json()
    assert (older["state"], older["superseded_by"]) == ("void", second["id"])
    assert second["supersedes"] == envelope["id"]
    assert anywhere.sent_again(second["id"]).status_code == 202
    code = anywhere.world.chance.given[-1]
    assert anywhere.tried(second["id"], code, "a-1").status_code == 200
    seen = page.get(f"{VISITS}/{visit['id']}").get_json()
    refused(_signed(page, seen, once="third"), 409, "visit_begun")
    refused(_kept(page, seen), 409, "visit_begun")


def test_a_visits_journal_says_what_became_of_it(here: Portal) -> None:
    """Who planned, began and signed it; nothing of the person."""
    page, visit = _technician(here), _visit(here)
    kept = _kept(page, visit).get_json()
    _signed(page, kept)

    with here.world.register.view() as unit:
        entries = unit.journal.of(visit["id"])

    assert [entry.event for entry in entries] == ["visit_planned", "visit_changed", "visit_to_sign"]
    assert entries[0].actor == "client:portal"
    assert entries[1].actor.startswith("employee:")
    assert PERSON["phone"] not in repr(entries)


def test_a_claim_that_came_to_nothing_hides_no_older_envelope(here: Portal) -> None:
    """Whoever died between claiming and making: the next one still takes the older one's place."""
    page, visit = _technician(here), _visit(here)
    first = _signed(page, visit).get_json()
    seen = page.get(f"{VISITS}/{visit['id']}").get_json()
    with here.world.register.begin() as unit:
        known = unit.visits.get(visit["id"])
        unit.visits.save(known.changed(known.changed_at, envelope_id="01NEVERMADE"))
        unit.commit()

    second = page.post(
        f"{VISITS}/{visit['id']}/envelope", {"version": seen["version"] + 1}, once="b"
    ).get_json()

    assert second["supersedes"] == first["id"]
