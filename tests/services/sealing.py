"""`docgen sealer` for tests: a process that holds a key, and dies with them."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.services.programs import await_answer, start

PROGRAM = Path(sys.executable).with_name("docgen")
READY = "the seal is ready"


@contextmanager
def sealing_process(settings: Mapping[str, str], *, folder: Path) -> Iterator[None]:
    """It runs in that folder under those settings within the block."""
    log = folder / "sealer.log"
    given = [f"{name}={value}" for name, value in settings.items()]
    process = start(["env", "-C", str(folder), *given, str(PROGRAM), "sealer"], log=log)
    try:
        await_answer(process, answers=lambda: READY in log.read_text("utf-8"), log=log)
        yield
    finally:
        process.kill()
        process.wait()
