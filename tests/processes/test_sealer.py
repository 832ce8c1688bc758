"""`docgen sealer`, before and while it listens."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.sealer_client import SealerClient
from docgen.adapters.sealing.typeface import NOTO_SANS, NOTO_SANS_BOLD, Typeface
from docgen.domain.verdict import Verdict
from tests.adapters.sealing.papers import order
from tests.pki.lab import PASSPHRASE, serving
from tests.services.programs import need
from tests.services.sealing import sealing_process
from tests.services.softhsm import MODULE, PIN, TOKEN, SoftHsm
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


@pytest.mark.parametrize(("label", "kind"), [("rsa3072", "RSA-3072"), ("ec", "P-256")])
def test_the_process_may_have_its_key_in_a_token(
    tmp_path: Path, short_directory: Path, sqlite_url: str, label: str, kind: str
) -> None:
    """Module, token, label and PIN are all it is told; who asks it learns what key it is."""
    place = short_directory / f"token-{label}" / "socket"
    picture = SealPicture(regular=Typeface.load(NOTO_SANS), bold=Typeface.load(NOTO_SANS_BOLD))
    (tmp_path / "lab").mkdir()
    with pytest.MonkeyPatch.context() as patch, serving(tmp_path / "lab") as lab:
        hsm = SoftHsm.make(tmp_path, patch)
        hsm.hold(lab.pkcs12(label), PASSPHRASE, label=label)
        settings = {
            "DOCGEN_PROFILE": "production",
            "DOCGEN_DATABASE_URL": sqlite_url,
            "DOCGEN_TRUST_ROOTS": str(lab.root),
            "DOCGEN_SEAL__SOCKET": str(place),
            "DOCGEN_SEAL__PKCS11__MODULE": str(MODULE),
            "DOCGEN_SEAL__PKCS11__TOKEN": TOKEN,
            "DOCGEN_SEAL__PKCS11__LABEL": label,
            "DOCGEN_SEAL__PKCS11__PIN": PIN,
            **hsm.settings,
        }
        with sealing_process(settings, folder=tmp_path):
            client = SealerClient(place, picture=picture)
            assert client.check().key == kind
            rehearsal = client.rehearse(order())

    assert rehearsal.report.verdict is Verdict.VALID
    assert PIN not in (tmp_path / "sealer.log").read_text("utf-8")


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
