"""Lists: every filter alone and together, page by page, nothing twice and nothing left out."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from docgen.domain.envelope import State
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, sample
from tests.api.states import MADE
from tests.api.watch import PERSON, found


def _listed(portal: Portal, **query: object) -> list[str]:
    answer = portal.program.get(f"{ENVELOPES}?{urlencode(query)}")
    assert answer.status_code == 200, answer.get_data()
    return [each["id"] for each in answer.get_json()["envelopes"]]


def _made(portal: Portal, *, phone: str = "", order: str = "", account: str = "") -> str:
    body = sample()
    if phone:
        body["subscriber"]["phone"] = phone
    if account:
        body["reference"]["account_number"] = account
    if order:
        body["reference"]["order_number"] = order
        body["documents"][0]["values"]["order_number"] = order
    return portal.created(body)


def test_the_newest_come_first(anywhere: Portal) -> None:
    """A list without a filter holds all of the owner's."""
    made = [anywhere.created() for _ in range(3)]

    assert _listed(anywhere) == made[::-1]


def test_an_empty_list_is_a_list(here: Portal) -> None:
    """200 with nothing in it, and no next page."""
    assert here.program.get(ENVELOPES).get_json() == {"envelopes": [], "next": None}


def test_a_listed_envelope_is_told_in_short(here: Portal) -> None:
    """Enough to choose by, masked as everywhere, and where to find the rest."""
    envelope_id = here.created()

    (told,) = here.program.get(ENVELOPES).get_json()["envelopes"]

    assert told == {
        "id": envelope_id,
        "state": "ready",
        "created_at": "2026-03-02T09:30:00.123456Z",
        "expires_at": "2026-03-05T09:30:00.123456Z",
        "subscriber": {
            "full_name": "Әбдіқадырова Гүлсім Өмірзаққызы",
            "iin": "8505******39",
            "phone": "+7 747 ***-**-87",
        },
        "reference": {
            "order_number": "1-204817733",
            "account_number": "750012345678",
            "region": None,
        },
        "documents": ["A3-2026-000001"],
        "warnings": [],
        "link": f"{ENVELOPES}/{envelope_id}",
    }


@pytest.mark.parametrize("state", State)
def test_a_list_is_narrowed_by_state(here: Portal, state: State) -> None:
    """Exactly those that are in it now."""
    wanted = MADE[state](here)
    here.worker.away = False
    other = MADE[State.READY if state is not State.READY else State.DECLINED](here)

    assert _listed(here, state=state.value) == [wanted]
    assert set(_listed(here)) == {wanted, other}


@pytest.mark.parametrize(
    "spelt",
    [
        f"+7{PERSON['phone']}",
        f"8{PERSON['phone']}",
        f"7{PERSON['phone']}",
        "8 (747) 555-01-87",
        "+7 747 555 01 87",
    ],
    ids=["e164", "eight", "seven", "printed", "spaced"],
)
def test_a_phone_is_found_however_it_is_written(anywhere: Portal, spelt: str) -> None:
    """People and systems write it in many ways; the whole number is needed."""
    wanted = anywhere.created()
    _made(anywhere, phone="+77015550142")

    assert _listed(anywhere, phone=spelt) == [wanted]


def test_a_plus_that_was_not_escaped_is_a_space(here: Portal) -> None:
    """Nobody escapes it by hand; the number is found all the same."""
    wanted = here.created()

    answer = here.program.get(f"{ENVELOPES}?phone=+7{PERSON['phone']}")

    assert [each["id"] for each in answer.get_json()["envelopes"]] == [wanted]


def test_a_list_is_narrowed_by_account_and_order(anywhere: Portal) -> None:
    """Each by its whole number, alone and together."""
    one = _made(anywhere, account="ACC-1", order="ORD-1")
    two = _made(anywhere, account="ACC-1", order="ORD-2")
    three = _made(anywhere, account="ACC-2", order="ORD-1")

    assert _listed(anywhere, account="ACC-1") == [two, one]
    assert _listed(anywhere, order="ORD-1") == [three, one]
    assert _listed(anywhere, order="ORD-1", account="ACC-2") == [three]
    assert _listed(anywhere, order="ORD-2", account="ACC-2") == []
    assert _listed(anywhere, order="ORD-") == []


def test_a_list_is_narrowed_by_time(anywhere: Portal) -> None:
    """From a moment on, before another: the first is inside, the second is not."""
    clock, made, times = anywhere.world.clock, [], []
    for _ in range(4):
        made.append(anywhere.created())
        times.append(clock.now().isoformat())
        clock.advance(timedelta(hours=1))

    assert _listed(anywhere, created_from=times[1]) == [made[3], made[2], made[1]]
    assert _listed(anywhere, created_before=times[1]) == [made[0]]
    assert _listed(anywhere, created_from=times[1], created_before=times[3]) == [made[2], made[1]]
    assert _listed(anywhere, created_from=times[3], created_before=times[1]) == []


def test_a_moment_may_be_of_any_zone(here: Portal) -> None:
    """The same moment in Almaty and in Greenwich."""
    made = here.created()
    moment = here.world.clock.now()
    here.world.clock.advance(timedelta(hours=1))
    here.created()

    almaty = (moment + timedelta(hours=5, seconds=1)).strftime("%Y-%m-%dT%H:%M:%S+05:00")

    assert _listed(here, created_before=almaty) == [made]


