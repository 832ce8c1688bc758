"""Notary packs through HTTP: a case comes in, is checked, built, and followed to its end."""

from typing import Any

import pytest

from docgen.domain.caller import Scope
from docgen.domain.journal import Event
from docgen.domain.staff import Role
from docgen.domain.work import Task
from tests.api.packing import PACKS, PAPERS, TODAY, bring, bring_all, case, opened, sealed
from tests.api.people import signed_in
from tests.api.portal import Portal
from tests.packs.cases import SAMPLES, complete, put

_PAPER = (SAMPLES / complete()["papers"][0]["path"]).read_bytes()
_ANSWER = complete()["overrides"][0]


def _rules(pack: dict[str, Any], severity: str) -> set[str]:
    return {
        each["rule"]
        for each in pack["findings"]
        if each["severity"] == severity and each["by"] is None
    }


# --- a case comes in ----------------------------------------------------------------------------


def test_a_whole_case_is_checked_at_once(anywhere: Portal) -> None:
    """Ready to be built, with its sum, its calculation and its papers; nothing is built by that."""
    pack = opened(anywhere)

    assert (pack["state"], pack["ready"], pack["total"]) == ("checked", True, "48203.38")
    assert pack["debtor"] == "Қожахметов Нұрлан Әлібекұлы"
    assert pack["building"] is pack["volume"] is None
    assert len(pack["papers"]) == len(complete()["papers"])
    assert anywhere.program.get(f"{PACKS}/{pack['id']}").get_json() == pack
    spans = [span for line in pack["claim"]["lines"] for span in line["spans"]]
    assert spans
    assert {"first", "last", "days", "balance", "rate", "product"} == set(spans[0])


def test_a_case_full_of_gaps_is_told_all_of_them(here: Portal) -> None:
    """In both languages, with weight and source: it is kept as a draft, and cannot be built."""
    here.world.clock.moment = TODAY
    answer = here.program.post(PACKS, {"as_of": "2026-11-20"})
    pack = answer.get_json()

    assert (answer.status_code, pack["state"], pack["ready"]) == (201, "draft", False)
    assert {"N02", "N08", "P01", "N21"} <= _rules(pack, "block")
    for each in pack["findings"]:
        assert each["message"]["kk"]
        assert each["message"]["ru"]
        assert each["source"]["ru"]
    refused = here.program.post(f"{PACKS}/{pack['id']}/build", {})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "pack_not_ready")
    assert refused.get_json()["blocks"] == pack["blocks"]


def test_the_same_case_is_the_same_pack(here: Portal) -> None:
    """Whoever sends it again, in whatever order its members come, answered or not."""
    first = opened(here)
    again = here.program.post(PACKS, dict(reversed(case(answered=False).items()))).get_json()

    assert again["id"] == first["id"]
    assert again["state"] == "checked"
    with here.world.register.view() as unit:
        events = [entry.event for entry in unit.journal.of(first["id"])]
    assert events == [Event.PACK_OPENED]


def test_a_case_that_is_written_wrongly_is_refused_with_all_places(here: Portal) -> None:
    """Nothing is kept of it."""
    answer = here.program.post(PACKS, {"as_of": "yesterday", "invoices": [{"kind": "beer"}]})
    pointers = {each["pointer"] for each in answer.get_json()["errors"]}

    assert (answer.status_code, answer.get_json()["code"]) == (422, "values_rejected")
    assert {"/as_of", "/invoices/0/kind", "/invoices/0/month"} <= pointers
    assert here.program.get(PACKS).get_json() == {"packs": [], "next": None}


def test_papers_that_nobody_brought_are_missed(here: Portal) -> None:
    """A hash alone opens nothing."""
    here.world.clock.moment = TODAY
    pack = here.program.post(PACKS, case()).get_json()

    assert {each["found"] for each in pack["papers"]} == {"absent"}
    assert {each["link"] for each in pack["papers"]} == {None}


# --- papers -------------------------------------------------------------------------------------


def test_a_paper_is_kept_by_its_hash(anywhere: Portal) -> None:
    """The same file twice is one paper."""
    one, other = (bring(anywhere.program, _PAPER).get_json() for _ in range(2))

    assert one == other
    assert one["sha256"] == complete()["papers"][0]["sha256"]
    assert (one["size"], one["pages"]) == (len(_PAPER), 1)


