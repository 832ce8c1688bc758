"""A zygote without LibreOffice whose child does what a document could make LibreOffice do.

`unruly_zygote.py DIRECTORY`; `work` is `{"do": ..., "told": PATH}`. The child writes what it has
seen to `told`, under the real zygote's walls.
"""

import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[4]))

from docgen.adapters.rendering.engine import walls, zygote
from docgen.adapters.rendering.engine.frames import Header, put_frame, write_frame

PROCESSES = 20


class Unruly:
    """A workshop whose work is mischief."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def hello(self) -> Header:
        """As a real one."""
        return {"engine": "Unruly 1.0", "bridge": "inside"} | zygote.surroundings("none")

    def prepare(self, work: Header) -> bool:
        """Some mischief begins before the fork."""
        if work["do"] == "thread":
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        if work["do"] == "fail_early":
            raise ValueError("a template that cannot be prepared")
        return bool(work["do"] == "thread")

    def carry_out(self, work: Header, _request: int, answer: int, directory: Path) -> None:
        """Do it, tell what came of it, and answer."""
        walls.limit_for_one_document(work["limit"])
        done = getattr(self, work["do"])(work, directory)
        if "told" in work:
            Path(work["told"]).write_text(str(done))
        if work.get("hang"):
            time.sleep(600)
        put_frame(answer, {})

    def goes_on(self, *, well: bool) -> bool:  # noqa: ARG002
        """Always."""
        return True

    def nothing(self, _work: dict[str, Any], _directory: Path) -> str:
        """Be good."""
        return ""

    def spawn(self, work: dict[str, Any], _directory: Path) -> str:
        """Leave processes behind, out of reach of every group and session."""
        for _ in range(PROCESSES):
            child = os.fork()
            if child == 0:
                os.setsid()
                if os.fork() == 0:
                    with Path(work["pids"]).open("a") as file:
                        file.write(f"{os.getpid()}\n")
                    time.sleep(600)
                os._exit(0)
            os.waitpid(child, 0)
        while Path(work["pids"]).read_text().count("\n") < PROCESSES:
            time.sleep(0.01)
        return ""

    def swell(self, _work: dict[str, Any], _directory: Path) -> str:
        """Take more memory than there may be."""
        return str(len(bytearray(walls.MOST_MEMORY + (1 << 20))))

    def write(self, _work: dict[str, Any], directory: Path) -> str:
        """Write more than a file may hold."""
        with (directory / "file").open("wb") as file:
            file.truncate(walls.MOST_FILE + 1)
        return "written"

    def open(self, _work: dict[str, Any], directory: Path) -> str:
        """Open more files than one may have."""
        return str(len([(directory / str(number)).open("wb") for number in range(1000)]))

    def compute(self, _work: dict[str, Any], _directory: Path) -> str:
        """Never end, and be busy with it."""
        while True:
            pass

    def litter(self, _work: dict[str, Any], directory: Path) -> str:
        """Leave files where LibreOffice leaves its own."""
        for place in (directory, self._directory / "lu1.tmp"):
            (place / "lu2.tmp").mkdir()
            (place / "lu2.tmp" / "page").write_text("a value")
            (place / "lu3.tmp").write_text("a value")
        return ""

    def speak(self, _work: dict[str, Any], _directory: Path) -> str:
        """Tell the supervisor something, in the zygote's name."""
        for number in range(256):
            with suppress(OSError):
                os.write(number, b"\x00\x00\x00\x04\x00\x00\x00\x00null")
        return "spoken"


def main() -> None:
    """As the real one, without LibreOffice."""
    walls.die_with(os.getppid())
    zygote._LONE_SECONDS = 0.2
    directory = Path(sys.argv[1])
    (directory / "lu1.tmp").mkdir()
    control = zygote.taken_from_stdin()
    workshop = Unruly(directory)
    write_frame(control, workshop.hello())
    zygote.Zygote(control, directory, workshop).serve()


if __name__ == "__main__":
    main()
