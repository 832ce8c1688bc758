"""Requests under idempotency keys, in either database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.asked import AskedOnce
from docgen.domain.errors import NotFound
from tests.builders import NOW, outbox_row
from tests.contracts.claiming import LATER, add, answer, asked, free, reclaim, release

_SECOND = timedelta(seconds=1)


def _get(register: SqlRegister, key: str = "key-1", client: str = "portal") -> AskedOnce:
    with register.view() as unit:
        return unit.asked.get(client, key)


def _purge(register: SqlRegister, before: datetime) -> int:
    with register.begin() as unit:
        count = unit.asked.purge(before)
        unit.commit()
    return count


def test_a_request_comes_back_as_it_was(register: SqlRegister) -> None:
    """Every field returns, without an answer at first."""
    assert add(register, asked())
    assert _get(register) == asked()


def test_the_time_of_a_claim_is_kept_in_utc(register: SqlRegister) -> None:
    """A time given in another zone is the same moment, and still tells the claim."""
    almaty = datetime(2026, 3, 2, 14, 30, 0, 654321, tzinfo=timezone(timedelta(hours=5)))
    add(register, asked(claimed_at=almaty))
    told = _get(register)
    assert told.claimed_at == datetime(2026, 3, 2, 9, 30, 0, 654321, tzinfo=UTC)
    assert told.claimed_at.tzinfo is UTC
    assert answer(register, told)


def test_a_key_is_claimed_once(register: SqlRegister) -> None:
    """A second request under the key is told no, whatever it asks, and changes nothing."""
    add(register, asked())
    assert not add(register, asked(fingerprint="another", resource_id="other", claimed_at=LATER))
    assert _get(register) == asked()


def test_each_client_has_its_own_keys(register: SqlRegister) -> None:
    """The same key of another client is another request, and so is another key."""
    add(register, asked())
    assert add(register, asked(client="field"))
    assert add(register, asked("key-2"))
    assert _get(register, client="field").client == "field"


def test_another_clients_claim_is_not_touched(register: SqlRegister) -> None:
    """Under the same key at the same moment, only the client's own is taken over or answered."""
    theirs = asked(client="field")
    add(register, theirs)
    for claim in (asked("key-2"), asked()):
        assert not answer(register, claim)
        assert not reclaim(register, claim)
        free(register, claim)
        release(register, claim)
    assert _get(register, client="field") == theirs


def test_a_refused_claim_leaves_its_unit_whole(register: SqlRegister) -> None:
    """After the refusal the unit reads the other's request, writes and commits."""
    add(register, asked())
    owed = outbox_row()
    with register.begin() as unit:
        assert not unit.asked.add(asked(resource_id="other"))()
        assert unit.asked.get("portal", "key-1") == asked()
        unit.outbox.add(owed)
        unit.commit()
    with register.view() as unit:
        assert list(unit.outbox.owed(limit=2)) == [owed]


def test_an_undone_claim_was_never_made(register: SqlRegister) -> None:
    """A unit that claims and is not committed leaves the key free."""
    with register.begin() as unit:
        assert unit.asked.add(asked())()
    assert add(register, asked())


def test_an_unknown_key_is_named(register: SqlRegister) -> None:
    """Neither another key nor the same key of another client is found; the key is not told."""
    add(register, asked())
    for client, key in (("portal", "key-2"), ("field", "key-1")):
        with pytest.raises(NotFound) as refused:
            _get(register, key, client)
        assert key not in str(refused.value)


def test_an_answer_is_kept(register: SqlRegister) -> None:
    """The claim's owner answers, and the answer comes back letter for letter."""
    text = '{"status": 201, "body": "Шарт «жасалды»\\u0000"}'
    add(register, asked())
    assert answer(register, asked(), text)
    assert _get(register) == asked(answer=text)


def test_the_first_answer_stays(register: SqlRegister) -> None:
    """Answering again changes nothing and says so."""
    add(register, asked())
    answer(register, asked(), "first")
    assert not answer(register, asked(), "second")
    assert _get(register).answer == "first"


def test_an_answer_needs_a_claim(register: SqlRegister) -> None:
    """What was never asked, or was forgotten meanwhile, is not answered."""
    assert not answer(register, asked())
    add(register, asked())
    release(register, asked())
    assert not answer(register, asked())


