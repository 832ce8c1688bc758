"""Sealed files, spoilt at random: the same ones for the same seed."""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

_NUMBER: Final = re.compile(rb"\d{1,10}")
_HEXADECIMAL: Final = re.compile(rb"[0-9A-F]{64,}")
_NAME: Final = re.compile(rb"/[A-Za-z]{2,16}")
_OBJECT: Final = re.compile(rb"\d+ 0 obj\b")
_WORDS: Final = (
    b"/Root", b"/Pages", b"/Contents", b"/ByteRange", b"/Prev", b"/DSS", b"/AcroForm", b"/Perms",
    b"/Filter", b"/Length", b"/Kids", b"/Names", b"/EF", b"/V", b"/Type", b"/XRefStm", b"/Encrypt",
    b"endobj", b"stream", b"endstream", b"xref", b"trailer", b"startxref", b"%%EOF", b"null",
    b"0 R", b"<<", b">>", b"[", b"]", b"(", b")", b"99999999999", b"-1", b"\x00\xff",
)  # fmt: skip
_MOST_AT_ONCE: Final = 4
_MOST_BYTES: Final = 4096

Spoil = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Mutant:
    """A file, and what was done to it."""

    how: str
    pdf: bytes


def mutants(originals: Sequence[bytes], *, seed: int) -> Iterator[Mutant]:
    """Files without end, none of which is one of the originals."""
    for number in count():
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - nothing is secret
        pdf, names = chance.choice(originals), []
        for _ in range(chance.choice((1, 1, 1, 2, _MOST_AT_ONCE))):
            name = chance.choice(list(_SPOILS))
            pdf = _SPOILS[name](pdf, chance) or pdf
            names.append(name)
        if pdf not in originals:
            yield Mutant(f"{number}: {', '.join(names)}", pdf)


def _flip(pdf: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(pdf))
    return pdf[:at] + bytes([pdf[at] ^ (1 << chance.randrange(8))]) + pdf[at + 1 :]


def _overwrite(pdf: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(pdf))
    noise = chance.randbytes(chance.randint(1, 64))
    return pdf[:at] + noise + pdf[at + len(noise) :]


def _cut_out(pdf: bytes, chance: random.Random) -> bytes:
    at, length = _piece(pdf, chance)
    return pdf[:at] + pdf[at + length :]


def _repeat(pdf: bytes, chance: random.Random) -> bytes:
    at, length = _piece(pdf, chance)
    return pdf[: at + length] + pdf[at:]


def _move(pdf: bytes, chance: random.Random) -> bytes:
    at, length = _piece(pdf, chance)
    rest = pdf[:at] + pdf[at + length :]
    to = chance.randrange(len(rest) + 1)
    return rest[:to] + pdf[at : at + length] + rest[to:]


def _cut_off(pdf: bytes, chance: random.Random) -> bytes:
    return pdf[: chance.randrange(9, len(pdf))]


def _renumber(pdf: bytes, chance: random.Random) -> bytes:
    other = chance.choice((0, 1, 2**31, 10**10 - 1, chance.randrange(len(pdf))))
    return _replace(_NUMBER, pdf, chance, lambda found: b"%0*d" % (len(found), other))


def _resign(pdf: bytes, chance: random.Random) -> bytes:
    """A digit of something long in hexadecimal: the signature, or a hash."""

    def change(found: bytes) -> bytes:
        at = chance.randrange(len(found))
        return found[:at] + chance.choice((b"0", b"7", b"F")) + found[at + 1 :]

    return _replace(_HEXADECIMAL, pdf, chance, change)


def _rename(pdf: bytes, chance: random.Random) -> bytes:
    return _replace(_NAME, pdf, chance, lambda _: chance.choice(_WORDS))


def _insert(pdf: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(pdf) + 1)
    return pdf[:at] + b" " + chance.choice(_WORDS) + b" " + pdf[at:]


def _append(pdf: bytes, chance: random.Random) -> bytes:
    return pdf + chance.choice((b"\n", b" ", b"%%EOF\n", chance.randbytes(200), pdf[-2000:]))


def _revise(pdf: bytes, chance: random.Random) -> bytes:
    """A later revision, sound by itself, in which one object has other content."""
    number = int(chance.choice(_OBJECT.findall(pdf) or [b"1 0 obj"]).split()[0])
    contents = (b"null", b"<< /Type /Catalog >>", b"<< /Type /Annot /Rect [0 0 99 99] >>", b"[ ]")
    body = b"%d 0 obj\n%s\nendobj\n" % (number, chance.choice(contents))
    roots = re.findall(rb"/Root (\d+) 0 R", pdf) or [b"1"]
    previous = re.findall(rb"startxref\s+(\d+)", pdf) or [b"0"]
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, len(pdf))
    trailer = b"trailer\n<< /Size 999 /Root %s 0 R /Prev %s >>\n" % (roots[-1], previous[-1])
    return pdf + body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (len(pdf) + len(body))


_SPOILS: Final[Mapping[str, Spoil]] = {
    "a bit flipped": _flip,
    "noise": _overwrite,
    "a piece cut out": _cut_out,
    "a piece repeated": _repeat,
    "a piece moved": _move,
    "cut off": _cut_off,
    "another number": _renumber,
    "another digit of a signature": _resign,
    "another name": _rename,
    "a word put in": _insert,
    "something appended": _append,
    "a revision more": _revise,
}


def _piece(pdf: bytes, chance: random.Random) -> tuple[int, int]:
    return chance.randrange(len(pdf)), chance.randint(1, _MOST_BYTES)


def _replace(
    what: re.Pattern[bytes], pdf: bytes, chance: random.Random, by: Callable[[bytes], bytes]
) -> bytes:
    """One of the places, from anywhere on, replaced."""
    found = what.search(pdf, chance.randrange(len(pdf))) or what.search(pdf)
    if found is None:
        return pdf
    return pdf[: found.start()] + by(found[0]) + pdf[found.end() :]
