"""A process that leans on what a demo's folder embeds, as `docgen doctor` would."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docgen.adapters.embedded.leaning import leaning


@contextmanager
def leaning_on(lock: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One that leans while the block lasts."""
    with subprocess.Popen(
        [sys.executable, __file__, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            if process.stdout is None or process.stdout.readline() != b"there\n":
                raise AssertionError("it does not lean")
            yield process
        finally:
            process.kill()


if __name__ == "__main__":
    with leaning(Path(sys.argv[1])):
        sys.stdout.write("there\n")
        sys.stdout.flush()
        sys.stdin.read()
