"""Gather news: of all workers one at a time lets it come together before it is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from docgen.ports import Register

HOLD: Final = "news that gathers"
"""Held by whoever lets it gather, and by nobody while it is told: others go on meanwhile."""


@dataclass(kw_only=True)
class GatherNews:
    """A round of telling costs the same for one piece of news and for many.

    Nothing but that cost rests on it: what one worker lets gather is taken by nobody yet, and
    another looks now and then all the same, since whoever gathers may be frozen or cut off.
    """

    register: Register
    time: timedelta = timedelta(seconds=1.5)
    trust: int = 6
    """So many times in a row it is left to another worker."""
    _left: int = field(default=0, init=False)

    def __call__(self, *, pause: Callable[[float], object]) -> bool:
        """Whether to tell what there is by now; `pause` lets seconds pass.

        Raises Unavailable at once where the register is away.
        """
        with self.register.hold(HOLD) as ours:
            pause(self.time.total_seconds())
        is_told_here = ours or self._left >= self.trust
        self._left = 0 if is_told_here else self._left + 1
        return is_told_here
