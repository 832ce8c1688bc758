"""A program of its own: binds one volume, under limits, and ends.

Run as `python -P -m docgen.adapters.binding.bind_program SECONDS MEMORY`. On stdin comes a line of
JSON, what `asked` writes, and then the bytes of all parts. On stdout comes a line of JSON,
`{"refused"}` or `{"pages"}`, and then the volume. What goes beyond a limit ends without that line.
"""

import json
import sys
from collections.abc import Sequence
from typing import Any

from docgen.adapters.binding.volume import PikepdfBinder
from docgen.confined.answers import answer
from docgen.confined.limits import narrow
from docgen.domain.errors import UnreadableDocument
from docgen.ports_of_packs import Part


def asked(parts: Sequence[Part], words: dict[str, Any]) -> bytes:
    """What such a program is to be told: the parts, and the other words of `Binder.bind`."""
    told = [{"title": each.title, "pages": each.pages, "size": len(each.pdf)} for each in parts]
    line = json.dumps({"parts": told, "words": words}).encode()
    return b"\n".join((line, b"".join(each.pdf for each in parts)))


def _read(content: bytes) -> tuple[Sequence[Part], dict[str, Any]]:
    line, _, pdfs = content.partition(b"\n")
    told = json.loads(line)
    parts, begins = [], 0
    for each in told["parts"]:
        ends = begins + each["size"]
        parts.append(Part(title=each["title"], pdf=pdfs[begins:ends], pages=each["pages"]))
        begins = ends
    return parts, told["words"]


def main() -> None:
    """Bind what we are given."""
    seconds, memory = map(int, sys.argv[1:])
    narrow(cpu_seconds=seconds, wall_seconds=2 * seconds, memory=memory)
    content = b""
    try:
        parts, words = _read(sys.stdin.buffer.read())
        volume = PikepdfBinder().bind(parts, **words)
        told: dict[str, Any] = {"pages": volume.pages}
        content = volume.pdf
    except UnreadableDocument as refused:
        told = {"refused": str(refused)}
    answer(told, content)


if __name__ == "__main__":
    main()
