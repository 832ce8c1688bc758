"""Requests under idempotency keys, asked by many at once, in either database."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.asked import AskedOnce
from tests.builders import NOW
from tests.contracts.claiming import LATER, add, answer, asked, free, reclaim, release
from tests.contracts.races import at_once

_ROOT = Path(__file__).parents[2]
_KEYS = 60
_ROUNDS = 15
_A_WHILE = 0.2


def _get(register: SqlRegister, key: str = "key-1") -> AskedOnce:
    with register.view() as unit:
        return unit.asked.get("portal", key)


@contextmanager
def _process(url: str, verb: str) -> Iterator[subprocess.Popen[str]]:
    """A process about to do it to all keys."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.contracts.claiming", url, verb, str(_KEYS)],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def _in_two_processes(url: str, verb: str) -> list[int]:
    """For each key, how many of two processes were told yes."""
    with ExitStack() as stack:
        processes = [stack.enter_context(_process(url, verb)) for _ in range(2)]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        told = [process.communicate(timeout=60)[0] for process in processes]
    assert [len(each) for each in told] == [_KEYS, _KEYS]
    return [int(first) + int(second) for first, second in zip(*told, strict=True)]


def _both(first: Callable[[], object], second: Callable[[], object]) -> tuple[object, object]:
    told = at_once([first, second])
    return told[0], told[1]


def test_of_parallel_claims_one_counts(registers: list[SqlRegister]) -> None:
    """Eight claim one key at once: one is told yes, and it is his request that is kept."""
    requests = [asked(resource_id=f"of {n}") for n in range(8)]
    told = at_once([partial(add, *each) for each in zip(registers, requests, strict=True)])
    assert sorted(told, key=str) == [False] * 7 + [True]
    assert _get(registers[0]) == requests[told.index(True)]


def test_of_two_processes_one_claims_each_key(database_url: str) -> None:
    """Two processes run through the same keys: each key is claimed, and by one of them."""
    assert _in_two_processes(database_url, "add") == [1] * _KEYS


def test_of_two_processes_one_takes_over_each_claim(
    database_url: str, register: SqlRegister
) -> None:
    """Two processes saw the same abandoned claims: each is taken over, and by one of them."""
    for n in range(_KEYS):
        add(register, asked(f"key-{n}"))
    assert _in_two_processes(database_url, "reclaim") == [1] * _KEYS


@pytest.mark.parametrize("commits", [True, False], ids=["commits", "is undone"])
def test_a_claim_waits_for_one_that_is_not_decided(
    registers: list[SqlRegister], *, commits: bool
) -> None:
    """The second of two waits for the first one's transaction, and is told what became of it."""
    first, second, *_ = registers
    with ThreadPoolExecutor(1) as pool:
        with first.begin() as unit:
            assert unit.asked.add(asked())()
            waiting = pool.submit(add, second, asked(resource_id="other"))
            assert wait([waiting], _A_WHILE).not_done
            if commits:
                unit.commit()
        assert waiting.result(10) is not commits
    assert _get(first).resource_id == ("resource of key-1" if commits else "other")


def test_of_parallel_take_overs_one_counts(registers: list[SqlRegister]) -> None:
    """Eight saw the same abandoned claim, each at his own time: it becomes the claim of one."""
    add(registers[0], asked())
    times = [LATER + timedelta(microseconds=n) for n in range(8)]
    told = at_once(
        [
            partial(reclaim, each, asked(), now=now)
            for each, now in zip(registers, times, strict=True)
        ]
    )
    assert sorted(told, key=str) == [False] * 7 + [True]
    assert _get(registers[0]).claimed_at == times[told.index(True)]


def test_of_parallel_takers_of_a_free_claim_one_counts(registers: list[SqlRegister]) -> None:
    """Eight saw the same free claim at the very moment it was made: one of them has it."""
    add(registers[0], asked())
    free(registers[0], asked())
    told = at_once([partial(reclaim, each, asked(free=True), now=NOW) for each in registers])
    assert sorted(told, key=str) == [False] * 7 + [True]


def test_an_answer_and_a_take_over_exclude_each_other(registers: list[SqlRegister]) -> None:
    """Of the slow answer and the take-over one counts, never both and never none."""
    for n in range(_ROUNDS):
        request = asked(f"key-{n}")
        add(registers[0], request)
        answering = partial(answer, registers[0], request, "done")
        taking = partial(reclaim, registers[1], request, now=LATER)
        answered, taken = _both(answering, taking)
        assert answered is not taken
        kept = _get(registers[0], request.key)
        assert (kept.answer is not None, kept.claimed_at == LATER) == (answered, taken)


def test_a_release_never_takes_another_ones_claim(registers: list[SqlRegister]) -> None:
    """Where the take-over was first, the release of the older claim leaves it standing."""
    for n in range(_ROUNDS):
        request = asked(f"key-{n}")
        add(registers[0], request)
        releasing = partial(release, registers[0], request)
        _, taken = _both(releasing, partial(reclaim, registers[1], request, now=LATER))
        assert add(registers[2], request) is not taken


def test_a_purge_and_an_answer_do_not_break_each_other(registers: list[SqlRegister]) -> None:
    """A request forgotten while it is being answered is forgotten, or was answered before."""

    def purge() -> bool:
        with registers[1].begin() as unit:
            count = unit.asked.purge(LATER)
            unit.commit()
        return count == 1

    for n in range(_ROUNDS):
        request = asked(f"key-{n}")
        add(registers[0], request)
        answered, purged = _both(partial(answer, registers[0], request, "done"), purge)
        assert purged is True
        assert answered in {True, False}
        assert add(registers[0], request)
        release(registers[0], request)
