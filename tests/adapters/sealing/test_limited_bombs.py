"""Files that would take the service with them are given up, and the next one is judged."""

import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify_exchange import Limits
from docgen.adapters.sealing.verify_limited import LimitedVerifier
from docgen.domain.errors import Busy, Unavailable, UnreadableDocument
from docgen.domain.verdict import Verdict
from tests.adapters.sealing.bombs import ENDLESS, crowded, crowded_below
from tests.adapters.sealing.papers import FROZEN, ShiftedClock
from tests.adapters.sealing.watching import child_at_work, children, descriptors, ended, limits

MEGABYTE = 1024 * 1024
GENEROUS = 60
Make = Callable[..., LimitedVerifier]


@pytest.fixture
def make(roots: TrustRoots) -> Iterator[Make]:
    """Makes a verifier with the given limits, its program started; closes it in the end."""
    made: list[LimitedVerifier] = []

    def started(at_once: int = 2, patience: float = 0, **narrow: float) -> LimitedVerifier:
        generous = {"cpu_seconds": GENEROUS, "wall_seconds": float(GENEROUS)}
        given = Limits(**(generous | narrow))  # type: ignore[arg-type]
        verifier = LimitedVerifier(
            roots, clock=ShiftedClock(), limits=given, at_once=at_once, patience=patience
        )
        made.append(verifier)
        goes_on(made[-1])
        return made[-1]

    yield started
    for verifier in made:
        verifier.close()


def goes_on(verifier: LimitedVerifier, pid: int | None = None) -> None:
    """The same program judges the next file, and nothing is left of the ones before."""
    assert verifier.verify(FROZEN).verdict is Verdict.UNSEALED
    assert verifier.pid is not None
    assert verifier.pid == pid or pid is None
    assert all(ended(child) for child in children(verifier.pid))


def test_a_file_that_takes_too_long_to_compute_is_given_up(make: Make) -> None:
    """The kernel ends the child after its seconds of CPU."""
    verifier = make(cpu_seconds=1)
    pid, before = verifier.pid, resource.getrusage(resource.RUSAGE_SELF)

    with pytest.raises(UnreadableDocument, match="too hard"):
        verifier.verify(ENDLESS)

    ours = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before.ru_utime
    assert ours < 0.5
    goes_on(verifier, pid)


def test_a_file_whose_time_was_lost_to_others_is_not_to_blame(make: Make) -> None:
    """By the clock on the wall it took too long, but not in computing: it may be asked again."""
    verifier = make(wall_seconds=0.5)
    pid, began = verifier.pid, time.monotonic()

    with pytest.raises(Busy, match="no processor"):
        verifier.verify(ENDLESS)

    assert 0.5 <= time.monotonic() - began < 2.5
    goes_on(verifier, pid)


@pytest.mark.parametrize("kind", ["unsigned", "below", "added"])
def test_a_file_that_takes_too_much_memory_is_given_up(
    make: Make, kind: str, plainly_sealed: bytes
) -> None:
    """It is not called broken, nor unsealed, nor changed: nobody could judge it."""
    verifier = make(memory=128 * MEGABYTE)
    pid, many = verifier.pid, 300_000
    files = {
        "unsigned": crowded(many),
        "below": crowded_below(many),
        "added": crowded(many, after=plainly_sealed),
    }

    with pytest.raises(UnreadableDocument, match="memory"):
        verifier.verify(files[kind])

    goes_on(verifier, pid)


def test_a_judge_that_gets_no_processor_answers_busy(make: Make) -> None:
    """Under heavy load a file is not called unreadable: its child stood still, and we say so."""
    verifier = make(wall_seconds=1.0, cpu_seconds=30)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(verifier.verify, crowded(30_000))
        child = child_at_work(verifier.pid or 0, ticks=1)
        os.kill(child, signal.SIGSTOP)
        time.sleep(1.2)
        os.kill(child, signal.SIGCONT)
        with pytest.raises(Busy, match="no processor"):
            answer.result()

    goes_on(verifier)


