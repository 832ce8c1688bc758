"""Real documents while processes are killed under them: all are served, and it heals at once."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from docgen.adapters.rendering.engine_client import Engine
from docgen.domain.errors import RendererUnavailable
from docgen.domain.language import Language
from tests.adapters.rendering import word
from tests.adapters.rendering.engine.conftest import (
    Start,
    alive,
    child_of,
    made,
    supervisor_of,
    until,
    zygotes,
)
from tests.adapters.rendering.engine.test_zygote import text_of

CALLERS = 50
HEALED_SECONDS = 15.0
"""It takes two or three on a machine of its own; others may be at work here too."""
Victim = Callable[[Engine], int]


def numbered(number: int) -> bytes:
    """A document that nobody else orders."""
    return word.visit(Language.KK, lines=[f"caller{number}end"])


def served(engine: Engine, number: int) -> str:
    """What came of one caller's document: `served`, or `busy` with the time to come again."""
    try:
        pdf = made(engine, numbered(number), limit=30, caller=f"c{number}").body
    except RendererUnavailable as error:
        assert error.retry_after, str(error)  # noqa: PT017
        return "busy"
    assert f"caller{number}end" in text_of(pdf)
    return "served"


def child(engine: Engine) -> int:
    """The process of a document."""
    return child_of(zygotes(engine)[0])


def zygote(engine: Engine) -> int:
    """One of the zygotes."""
    return zygotes(engine)[0]


def supervisor(engine: Engine) -> int:
    """The whole engine: all others end with it."""
    return supervisor_of(engine.directory)


@pytest.mark.parametrize("victim", [child, zygote, supervisor])
def test_fifty_callers_and_a_kill(begin: Start, victim: Victim) -> None:
    """Each gets its own document or is told to come again, and after five seconds all is well."""
    engine = begin(zygotes=2, queue_limit=40)
    made(engine, numbered(0))
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = [pool.submit(served, engine, number) for number in range(CALLERS)]
        until(lambda: engine.status()["waiting"] > 5, "a queue")
        killed = victim(engine)
        os.kill(killed, signal.SIGKILL)
        until(lambda: not alive(killed), "its end")
        until(
            lambda: any(each["ready"] for each in engine.status()["zygotes"]),
            "a zygote",
            HEALED_SECONDS,
        )
        outcomes = [answer.result(60) for answer in answers]
    assert set(outcomes) <= {"served", "busy"}
    assert outcomes.count("served") >= CALLERS // 2
    assert engine.status()["quarantined"] == []


def test_a_healed_engine_answers_soon(begin: Start) -> None:
    """Killed while nobody waits, it is there again for the next document within five seconds."""
    engine = begin()
    made(engine, numbered(0))
    for victim in (zygote, supervisor):
        os.kill(victim(engine), signal.SIGKILL)
        began = time.monotonic()
        made(engine, numbered(1))
        assert time.monotonic() - began < HEALED_SECONDS