def test_a_claim_can_be_taken_over(register: SqlRegister) -> None:
    """Only the time of the claim changes, so that the same thing is made."""
    add(register, asked())
    assert reclaim(register, asked())
    assert _get(register) == asked(claimed_at=LATER)


def test_who_lost_his_claim_cannot_answer(register: SqlRegister) -> None:
    """The one who took over answers; the one who was slow is told no."""
    add(register, asked())
    reclaim(register, asked())
    assert not answer(register, asked(), "too late")
    assert answer(register, asked(claimed_at=LATER), "in time")
    assert _get(register).answer == "in time"


def test_only_the_latest_claim_is_taken_over(register: SqlRegister) -> None:
    """Whoever saw an older claim has come too late."""
    add(register, asked())
    reclaim(register, asked())
    assert not reclaim(register, asked(), now=LATER + _SECOND)
    assert reclaim(register, asked(claimed_at=LATER), now=LATER + _SECOND)


@pytest.mark.parametrize("earlier", [timedelta(0), _SECOND], ids=["same moment", "before"])
def test_a_claim_is_taken_over_later_only(register: SqlRegister, earlier: timedelta) -> None:
    """A claim at the same time could not be told from the one it takes over."""
    add(register, asked())
    assert not reclaim(register, asked(), now=NOW - earlier)
    assert _get(register) == asked()


def test_what_is_answered_is_not_taken_over(register: SqlRegister) -> None:
    """An answer ends it."""
    add(register, asked())
    answer(register, asked())
    assert not reclaim(register, asked())


@pytest.mark.parametrize("moment", [NOW - _SECOND, NOW, LATER], ids=["before", "same", "later"])
def test_a_free_claim_is_taken_over_at_once(register: SqlRegister, moment: datetime) -> None:
    """Nobody is at it: whoever comes next has it, also by a clock that is behind, and once."""
    add(register, asked())
    free(register, asked())
    assert _get(register) == asked(free=True)
    assert reclaim(register, asked(free=True), now=moment)
    assert _get(register) == asked(claimed_at=moment)
    assert not reclaim(register, asked(free=True), now=moment)


def test_who_did_not_see_it_free_takes_nothing_over(register: SqlRegister) -> None:
    """What was seen must still be so."""
    add(register, asked())
    free(register, asked())
    assert not reclaim(register, asked())
    assert _get(register) == asked(free=True)


def test_only_our_own_claim_is_freed(register: SqlRegister) -> None:
    """A claim that was taken over, or answered, stays; other keys keep theirs."""
    add(register, asked())
    add(register, asked("key-2"))
    reclaim(register, asked())
    free(register, asked())
    assert _get(register) == asked(claimed_at=LATER)
    answer(register, asked(claimed_at=LATER), "done")
    free(register, asked(claimed_at=LATER))
    assert _get(register) == asked(claimed_at=LATER, answer="done")
    assert _get(register, "key-2") == asked("key-2")


def test_a_released_key_may_ask_anew(register: SqlRegister) -> None:
    """After a release even another request may claim the key; other keys keep theirs."""
    add(register, asked())
    add(register, asked("key-2"))
    release(register, asked())
    assert add(register, asked(fingerprint="another"))
    assert _get(register, "key-2") == asked("key-2")


def test_only_our_own_claim_is_released(register: SqlRegister) -> None:
    """A claim that was taken over, or answered, stays."""
    add(register, asked())
    reclaim(register, asked())
    release(register, asked())
    assert _get(register) == asked(claimed_at=LATER)
    answer(register, asked(claimed_at=LATER), "done")
    release(register, asked(claimed_at=LATER))
    assert _get(register).answer == "done"


def test_old_requests_are_purged(register: SqlRegister) -> None:
    """Those claimed before the moment go, answered or not; one of that very moment stays."""
    for key, age in (("young", timedelta(0)), ("old", _SECOND), ("older", timedelta(days=9))):
        add(register, asked(key, claimed_at=NOW - age))
    answer(register, asked("old", claimed_at=NOW - _SECOND))
    assert _purge(register, NOW) == 2
    assert _purge(register, NOW) == 0
    assert _get(register, "young") == asked("young")
    assert add(register, asked("old"))