@pytest.mark.parametrize("content", [b"", b"no PDF", _PAPER[:200]])
def test_what_is_no_pdf_is_no_paper(here: Portal, content: bytes) -> None:
    """It is refused before it is kept."""
    answer = bring(here.program, content)

    assert (answer.status_code, answer.get_json()["code"]) == (422, "unreadable")
    assert here.world.blobs.contents == {}


def test_a_paper_is_looked_at_page_by_page(here: Portal) -> None:
    """Its picture, its words, its bytes; a page that is not there is not."""
    pack = opened(here)
    link = pack["papers"][0]["link"]

    picture = here.program.get(f"{link}/pages/1?width=400")
    assert (picture.status_code, picture.content_type) == (200, "image/webp")
    assert here.program.get(f"{link}/pages/1/text").get_json()["lines"]
    assert here.program.get(link).data == _PAPER
    assert here.program.get(f"{link}/pages/99").status_code == 404
    assert here.program.get(f"{PACKS}/{pack['id']}/files/{'0' * 64}").status_code == 404


# --- who answers --------------------------------------------------------------------------------


def test_somebody_answers_for_a_warning(anywhere: Portal) -> None:
    """By name and with a reason: the pack may be built then; told twice it is told once."""
    pack = opened(anywhere, case(answered=False))
    assert (pack["state"], _rules(pack, "warning")) == ("draft", {"N27"})

    for _ in range(2):
        answer = anywhere.program.post(f"{PACKS}/{pack['id']}/overrides", _ANSWER)
        assert answer.status_code == 200
    told = answer.get_json()

    assert (told["state"], told["warnings"]) == ("checked", 0)
    (answered,) = [each for each in told["findings"] if each["rule"] == "N27"]
    assert (answered["by"], answered["reason"]) == (_ANSWER["by"], _ANSWER["reason"])
    with anywhere.world.register.view() as unit:
        entries = unit.journal.of(pack["id"])
    assert [each.event for each in entries] == [Event.PACK_OPENED, Event.PACK_ANSWERED]
    assert _ANSWER["reason"] not in str([each.details for each in entries])


@pytest.mark.parametrize("rule", ["N07", "N03", "N06"])
def test_only_warnings_are_answered_for(here: Portal, rule: str) -> None:
    """Neither what blocks, nor what was not found, nor a note."""
    pack = opened(here, case(put(open_dispute=True), answered=False))
    answer = here.program.post(f"{PACKS}/{pack['id']}/overrides", {**_ANSWER, "rule": rule})

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "/rule"


@pytest.mark.parametrize(("member", "value"), [("by", "Дана"), ("reason", "так")])
def test_an_answer_has_a_name_and_a_reason(here: Portal, member: str, value: str) -> None:
    """Both are wanted whole."""
    pack = opened(here, case(answered=False))
    answer = here.program.post(f"{PACKS}/{pack['id']}/overrides", {**_ANSWER, member: value})

    assert answer.status_code == 422


# --- building -----------------------------------------------------------------------------------


def test_building_is_owed_from_the_request_on(anywhere: Portal) -> None:
    """In the register, whoever hears of it; asked twice it is owed once, and the pack tells."""
    anywhere.worker.away = True
    pack = opened(anywhere)

    for _ in range(2):
        answer = anywhere.program.post(f"{PACKS}/{pack['id']}/build", {})
        assert answer.status_code == 202
    building = answer.get_json()["building"]

    assert (building["step"], building["done"], building["error"]) == ("waiting", 0, None)
    with anywhere.world.register.view() as unit:
        assert unit.outbox.backlog()[Task.BUILD_PACK].count == 1
        assert [each.id for each in unit.packs.asked()] == [pack["id"]]


def test_while_it_is_built_nobody_answers_for_anything(here: Portal) -> None:
    """What is bound is what was read."""
    here.worker.away = True
    pack = opened(here)
    here.program.post(f"{PACKS}/{pack['id']}/build", {})

    answer = here.program.post(f"{PACKS}/{pack['id']}/overrides", _ANSWER)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "pack_move_not_allowed")


def test_a_sealed_pack_is_fetched_whole(here: Portal) -> None:
    """As one archive under its number; before that there is none."""
    pack = opened(here)
    place = f"{PACKS}/{pack['id']}/download"
    assert here.program.get(place).status_code == 404
    sealed(here, pack["id"])

    answer = here.program.get(place)
    assert (answer.data, answer.content_type) == (b"PK-archive", "application/zip")
    assert pack["id"] in answer.headers["Content-Disposition"]
    volume = here.program.get(f"{PACKS}/{pack['id']}").get_json()["volume"]
    assert here.program.get(f"{volume['link']}/pages/1").status_code == 200


