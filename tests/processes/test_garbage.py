"""Looking for garbage, in processes of their own: it concerns the whole of one."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LOOKS = "print(gc.get_freeze_count() > 1_000, gc.get_threshold()[0])"
_SEALER = f"""
import gc, os, signal
from docgen import sealer

class Server:
    def start(self):
        {_LOOKS}
        os.kill(os.getpid(), signal.SIGTERM)

    def stop(self):
        pass

sealer.run(Server())
"""


def _says(program: str) -> str:
    words = [sys.executable, "-c", program]
    ended = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT)
    return ended.stdout.strip()


def test_python_alone_looks_often_and_through_everything() -> None:
    """Else nothing of this were needed."""
    assert _says(f"import gc, docgen.garbage; {_LOOKS}") == "False 700"


def test_what_is_loaded_is_not_looked_through_and_the_rest_seldom() -> None:
    """It stays as long as the process, or is gone in a moment."""
    assert _says(f"import gc; from docgen import garbage; garbage.look_seldom(); {_LOOKS}") == (
        "True 20000"
    )


def test_the_sealing_process_looks_seldom() -> None:
    """A tenth of its time was spent on that, and all its threads stood still meanwhile."""
    assert _says(_SEALER) == "True 20000"
