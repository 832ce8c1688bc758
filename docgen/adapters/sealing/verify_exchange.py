"""What the verifying processes tell one another: JSON only, in which nothing can run."""

from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError

from docgen.adapters.sealing.reasons import Notice, Reason
from docgen.domain.verdict import Report

MOST_OF_AN_ANSWER: Final = 16 * 1024 * 1024
"""Bytes; the evidence in it is a quarter of that at most."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one file may take."""

    size: int = 20 * 1024 * 1024
    """Bytes of the file itself."""
    memory: int = 1024 * 1024 * 1024
    """Bytes of address space, of which the program alone needs about 100 MB."""
    cpu_seconds: int = 10
    """Of computing: what a file that takes more would cost is known, however busy the machine."""
    wall_seconds: float = 45.0
    """By the clock: who needs more of it had no processor, and is not to blame for it."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What the program is told when it starts; certificates are DER in hexadecimal."""

    roots: tuple[str, ...]
    signers: tuple[str, ...] = ()
    limits: Limits


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A report, or why there is none."""

    report: Report | None = None
    unreadable: str | None = None


_MOST_CODES: Final = len(Reason) + len(Notice)
_SETUP: Final = TypeAdapter(Setup)
_ANSWER: Final = TypeAdapter(Answer)


def pack_setup(setup: Setup) -> bytes:
    """The setup as JSON."""
    return _SETUP.dump_json(setup)


def unpack_setup(packed: bytes) -> Setup:
    """The setup from its JSON."""
    return _SETUP.validate_json(packed, strict=True)


def pack_answer(answer: Answer) -> bytes:
    """The answer as JSON; raises ValueError for evidence that no JSON can hold."""
    return _ANSWER.dump_json(answer)


def unpack_answer(packed: bytes) -> Answer:
    """The answer from its JSON, whoever wrote it; raises ValueError for any other bytes."""
    try:
        answer = _ANSWER.validate_json(packed, strict=True)
    except ValidationError:
        # Its message would quote the answer, and so the document.
        raise ValueError("not an answer") from None
    if (answer.report is None) == (answer.unreadable is None):
        raise ValueError("either a report or none")
    if answer.report is not None:
        known = [*map(Reason, answer.report.reasons), *map(Notice, answer.report.notices)]
        if len(known) > _MOST_CODES:
            raise ValueError("more findings than there are")
    return answer
