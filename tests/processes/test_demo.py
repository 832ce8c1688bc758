"""`docgen demo`: one command brings the whole service, keeps it, and takes it away again."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.demo import Demo, children_of, gone, running
from tests.processes.leaning import leaning_on
from tests.processes.running import eventually, free_port
from tests.services.programs import need
from tests.visit.terminal import docgen


@pytest.fixture(scope="module")
def same_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo of this module."""
    with running(tmp_path_factory.mktemp("demo")) as started:
        yield started


@pytest.fixture
def demo(same_place: Demo) -> Demo:
    """The demo of this module, running."""
    if same_place.process.poll() is not None:
        same_place.start()
    return same_place


def test_every_address_it_prints_works(demo: Demo) -> None:
    """A newcomer may click on any of them."""
    addresses = set(re.findall(r"http://\S+", demo.said()))

    paths = {address.removeprefix(demo.url) for address in addresses}
    assert {"", "/docs", "/inbox", "/v1/inbox", "/metrics", "/v1/forms"} <= paths
    for path in paths - {"", "/v1/envelopes"}:
        assert demo.get(demo.url + path)
    assert demo.url.encode() in demo.get(f"{demo.url}/openapi.json")


def test_what_it_tells_to_try_makes_an_envelope(demo: Demo) -> None:
    """The lines are copied into a shell as they stand."""
    lines = demo.said().split("Try it:")[1].split("Ctrl-C")[0]

    bash, _curl = need("bash", "curl")
    tried = subprocess.run(
        [bash, "-euc", lines], cwd=demo.folder, capture_output=True, timeout=60, check=True
    )

    assert b'"code":"acceptance_act"' in tried.stdout
    assert b'"number":"A3-' in tried.stdout


def test_a_second_demo_at_the_same_place_is_refused_before_it_starts(
    demo: Demo, tmp_path: Path
) -> None:
    """One clear line, and nothing was made but the choice of the profile."""
    said = docgen(tmp_path, "demo", DOCGEN_WEB__BIND=demo.bind)

    assert said.returncode == 1
    assert said.stderr.startswith("error: misconfigured: ")
    assert "another program listens there" in said.stderr
    assert [file.name for file in (tmp_path / "var").rglob("*")] == ["settings.env"]


def test_a_second_demo_in_the_same_folder_is_refused(demo: Demo) -> None:
    """Another port does not help: it would share register, queue and log with the first one."""
    log = demo.folder / "var" / "demo" / "log.jsonl"
    before = log.stat().st_size

    said = docgen(demo.folder, "demo", DOCGEN_WEB__BIND=f"127.0.0.1:{free_port()}")

    assert said.returncode == 1
    assert f"a demo runs in {demo.folder / 'var'} already" in said.stderr
    assert f"kill -INT {demo.process.pid}" in said.stderr
    assert log.stat().st_size >= before > 0


def test_a_child_that_dies_is_started_again(demo: Demo) -> None:
    """It is told, and the service is there again."""
    before = demo.children()
    for child in ("worker", "gunicorn", "sealer"):
        os.kill(before[child], signal.SIGKILL)

    assert eventually(lambda: demo.said().count("ended with -9; it is started again") == 3)
    for word in ("serve", "worker", "sealer"):
        assert f"docgen {word} ended with -9" in demo.said()
    assert eventually(lambda: _at_work(demo) and demo.answers(), seconds=60)
    after = demo.children()
    assert [before["redis-server"]] == [after["redis-server"]]
    assert not {before[name] for name in ("worker", "gunicorn", "sealer")} & set(after.values())


def _at_work(demo: Demo) -> bool:
    """Whether worker, web processes and sealing process of the latest start are."""
    there = set(demo.children()) == {"worker", "gunicorn", "sealer", "redis-server"}
    started = demo.said().count("docgen worker ended") + 1
    return there and demo.events().count("the worker is at work") == started


def test_children_die_with_it_and_the_next_one_takes_over(demo: Demo) -> None:
    """SIGKILL leaves nothing running, and the next start finds everything, its key included."""
    key, children = demo.key(), list(demo.children().values())
    children += [each for child in children for each in children_of(child)]

    demo.kill()

    assert len(children) >= 5
    assert eventually(lambda: gone(children), seconds=30)
    last = demo.events()
    demo.start()
    assert demo.key() == key
    assert demo.events(of="log.jsonl.1")[: len(last)] == last


def test_one_signal_ends_all_in_order(demo: Demo) -> None:
    """Worker and gunicorn finish, then the sealing process, then Redis; the last word is said.

    Another command that leans on its Redis is waited for, and named.
    """
    assert eventually(lambda: _at_work(demo), seconds=60)
    children = list(demo.children().values())

    with leaning_on(demo.folder / "var" / "embedded.lock") as other:
        demo.process.send_signal(signal.SIGINT)
        assert eventually(lambda: f"(process {other.pid}), which need" in demo.said(), seconds=60)
        assert demo.process.poll() is None

    assert demo.process.wait(60) == 0
    said = demo.said().splitlines()
    assert "Stopping: what was begun is finished first" in demo.said()
    assert said[-1] == "Stopped"
    assert gone(children)
    events = demo.events()
    sealer = events.index("the sealing process has finished")
    for earlier in ("the worker has finished", "Shutting down: Master"):
        assert events.index(earlier) < sealer
