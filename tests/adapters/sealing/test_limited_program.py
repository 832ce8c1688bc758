"""The program behind the limited verifier: kept, replaced when lost, and gone when it should be."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify_limited import LimitedVerifier
from docgen.domain.errors import Unavailable
from docgen.domain.verdict import Verdict
from tests.adapters.sealing.bombs import ENDLESS, crowded
from tests.adapters.sealing.papers import FROZEN, ShiftedClock
from tests.adapters.sealing.watching import child_at_work, ended


@pytest.fixture
def own() -> Iterator[LimitedVerifier]:
    """A verifier that a test may ill-treat."""
    verifier = LimitedVerifier(TrustRoots(()), clock=ShiftedClock())
    yield verifier
    verifier.close()


def warm(verifier: LimitedVerifier) -> int:
    """Judge a file; which process the program is."""
    assert verifier.verify(FROZEN).verdict is Verdict.UNSEALED
    assert verifier.pid is not None
    return verifier.pid


def test_nothing_is_started_before_the_first_file(own: LimitedVerifier) -> None:
    """A web process that verifies nothing pays nothing."""
    assert own.pid is None


def test_it_stays_warm(own: LimitedVerifier) -> None:
    """The next file is judged by a child of the same program."""
    assert warm(own) == warm(own)


def test_killed_between_two_files_it_is_replaced(own: LimitedVerifier) -> None:
    """The second file is judged as if nothing had been."""
    first = warm(own)
    os.kill(first, signal.SIGKILL)

    assert warm(own) != first


def test_killed_before_it_could_fork_the_file_is_asked_about_again(own: LimitedVerifier) -> None:
    """A question that nobody has read goes to the next program."""
    first = warm(own)
    os.kill(first, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(own.verify, FROZEN)
        time.sleep(0.2)
        os.kill(first, signal.SIGKILL)
        assert answer.result().verdict is Verdict.UNSEALED
    assert own.pid != first


def test_killed_while_a_child_judges_the_answer_still_arrives(own: LimitedVerifier) -> None:
    """The child needs its program no more."""
    first = warm(own)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(own.verify, crowded(100_000))
        child_at_work(first)
        os.kill(first, signal.SIGKILL)
        assert answer.result().verdict is Verdict.UNKNOWN
    assert warm(own) != first


def test_it_lets_requests_finish_when_all_are_told_to_stop(own: LimitedVerifier) -> None:
    """A supervisor's SIGTERM goes to every process of the service; ours waits for its parent."""
    first = warm(own)
    for stop in (signal.SIGTERM, signal.SIGINT):
        os.kill(first, stop)

    assert warm(own) == first


def test_closing_ends_it_and_what_it_judges(own: LimitedVerifier) -> None:
    """Whoever still waits hears so at once, and nothing is started again."""
    program = warm(own)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(own.verify, ENDLESS)
        child = child_at_work(program)
        own.close()
        with pytest.raises(Unavailable, match="closed"):
            answer.result(timeout=10)

    assert ended(child)
    assert ended(program, 0)
    assert own.pid is None
    with pytest.raises(Unavailable, match="closed"):
        own.verify(FROZEN)


def test_closing_what_was_never_started_is_nothing(own: LimitedVerifier) -> None:
    """Closing twice neither."""
    own.close()
    own.close()


def test_it_ends_with_its_service(tmp_path: Path) -> None:
    """A web process killed in the middle of a file leaves neither program nor child behind."""
    service = (
        "import sys, threading; from pathlib import Path\n"
        "from docgen.adapters.clock import SystemClock\n"
        "from docgen.adapters.sealing.trust import TrustRoots\n"
        "from docgen.adapters.sealing.verify_limited import LimitedVerifier\n"
        "verifier = LimitedVerifier(TrustRoots(()), clock=SystemClock())\n"
        "small, big = (Path(name).read_bytes() for name in sys.argv[1:])\n"
        "verifier.verify(small); print(verifier.pid, flush=True); verifier.verify(big)"
    )
    small, big = tmp_path / "small.pdf", tmp_path / "big.pdf"
    small.write_bytes(FROZEN)
    big.write_bytes(ENDLESS)
    command: list[str | Path] = [sys.executable, "-c", service, small, big]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        program = int(process.stdout.readline())
        child = child_at_work(program)
        process.kill()

    assert ended(program, 3)
    assert ended(child, 3)


def test_it_outlives_the_thread_that_started_it(own: LimitedVerifier) -> None:
    """Threads of a web server come and go."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(warm(own)))
    thread.start()
    thread.join()

    assert found == [warm(own)]


def test_it_gets_none_of_our_secrets(own: LimitedVerifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that took over its judge would find no settings in its surroundings."""
    monkeypatch.setenv("DOCGEN_CODES__PEPPER", "5e" * 32)

    surroundings = Path(f"/proc/{warm(own)}/environ").read_bytes()

    assert b"DOCGEN" not in surroundings
    assert b"5e5e" not in surroundings


@pytest.mark.parametrize("python", ["/no/such/python", "/bin/false"], ids=["absent", "failing"])
def test_a_program_that_does_not_start_is_unavailable(
    own: LimitedVerifier, monkeypatch: pytest.MonkeyPatch, python: str
) -> None:
    """It is our trouble and not the file's; when it is over, files are judged again."""
    with monkeypatch.context() as trouble:
        trouble.setattr(sys, "executable", python)
        for _ in range(3):
            with pytest.raises(Unavailable, match="does not"):
                own.verify(FROZEN)

    warm(own)
