"""Turns: bounded, fair between callers, interactive first, and nobody waits for ever."""

from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from docgen.adapters.rendering.engine.turns import BATCH_EVERY, QueueIsFull, Turns


def queue(*callers: str, batch: bool = False, most: int = 1000) -> Turns[tuple[str, int]]:
    """One job after the other of these callers."""
    turns, seen = Turns[tuple[str, int]](most), Counter[str]()
    for caller in callers:
        turns.add((caller, seen[caller]), caller=caller, batch=batch)
        seen[caller] += 1
    return turns


def drained(turns: Turns[tuple[str, int]]) -> list[tuple[str, int]]:
    """All jobs in the order of their turns."""
    return [turns.take() for _ in range(len(turns))]


@given(callers=st.lists(st.sampled_from("abcd")), batch=st.booleans())
def test_callers_take_turns(callers: list[str], *, batch: bool) -> None:
    """Before a caller's last job no other has had more turns than it; each keeps its order."""
    order = drained(queue(*callers, batch=batch))
    for caller, total in Counter(callers).items():
        own = [number for name, number in order if name == caller]
        assert own == list(range(total))
        last = order.index((caller, total - 1))
        others = Counter(name for name, _ in order[:last])
        assert all(count <= total for count in others.values())


def test_a_late_caller_does_not_wait_for_a_greedy_one() -> None:
    """Whoever asks once is second at the latest, however many jobs another has."""
    turns = queue(*"a" * 50, "b")
    assert drained(turns)[:2] == [("a", 0), ("b", 0)]


def test_interactive_comes_before_batch() -> None:
    """A job that somebody watches overtakes those that nobody watches."""
    turns = queue("b", "b", batch=True)
    turns.add(("i", 0), caller="i", batch=False)
    assert drained(turns) == [("i", 0), ("b", 0), ("b", 1)]


def test_batch_is_not_starved() -> None:
    """However much is interactive, every eighth turn goes to batch while it waits."""
    turns = queue(*"i" * 40)
    for number in range(3):
        turns.add(("b", number), caller="b", batch=True)
    order = drained(turns)
    places = [place for place, (name, _) in enumerate(order, 1) if name == "b"]
    assert places == [BATCH_EVERY, 2 * BATCH_EVERY, 3 * BATCH_EVERY]


def test_the_queue_is_bounded() -> None:
    """One more than may wait is refused; a job that goes makes room."""
    turns = queue("a", "a", "b", most=3)
    with pytest.raises(QueueIsFull):
        turns.add(("c", 0), caller="c", batch=False)
    turns.take()
    turns.add(("c", 0), caller="c", batch=False)


def test_one_caller_does_not_fill_the_queue() -> None:
    """Half is anybody's; of the rest each has its share, and one share is left for a newcomer."""
    turns = Turns[tuple[str, int]](12)

    def come(caller: str) -> int:
        """How many of its jobs may wait."""
        for number in range(20):
            try:
                turns.add((caller, number), caller=caller, batch=False)
            except QueueIsFull:
                return number
        return 20

    assert [come(caller) for caller in "abc"] == [6, 4, 2]
    turns.take()
    assert come("d") == 1


@given(callers=st.lists(st.sampled_from("abcde"), max_size=60), newcomer=st.just("z"))
def test_who_has_nothing_waiting_is_let_in(callers: list[str], newcomer: str) -> None:
    """However much others ask: refused is only who has something waiting, or all are many."""
    turns = Turns[tuple[str, int]](30)
    for number, caller in enumerate(callers):
        with suppress(QueueIsFull):
            turns.add((caller, number), caller=caller, batch=bool(number % 2))
    turns.add((newcomer, 0), caller=newcomer, batch=False)


def test_a_job_put_back_is_next() -> None:
    """It has waited already: it goes before all others and is not refused for want of room."""
    turns = queue("a", "a", "b", most=3)
    first = turns.take()
    turns.add(("c", 0), caller="c", batch=False)
    turns.put_back(first)
    assert turns.take() == first


def test_nothing_waits() -> None:
    """An empty queue says so."""
    with pytest.raises(IndexError):
        Turns[int]().take()


def test_retry_after_grows_with_the_queue() -> None:
    """It is the length times what a job took lately, shared by the zygotes; a second at least."""
    turns = queue(*"a" * 40)
    assert Turns[int]().retry_after(1) == 1
    for _ in range(200):
        turns.served(2.0)
    assert turns.retry_after(1) in {80, 81}
    assert turns.retry_after(2) in {40, 41}


class Waiting(RuleBasedStateMachine):
    """Any order of coming, going and being served."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = Turns[int](6)
        self.waiting: set[int] = set()
        self.number = self.put_back = 0

    @rule(caller=st.sampled_from("abc"), batch=st.booleans())
    def come(self, *, caller: str, batch: bool) -> None:
        """Taken in unless three wait already, for then callers have shares."""
        self.number += 1
        try:
            self.turns.add(self.number, caller=caller, batch=batch)
        except QueueIsFull:
            assert len(self.waiting) >= 3
        else:
            self.waiting.add(self.number)
            assert len(self.turns) <= 6 + self.put_back

    @precondition(lambda self: self.waiting)
    @rule(again=st.booleans())
    def serve(self, *, again: bool) -> None:
        """Whoever is served has waited, and is gone unless put back."""
        job = self.turns.take()
        assert job in self.waiting
        if again:
            self.turns.put_back(job)
            self.put_back += 1
        else:
            self.waiting.remove(job)

    @precondition(lambda self: self.number)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """A job that waits can be taken out, another cannot."""
        job = data.draw(st.integers(1, self.number))
        assert self.turns.cancel(job) == (job in self.waiting)
        self.waiting.discard(job)

    @invariant()
    def nobody_is_lost(self) -> None:
        """The queue is as long as those who wait are many."""
        assert len(self.turns) == len(self.waiting)


TestWaiting = Waiting.TestCase
