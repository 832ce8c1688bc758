"""How the demo's processes end: in order, and by force where that takes too long."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

_BEYOND_GRACE = 5.0
_SILENCE = 3.0


class Ending(Protocol):
    """A process that can be ended."""

    word: str

    def ask_to_end(self) -> None:
        """SIGTERM."""

    def wait(self, seconds: float) -> bool:
        """Wait for its end so long; whether it has come."""

    def end_by_force(self) -> None:
        """SIGKILL."""


def end_in_order(children: Sequence[Ending], *, grace: float, tell: Callable[[str], None]) -> None:
    """The last one ends after all others, which finish with it what they have begun.

    Those who need longer than some seconds are told; after `grace` seconds they are killed, so that
    it always comes back.
    """
    *others, last = children
    for child in others:
        child.ask_to_end()
    _wait(others, grace + _BEYOND_GRACE, tell)
    last.ask_to_end()
    _wait([last], _BEYOND_GRACE, tell)


def _wait(children: Sequence[Ending], seconds: float, tell: Callable[[str], None]) -> None:
    end = time.monotonic() + seconds
    late = _late(children, time.monotonic() + min(_SILENCE, seconds))
    if late and seconds > _SILENCE:
        tell(f"Waiting for docgen {_named(late)}; at most {seconds - _SILENCE:.0f} seconds")
        late = _late(late, end)
    for child in late:
        child.end_by_force()
        tell(f"docgen {child.word} did not end, and was killed")


def _late(children: Sequence[Ending], end: float) -> Sequence[Ending]:
    return [child for child in children if not child.wait(max(0.0, end - time.monotonic()))]


def _named(children: Sequence[Ending]) -> str:
    return ", ".join(child.word for child in children)
