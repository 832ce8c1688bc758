"""Many callers at the same moment: the subscriber agrees once, and guessing is counted."""

from collections import Counter

from tests.service.installation import Installation
from tests.service.visit import begun

_POLICY_ATTEMPTS = 5


def test_of_a_hundred_right_codes_one_confirms(service: Installation) -> None:
    """Each is an attempt of its own: one counts, the others are refused, the journal has one."""
    visit = begun(service)
    code = visit.code()

    said = service.ask_together([visit.try_code(code, f"A-{n}") for n in range(100)])

    statuses = Counter(each.status for each in said)
    assert statuses[200] == 1, statuses
    assert set(statuses) <= {200, 409, 410}, statuses
    visit.require_sealed_once()


def test_a_hundred_repetitions_of_one_attempt_get_one_answer(service: Installation) -> None:
    """Whoever lost the answer asks again and gets the same one."""
    visit = begun(service)
    code = visit.code()

    said = service.ask_together([visit.try_code(code, "A-1")] * 100)

    assert {each.status for each in said} == {200}
    assert len({each.body for each in said}) == 1
    visit.require_sealed_once()


def test_a_thousand_wrong_codes_never_count_past_the_limit(service: Installation) -> None:
    """Five are told how many are left; all others, and the right one too, that it is over."""
    visit = begun(service)
    code = visit.code()
    wrong = [f"{n:06}" for n in range(1001) if f"{n:06}" != code][:1000]

    said = service.ask_together([visit.try_code(each, f"A-{each}") for each in wrong])

    statuses = Counter(each.status for each in said)
    assert statuses == {422: _POLICY_ATTEMPTS, 410: 1000 - _POLICY_ATTEMPTS}
    left = sorted(each.told["attempts_left"] for each in said if each.status == 422)
    assert left == list(range(_POLICY_ATTEMPTS))
    used = "SELECT attempts_used FROM challenges WHERE chain = :id"
    assert service.tables.one(used, id=visit.id) == _POLICY_ATTEMPTS
    assert visit.events().count("code_wrong") == _POLICY_ATTEMPTS
    assert visit.confirm(code, "A-right").status == 410
    assert visit.state() == "code_sent"