def test_all_filters_together_find_the_one(here: Portal) -> None:
    """Whatever differs in one of them is left out."""
    wanted = _made(here, account="ACC-1", order="ORD-1")
    here.sent_again(wanted)
    _made(here, account="ACC-1", order="ORD-1")
    _made(here, account="ACC-1", order="ORD-1", phone="+77015550142")

    listed = _listed(
        here,
        state="code_sent",
        phone=f"+7{PERSON['phone']}",
        account="ACC-1",
        order="ORD-1",
        created_from="2026-03-02T09:30:00Z",
        created_before="2026-03-02T09:31:00Z",
        limit=100,
    )

    assert listed == [wanted]


def _pages(portal: Portal, limit: int, **query: object) -> list[list[str]]:
    pages: list[list[str]] = []
    place: dict[str, object] = query | {"limit": limit}
    while True:
        told = portal.program.get(f"{ENVELOPES}?{urlencode(place)}").get_json()
        pages.append([each["id"] for each in told["envelopes"]])
        if told["next"] is None:
            return pages
        place["cursor"] = told["next"]
        # Others make new ones while we turn pages.
        portal.created()


def test_pages_hold_everything_once_while_new_ones_appear(anywhere: Portal) -> None:
    """What was there when the first page was read comes on one page or another, in order."""
    made = [anywhere.created() for _ in range(7)]

    pages = _pages(anywhere, 3)

    assert [each for page in pages for each in page] == made[::-1]
    assert [len(page) for page in pages] == [3, 3, 1]


def test_the_last_full_page_has_no_next(here: Portal) -> None:
    """Nobody is sent to an empty page."""
    made = [here.created() for _ in range(4)]

    assert _pages(here, 2, created_before="2026-03-03T00:00:00Z") == [
        made[:1:-1], made[1::-1],
    ]  # fmt: skip


def test_pages_keep_their_filter(here: Portal) -> None:
    """A cursor is a place; the filter comes with every page, and counts on it."""
    wanted = [_made(here, account="ACC-1") for _ in range(3)]
    _made(here, account="ACC-2")

    assert _pages(here, 2, account="ACC-1") == [wanted[:0:-1], wanted[:1]]


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        pytest.param("limit=0", "/limit", "too_small", id="limit 0"),
        pytest.param("limit=101", "/limit", "too_big", id="limit 101"),
        pytest.param("limit=-1", "/limit", "too_small", id="limit below"),
        pytest.param("limit=ten", "/limit", "wrong_type", id="limit in words"),
        pytest.param("limit=1.5", "/limit", "wrong_type", id="limit in parts"),
        pytest.param("limit=", "/limit", "wrong_type", id="no limit"),
        pytest.param("limit=" + "9" * 5000, "/limit", None, id="huge limit"),
        pytest.param("cursor=abc", "/cursor", "invalid", id="short cursor"),
        pytest.param("cursor=", "/cursor", "invalid", id="empty cursor"),
        pytest.param("cursor=" + "%00" * 26, "/cursor", "invalid", id="nul cursor"),
        pytest.param("cursor=" + "%D0%B0" * 26, "/cursor", "invalid", id="cyrillic cursor"),
        pytest.param("cursor=" + "'" * 26, "/cursor", "invalid", id="quotes for cursor"),
        pytest.param("created_from=yesterday", "/created_from", "not_a_time", id="word for date"),
        pytest.param("created_from=2026-03-02", "/created_from", "not_a_time", id="day"),
        pytest.param(
            "created_before=2026-03-02T09:30:00", "/created_before", "not_a_time", id="no zone"
        ),
        pytest.param(
            "created_from=0001-01-01T00:00:00%2B14:00", "/created_from", "not_a_time", id="first"
        ),
        pytest.param(
            "created_before=9999-12-31T23:59:59-14:00", "/created_before", "not_a_time", id="last"
        ),
        pytest.param("phone=123", "/phone", "phone_invalid", id="short phone"),
        pytest.param("phone=850515401239", "/phone", "phone_invalid", id="iin for phone"),
        pytest.param("phone=%2B14155550142", "/phone", "phone_invalid", id="foreign phone"),
        pytest.param("phone=%00", "/phone", "phone_invalid", id="nul phone"),
        pytest.param("state=lost", "/state", "not_in_list", id="unknown state"),
        pytest.param("state=READY", "/state", "not_in_list", id="state in capitals"),
        pytest.param("account=", "/account", "required", id="empty account"),
        pytest.param("account=%00", "/account", "unprintable", id="nul account"),
        pytest.param("order=" + "x" * 41, "/order", "too_long", id="long order"),
        pytest.param("order=a%0Ab", "/order", "several_lines", id="order of two lines"),
        pytest.param("owner=other", "/owner", "unknown_field", id="owner"),
        pytest.param("region=x", "/region", "unknown_field", id="region"),
        pytest.param("7475550187=1", "/…", "unknown_field", id="phone for name"),
        pytest.param("limit=1&limit=2", "/limit", "invalid", id="twice"),
    ],
)
def test_a_filter_that_cannot_be_is_pointed_at(
    here: Portal, query: str, pointer: str, code: str | None
) -> None:
    """422 at its name, rather than a list that somebody takes for an answer."""
    told = found(here.program.get(f"{ENVELOPES}?{query}"))

    assert set(told) == {pointer}
    assert code is None or told[pointer] == code


def test_all_that_is_wrong_is_told_at_once(here: Portal) -> None:
    """Every filter has its own finding."""
    told = found(here.program.get(f"{ENVELOPES}?limit=0&cursor=x&state=lost&phone=1"))

    assert set(told) == {"/limit", "/cursor", "/state", "/phone"}


def test_the_longest_page_holds_a_hundred(here: Portal) -> None:
    """The limits themselves are allowed."""
    here.created()

    assert len(_listed(here, limit=100)) == len(_listed(here, limit=1)) == 1
