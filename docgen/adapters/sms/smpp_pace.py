"""How many messages may go at once, and how soon after one another."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Pace:
    """Turns, `rate` of them a second and evenly spaced."""

    rate: float
    _next: float = field(default=0.0, init=False)

    async def turn(self, *, by: float) -> bool:
        """Wait for a turn; False at once where none comes by that moment of the loop's clock."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._next)
        if at > by:
            return False
        self._next = at + 1 / self.rate
        if at > now:
            await asyncio.sleep(at - now)
        return True

    def rest(self, seconds: float) -> None:
        """Let all who have no turn yet wait so much longer: the centre asks for it."""
        now = asyncio.get_running_loop().time()
        self._next = max(self._next, now + seconds)
