"""A LibreOffice that cannot be run inside a zygote is run beside it, and reached over a pipe."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from docgen.adapters.rendering.engine_client import Engine, Job
from docgen.domain.errors import RendererUnavailable, RenderFailed
from tests.adapters.rendering import word
from tests.adapters.rendering.engine.bombs import large
from tests.adapters.rendering.engine.conftest import (
    SOCKETS,
    Start,
    alive,
    altered,
    made,
    parent_of,
    until,
    zygotes,
)

SMALL = word.template("Сәлем ₸")
OVER_A_PIPE = "--bridge=pipe"


def office_of(zygote: int) -> int:
    """The LibreOffice beside it."""
    (pid,) = (
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit()
        and parent_of(int(entry.name)) == zygote
        and "soffice.bin" in (entry / "cmdline").read_bytes().decode()
    )
    return pid


def filling() -> Job:
    """A job for a preloaded template."""
    work = {"kind": "fill", "template": "t", "folder": "/"}
    return Job(caller="a", batch=False, limit=20.0, document="d", template="t", work=work)


def begun_over_a_pipe(begin: Start, *more: str) -> tuple[Engine, int, int]:
    """The engine, its zygote and its LibreOffice."""
    engine = begin(OVER_A_PIPE, *more)
    zygote = engine.hello()["pid"]
    return engine, zygote, office_of(zygote)


@pytest.mark.parametrize("how", ["missing", "crash", "garbage", "hang"])
def test_a_strange_libreoffice_is_not_run_inside(begin: Start, how: str) -> None:
    """The self-test fails, crashes or hangs in a child; documents are made all the same."""
    engine = begin(altered(how))
    assert engine.hello()["bridge"] == "pipe"
    assert made(engine, SMALL).body.startswith(b"%PDF-")
    assert engine.status()["deaths"] == 0


def test_over_a_pipe(begin: Start) -> None:
    """Asked for, it stays warm, says what it is, keeps junk apart, and needs no preloading."""
    engine, zygote, office = begun_over_a_pipe(begin)
    hello = engine.hello()
    assert hello["bridge"] == "pipe"
    assert hello["engine"].startswith("LibreOffice ")
    assert hello["clock"] == "running"
    for junk in (b"plain text", b"<html><body>x</body></html>", SMALL[:2000]):
        with pytest.raises(RenderFailed, match="NotLoaded"):
            made(engine, junk)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: made(engine, SMALL), range(6)))
    assert {answer.body[:5] for answer in answers} == {b"%PDF-"}
    assert made(engine, made(engine, SMALL, to="odt").body, kind="odt").body
    with pytest.raises(RenderFailed, match="NotPreloaded"):
        engine.run(filling(), {}, b"{}")
    assert zygotes(engine) == [zygote]
    assert office_of(zygote) == office


def test_its_pipe_is_ours_alone(begin: Start) -> None:
    """Nobody else may connect."""
    before = set(SOCKETS.glob("OSL_PIPE_*"))
    engine, _, _ = begun_over_a_pipe(begin)
    opened = set(SOCKETS.glob("OSL_PIPE_*")) - before
    assert opened
    for path in opened:
        assert path.stat().st_uid == os.getuid()
        assert path.stat().st_mode & 0o077 == 0
    assert made(engine, SMALL).body


def test_what_was_killed_over_a_pipe_takes_libreoffice_along(begin: Start) -> None:
    """Whatever the document did to it is gone with it, and the next one is made by another."""
    engine, zygote, office = begun_over_a_pipe(begin)
    with pytest.raises(RendererUnavailable, match="timed_out"):
        made(engine, large(60_000), limit=2)
    assert made(engine, SMALL).body.startswith(b"%PDF-")
    assert not alive(office)
    assert zygotes(engine) != [zygote]
    assert engine.status()["deaths"] == 0


@pytest.mark.parametrize("idle", [True, False])
def test_a_libreoffice_killed_beside_is_replaced(begin: Start, *, idle: bool) -> None:
    """Killed while idle or in the middle of a document: the document is made all the same."""
    engine, _, office = begun_over_a_pipe(begin)
    made(engine, SMALL)
    with ThreadPoolExecutor(1) as pool:
        if idle:
            os.kill(office, signal.SIGKILL)
        answer = pool.submit(made, engine, large(800))
        if not idle:
            until(lambda: engine.status()["zygotes"][0]["busy"], "a document")
            os.kill(office, signal.SIGKILL)
        assert answer.result().body.startswith(b"%PDF-")


@pytest.mark.parametrize("killed", ["zygote", "office", "all"])
def test_nothing_is_left_of_what_was_killed(begin: Start, killed: str) -> None:
    """LibreOffice ends with its zygote, and its sockets with both, whoever was killed."""
    before = set(SOCKETS.glob("OSL_PIPE_*"))
    engine, zygote, office = begun_over_a_pipe(begin)
    victims = {"zygote": [zygote], "office": [office], "all": [parent_of(zygote), zygote, office]}
    opened = set(SOCKETS.glob("OSL_PIPE_*")) - before
    for pid in victims[killed]:
        os.kill(pid, signal.SIGKILL)
    assert made(engine, SMALL).body.startswith(b"%PDF-")
    until(lambda: not alive(office) and not alive(zygote), "the end of both")
    until(lambda: not any(path.exists() for path in opened), "the end of the sockets")
