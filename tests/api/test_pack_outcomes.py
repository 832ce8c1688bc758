"""What became of a pack, through HTTP: told day by day, to the enforcement or to the court."""

from datetime import timedelta
from typing import Any

import pytest

from docgen.domain.journal import Event
from docgen.domain.pack_deadlines import Due
from docgen.usecases.mail_deadlines import MailDeadlines
from docgen.usecases.remind_of_packs import RemindOfPacks
from tests.adapters.mail.test_smtp import mailer_to
from tests.api.packing import PACKS, TODAY, case, opened, sealed
from tests.api.portal import Portal
from tests.packs.cases import put
from tests.services.mail_server import mail_server


def _rules(pack: dict[str, Any], severity: str) -> set[str]:
    return {each["rule"] for each in pack["findings"] if each["severity"] == severity}


def _tell(here: Portal, pack_id: str, outcome: str, on: str, **facts: str) -> Any:
    body = {"outcome": outcome, "on": on} | facts
    return here.program.post(f"{PACKS}/{pack_id}/outcomes", body)


_WAY: list[tuple[str, str, dict[str, str]]] = [
    ("submitted", "2026-11-23", {"recipient": "Әбдірахманова С. Е., № 0004821", "how": "курьер"}),
    ("made", "2026-11-24", {"number": "4821"}),
    ("copy_sent", "2026-11-25", {"how": "e-mail"}),
    ("copy_received", "2026-11-25", {}),
    ("objected", "2026-12-03", {"reason": "Не согласен с суммой: оплачено в кассе"}),
    ("cancelled", "2026-12-07", {}),
    ("court", "2026-12-20", {"number": "2-4417/2026"}),
]


def _walk(here: Portal, number: str, *, until: str) -> dict[str, Any]:
    here.world.clock.moment = TODAY + timedelta(days=60)
    told: dict[str, Any] = {}
    for outcome, on, facts in _WAY:
        answer = _tell(here, number, outcome, on, **facts)
        assert answer.status_code == 200, answer.get_json()
        told = answer.get_json()
        if outcome == until:
            break
    return told


def test_a_pack_is_followed_to_the_court(anywhere: Portal) -> None:
    """Each thing with its day; every one is an entry of its journal, its reason by hash only."""
    pack = opened(anywhere)
    sealed(anywhere, pack["id"])
    told = _walk(anywhere, pack["id"], until="court")

    assert [each["outcome"] for each in told["outcomes"]] == [name for name, _, _ in _WAY]
    assert (told["state"], told["next"], told["deadlines"]) == ("court", [], [])
    with anywhere.world.register.view() as unit:
        entries = unit.journal.of(pack["id"])
    assert [e.details["state"] for e in entries if e.event is Event.PACK_MOVED] == [
        name for name, _, _ in _WAY
    ]
    assert "оплачено" not in str([each.details for each in entries])


def test_deadlines_run_in_working_days(here: Portal) -> None:
    """Ten of them to object, from the copy that was received; three years to enforce."""
    pack = opened(here)
    sealed(here, pack["id"])
    told = _walk(here, pack["id"], until="copy_received")

    assert [(each["due"], each["on"]) for each in told["deadlines"]] == [
        ("objection", "2026-12-09"),
        ("enforcement", "2029-11-24"),
    ]
    due = here.program.get(f"{PACKS}?due_by=2026-12-09").get_json()["packs"]
    assert [each["id"] for each in due] == [pack["id"]]
    assert here.program.get(f"{PACKS}?due_by=2026-12-08").get_json()["packs"] == []


@pytest.mark.parametrize(
    ("until", "outcome", "on", "facts", "pointer"),
    [
        ("submitted", "made", "2026-11-24", {}, "/number"),
        ("submitted", "refused", "2026-11-24", {}, "/reason"),
        ("submitted", "made", "2026-11-22", {"number": "1"}, "/on"),
        ("submitted", "made", "2027-11-24", {"number": "1"}, "/on"),
        ("copy_received", "issued", "2026-12-09", {}, "/on"),
        ("submitted", "sealed", "2026-11-24", {}, "/outcome"),
    ],
)
def test_what_cannot_have_been_is_refused(
    here: Portal, until: str, outcome: str, on: str, facts: dict[str, str], pointer: str
) -> None:
    """Without what the law wants told, before what came first, tomorrow, or in the term itself."""
    pack = opened(here)
    sealed(here, pack["id"])
    _walk(here, pack["id"], until=until)

    answer = _tell(here, pack["id"], outcome, on, **facts)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.get_json()["errors"]] == [pointer]


