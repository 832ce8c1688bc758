"""`docgen sealer`, before and while it listens."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.services.programs import need
from tests.visit.terminal import docgen

ROOT = Path(__file__).parents[2]
_SLEEP = "print('ready', flush=True); __import__('time').sleep(60)"
_CONCEAL = f"from docgen.sealer import conceal; conceal(); {_SLEEP}"
_AS_NOBODY = ("--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all")


@contextmanager
def _running(program: str) -> Iterator[int]:
    """A process of nobody's that was told a secret."""
    setpriv = need("setpriv")[0]
    command = [setpriv, *_AS_NOBODY, "env", f"PYTHONPATH={ROOT}", "SECRET=hush", sys.executable]
    with subprocess.Popen([*command, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process.pid
        process.kill()


def _read(pid: int, name: str) -> bytes:
    """What another process of the same user, without special powers, can read of it."""
    command = [need("setpriv")[0], *_AS_NOBODY, "head", "-c", "4096", f"/proc/{pid}/{name}"]
    return subprocess.run(command, capture_output=True, check=False).stdout


@pytest.mark.parametrize("name", ["environ", "maps"])
def test_nobody_of_the_same_user_looks_into_it(name: str) -> None:
    """Neither what it was told nor where its memory is; of any other process both can be read."""
    with _running(_SLEEP) as pid:
        assert _read(pid, name)
    with _running(_CONCEAL) as pid:
        assert _read(pid, name) == b""


def test_without_a_key_it_does_not_start(tmp_path: Path) -> None:
    """One line says which settings there are; nothing is left behind."""
    said = docgen(tmp_path, "sealer", DOCGEN_PROFILE="production")

    assert said.returncode == 1
    assert "error: misconfigured: set one of DOCGEN_SEAL__PKCS12 and" in said.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_not_there_is_told_without_its_place(tmp_path: Path) -> None:
    """The setting is known to whoever set it; the path is nobody else's business."""
    said = docgen(
        tmp_path, "sealer", DOCGEN_PROFILE="production", DOCGEN_SEAL__PKCS12="/secret/place.p12"
    )

    assert said.returncode == 1
    assert "error: seal_key_unusable: no readable key file" in said.stderr
    assert "place" not in said.stderr


def test_the_demo_needs_no_sealing_process_of_its_own(tmp_path: Path) -> None:
    """Without a socket nobody could ask it."""
    said = docgen(tmp_path, "sealer", DOCGEN_PROFILE="demo")

    assert said.returncode == 1
    assert "error: misconfigured: DOCGEN_SEAL__SOCKET is not set" in said.stderr