# --- whose they are -----------------------------------------------------------------------------


def test_others_packs_and_papers_are_not_there(anywhere: Portal) -> None:
    """Neither listed nor shown nor moved; nor does their hash open a paper."""
    pack = opened(anywhere)
    other = anywhere.issued(client="rival", owner="rival", scopes=frozenset({Scope.PACKS}))
    place = f"{PACKS}/{pack['id']}"

    assert other.get(PACKS).get_json()["packs"] == []
    assert other.get(place).status_code == 404
    for path in ("build", "overrides", "outcomes"):
        body = {"overrides": _ANSWER, "outcomes": {"outcome": "made", "on": "2026-11-20"}}
        assert other.post(f"{place}/{path}", body.get(path, {})).status_code == 404
    assert other.get(pack["papers"][0]["link"]).status_code == 404
    theirs = other.post(PACKS, case()).get_json()
    assert theirs["id"] != pack["id"]
    assert {each["found"] for each in theirs["papers"]} == {"absent"}


def test_a_region_sees_its_own(here: Portal) -> None:
    """A pack of no region, or of another, is not there for it."""
    here.world.clock.moment = TODAY
    ours = here.issued(region="ALA").post(PACKS, case()).get_json()

    assert here.issued(region="AST").get(f"{PACKS}/{ours['id']}").status_code == 404
    assert here.program.get(f"{PACKS}/{ours['id']}").status_code == 200


@pytest.mark.parametrize(
    ("role", "reads", "works"),
    [
        (Role.COLLECTOR, 200, 201),
        (Role.OFFICE, 200, 201),
        (Role.AUDITOR, 200, 403),
        (Role.TECHNICIAN, 403, 403),
        (Role.ADMINISTRATOR, 403, 403),
    ],
)
def test_each_role_does_what_it_may(here: Portal, role: Role, reads: int, works: int) -> None:
    """Collectors and the office work on packs, the auditor looks, a technician does neither."""
    here.world.clock.moment = TODAY
    region = "ALA" if role is Role.TECHNICIAN else None
    person = signed_in(here.program, here.world, role, region=region)

    assert person.get(PACKS).status_code == reads
    assert person.post(PACKS, case(), once="k-1").status_code == works


def test_a_key_needs_the_scope(here: Portal) -> None:
    """Reading is less than working."""
    reader = here.issued(scopes=frozenset({Scope.PACKS_READ}))

    assert reader.get(PACKS).status_code == 200
    assert reader.post(PACKS, case()).status_code == 403
    assert bring(reader, _PAPER).status_code == 403
    assert here.issued(scopes=frozenset({Scope.FORMS_READ})).get(PACKS).status_code == 403


def test_a_repeated_request_is_answered_once(here: Portal) -> None:
    """Under its key, even after the case has moved on."""
    here.world.clock.moment = TODAY
    bring_all(here.program)
    first = here.program.post(PACKS, case(), once="open-1")
    here.program.post(f"{PACKS}/{first.get_json()['id']}/build", {})
    again = here.program.post(PACKS, case(), once="open-1")

    assert again.get_json() == first.get_json()
    assert here.program.ask("POST", PACKS, json=case()).status_code == 400


def test_too_large_a_paper_is_refused(here: Portal) -> None:
    """Before it is read."""
    content = b"0" * (20 * 1024 * 1024 + 1)
    answer = here.program.send(PAPERS, content, media_type="multipart/form-data; boundary=x")

    assert (answer.status_code, answer.get_json()["code"]) == (413, "body_too_large")
    assert here.program.ask("POST", PAPERS, json={}).status_code == 415


def test_packs_are_searched(here: Portal) -> None:
    """By part of a name, an account or a number, and by state."""
    pack = opened(here)

    for sought in ("қожахм", pack["account_number"][:6], pack["id"][-4:]):
        found = here.program.get(f"{PACKS}?q={sought}").get_json()["packs"]
        assert [each["id"] for each in found] == [pack["id"]]
    assert here.program.get(f"{PACKS}?q=nobody").get_json()["packs"] == []
    assert here.program.get(f"{PACKS}?state=sealed").get_json()["packs"] == []
    assert here.program.get(f"{PACKS}?state=beer").status_code == 422