def test_nothing_becomes_of_what_was_never_handed_over(here: Portal) -> None:
    """The table has no such move."""
    pack = opened(here)
    answer = _tell(here, pack["id"], "made", "2026-11-20", number="1")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "pack_move_not_allowed")
    assert answer.get_json()["pack_state"] == "checked"


@pytest.mark.parametrize(
    ("until", "what"), [("submitted", "submitted"), ("made", "alive"), ("objected", "objected")]
)
def test_a_second_inscription_for_the_debt_is_blocked(
    anywhere: Portal, until: str, what: str
) -> None:
    """While papers are with a notary, while one lives, and for good after an objection."""
    pack = opened(anywhere)
    sealed(anywhere, pack["id"])
    _walk(anywhere, pack["id"], until=until)

    second = anywhere.program.post(PACKS, case(put(fee__receipt="77-9"))).get_json()
    assert second["id"] != pack["id"]
    assert (second["state"], _rules(second, "block")) == ("draft", {"N26"})
    assert [each["what"] for each in second["findings"] if each["rule"] == "N26"] == [what]


def test_after_a_refusal_a_mended_case_is_a_new_pack(here: Portal) -> None:
    """There is no inscription that would stand in its way."""
    pack = opened(here)
    sealed(here, pack["id"])
    _walk(here, pack["id"], until="submitted")
    assert _tell(here, pack["id"], "refused", "2026-11-26", reason="Нет печати").status_code == 200

    assert here.program.post(PACKS, case(put(fee__receipt="77-9"))).get_json()["ready"]


def test_deadlines_are_reminded_of(here: Portal) -> None:
    """Those within the days that are asked for, and those that are over; nobody else's."""
    pack = opened(here)
    sealed(here, pack["id"])
    _walk(here, pack["id"], until="copy_received")
    remind = RemindOfPacks(find=here.docgen.packs.find, clock=here.world.clock)
    here.world.clock.moment = TODAY + timedelta(days=12)

    assert [(one.id, each.due) for one, each in remind("operator", days=7)] == [
        (pack["id"], Due.OBJECTION)
    ]
    assert remind("operator", days=6) == []
    assert remind("another", days=7) == []
    here.world.clock.moment = TODAY + timedelta(days=60)
    assert [each.due for _, each in remind("operator", days=0)] == [Due.OBJECTION]


def test_deadlines_come_by_mail_in_both_languages(here: Portal) -> None:
    """Numbers of packs and days, no debtor; the same list on a day has one Message-ID."""
    pack = opened(here)
    sealed(here, pack["id"])
    _walk(here, pack["id"], until="copy_received")
    here.world.clock.moment = TODAY + timedelta(days=60)
    remind = RemindOfPacks(find=here.docgen.packs.find, clock=here.world.clock)
    with mail_server() as server:
        send = MailDeadlines(
            remind=remind, mailer=mailer_to(server.port), clock=here.world.clock,
            public_url="https://docs.example",
        )  # fmt: skip
        assert send("operator", days=2, to="desk@operator.example") == 1
        assert send("operator", days=2, to="desk@operator.example") == 1
        assert send("another", days=2, to="desk@operator.example") == 0

    first, second = server.letters
    body = first.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert server.to == ["desk@operator.example"] * 2
    assert first["Subject"] == "Топтамалардың мерзімдері: 1 / Сроки по пакетам: 1"
    assert f"{pack['id']}  Последний день возражения должника (срок истёк)" in text
    assert f"{pack['id']}  Борышкер қарсылық білдіре алатын соңғы күн (мерзімі өтті)" in text
    assert pack["debtor"].split()[0] not in text
    assert first["Message-ID"] == second["Message-ID"]


def test_the_court_list_is_told_and_exported(here: Portal) -> None:
    """With inscription, objection and its reason; a spreadsheet takes no reason for a formula."""
    pack = opened(here)
    sealed(here, pack["id"])
    assert here.program.get("/v1/court-list").get_json() == {"rows": []}
    _walk(here, pack["id"], until="copy_received")
    _tell(here, pack["id"], "objected", "2026-12-03", reason="=1+1")

    (row,) = here.program.get("/v1/court-list").get_json()["rows"]
    table = here.program.get("/v1/court-list.csv")
    lines = table.data.decode("utf-8-sig").splitlines()

    assert (row["id"], row["inscription"], row["objected_on"]) == (pack["id"], "4821", "2026-12-03")
    assert (len(lines), lines[0].split(";")[0]) == (2, "Пакет")
    assert {"48203,38", "4821", "03.12.2026", "'=1+1"} <= set(lines[1].split(";"))
    other = here.issued(client="rival", owner="rival")
    assert other.get("/v1/court-list").get_json() == {"rows": []}