def test_with_enough_of_everything_the_same_file_is_judged(make: Make) -> None:
    """The refusals above are for the limits, not for the file."""
    verifier = make(memory=1024 * MEGABYTE)

    assert verifier.verify(crowded(30_000)).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV])
def test_a_child_that_crashes_takes_nothing_with_it(make: Make, how: signal.Signals) -> None:
    """A fault in a C library below the judge ends one answer."""
    verifier = make()
    pid = verifier.pid or 0

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(verifier.verify, ENDLESS)
        os.kill(child_at_work(pid), how)
        with pytest.raises(UnreadableDocument, match="too hard"):
            answer.result()

    goes_on(verifier, pid)


def test_a_child_can_neither_write_nor_fork_nor_grow(make: Make) -> None:
    """The kernel holds it to the limits before it reads the first byte, and for good."""
    verifier = make(cpu_seconds=7, memory=512 * MEGABYTE)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(verifier.verify, ENDLESS)
        child = child_at_work(verifier.pid or 0)
        held, files = limits(child), descriptors(child)
        os.kill(child, signal.SIGKILL)
        with pytest.raises(UnreadableDocument):
            answer.result()

    assert held["Max address space"] == str(512 * MEGABYTE)
    assert held["Max cpu time"] == "7"
    assert held["Max file size"] == held["Max processes"] == held["Max core file size"] == "0"
    assert [file.partition("[")[0] for file in files] == ["/dev/null"] * 3 + ["socket:"]


def test_beyond_as_many_as_may_be_one_is_turned_away_at_once(make: Make) -> None:
    """While two are at work, eighteen others hear so without waiting; then there is room again."""
    verifier = make(wall_seconds=2.0)
    pid = verifier.pid or 0
    with ThreadPoolExecutor(20) as pool:
        hard = [pool.submit(verifier.verify, ENDLESS) for _ in range(2)]
        while len(children(pid)) < 2:
            pass
        began = time.monotonic()
        others = [pool.submit(verifier.verify, FROZEN) for _ in range(18)]
        assert all(isinstance(other.exception(), Busy) for other in others)
        assert time.monotonic() - began < 1
        assert len(children(pid)) == 2
        assert all(isinstance(each.exception(), Busy) for each in hard)

    goes_on(verifier, pid)


def test_whoever_is_patient_waits_for_his_turn(make: Make) -> None:
    """As a worker does: nobody holds a line meanwhile."""
    verifier = make(at_once=1, patience=GENEROUS)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(verifier.verify, FROZEN) for _ in range(8)]

    assert {each.result().verdict for each in asked} == {Verdict.UNSEALED}


def test_twenty_at_once_are_judged_or_turned_away(make: Make) -> None:
    """Nobody waits for ever and nobody is lost."""
    verifier = make()
    pid = verifier.pid

    def ask(_: int) -> object:
        try:
            return verifier.verify(FROZEN).verdict
        except Busy:
            return Busy

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask, range(20)))

    assert set(answers) <= {Verdict.UNSEALED, Busy}
    assert answers.count(Verdict.UNSEALED) >= 2
    goes_on(verifier, pid)


def test_nothing_stays_open_whatever_happens(make: Make) -> None:
    """No connection is left after reports, refusals and turnings away."""
    verifier = make(wall_seconds=0.3, at_once=1)
    before = len(descriptors(os.getpid()))

    for pdf in (FROZEN, b"junk", ENDLESS, FROZEN):
        with ThreadPoolExecutor(2) as pool:
            for asked in [pool.submit(verifier.verify, pdf) for _ in range(2)]:
                with suppress(Busy, UnreadableDocument):
                    asked.result()

    assert len(descriptors(os.getpid())) == before


def test_a_program_that_hangs_is_replaced(make: Make) -> None:
    """Frozen, it answers nobody: the caller hears so in time, and the next file is judged."""
    verifier = make(wall_seconds=0.3)
    first = verifier.pid or 0
    os.kill(first, signal.SIGSTOP)

    with pytest.raises(Unavailable, match="hangs"):
        verifier.verify(FROZEN)

    assert ended(first)
    assert verifier.verify(FROZEN).verdict is Verdict.UNSEALED
    assert verifier.pid != first
