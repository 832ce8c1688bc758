"""What went wrong in the engine, as JSON lines in a file that cannot grow for ever."""

import json
import os
import time
from pathlib import Path

MOST_BYTES = 1 << 20


class Log:
    """Warnings and errors; whoever writes sees to it that no line tells a value."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def warning(self, event: str, **facts: object) -> None:
        """Something that was healed."""
        self._write("warning", event, facts)

    def error(self, event: str, **facts: object) -> None:
        """Something that somebody must look at."""
        self._write("error", event, facts)

    def _write(self, level: str, event: str, facts: dict[str, object]) -> None:
        line = {"time": round(time.time(), 3), "level": level, "event": event} | facts
        # A full memory file system must not end the engine: it can do without its log.
        try:
            cut(self._path)
            with self._path.open("a") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError:
            return


def cut(path: Path) -> None:
    """Empty a file that has grown over the bound."""
    if path.exists() and path.stat().st_size > MOST_BYTES:
        os.truncate(path, 0)


def end_of(path: Path, characters: int = 500) -> str:
    """The last of what a program said."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4 * characters))
        return file.read().decode(errors="replace").strip()[-characters:]
