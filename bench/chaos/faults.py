"""What goes wrong: each part is killed, slowed or filled up, and mended after a while."""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.chaos.town import Town, kill
from tests.services.receiver import Receiver

_LONGEST_DOWN = 3.0
_TICK = 0.05
_AT_ONCE = (1, 1, 1, 2, 3)
_BAD_ANSWERS = (b"HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n", b"", b"HTTP/1.1 2")
_TOO_BUSY = 0x58
"""ESME_RTHROTTLED (SMPP 3.4, 5.1.3)."""


@dataclass(kw_only=True)
class Faults:
    """Strikes now here, now there, and mends, until it is told to end; a seed draws the same."""

    town: Town
    chance: random.Random
    told: Callable[[str], None]
    quiet: tuple[float, float] = (1.0, 4.0)
    """Seconds between two strikes."""
    kills: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)

    def run(self, *, until: Callable[[], bool]) -> None:
        """Until it is over; then all is whole."""
        strikes, waiting = faults(self.town, self.chance), list[str]()
        while not self._pause(self.chance.uniform(*self.quiet), until):
            self.complaints += [f"{each} died by itself" for each in self.town.gone()]
            for _ in range(self.chance.choice(_AT_ONCE)):
                if not waiting:
                    waiting = self.chance.sample(sorted(strikes), len(strikes))
                name = waiting.pop()
                self.told(f"{name} …")
                self.kills += strikes[name]()
                self.struck[name] += 1
            self._pause(self.chance.uniform(0, _LONGEST_DOWN), until)
            self.town.make_whole()

    def _pause(self, seconds: float, until: Callable[[], bool]) -> bool:
        """Whether it is over, after so long or at once."""
        end = time.monotonic() + seconds
        while not until() and time.monotonic() < end:
            time.sleep(_TICK)
        return until()


def faults(town: Town, chance: random.Random) -> Mapping[str, Callable[[], int]]:
    """By name, what does it, and says how many processes it killed; `make_whole` mends it."""
    found = {
        "web process": lambda: _one_of(town.web_processes(), chance),
        "all web processes": lambda: sum(map(kill, town.web_processes())),
        "gunicorn": lambda: _killed(town.kill_web_master),
        "worker": lambda: _killed(town.kill_worker),
        "second worker": lambda: _killed(town.kill_second),
        "LibreOffice": lambda: _one_of(town.engine_processes(), chance),
        "sealing process": lambda: _killed(town.kill_sealer),
        "link": lambda: _killed(town.link.kill),
        "Redis": lambda: _killed(town.redis.kill),
        "Redis and its data": lambda: _killed(town.redis.kill, town.redis.lose_data),
        "PostgreSQL": lambda: _killed(town.postgres.kill),
        "authority dead": lambda: _killed(town.authority.kill),
        "authority slow": lambda: _done(town.authority.freeze),
        "receiver of webhooks": lambda: _done(lambda: _confuse(town.hears, chance)),
        "bind lost": lambda: _done(town.centre.drop),
        "centre busy": lambda: _done(lambda: town.centre.behave(statuses=[_TOO_BUSY] * 3)),
    }
    return found | ({"disk full": lambda: _done(town.disk.fill)} if town.disk.ours else {})


def _killed(*steps: Callable[[], object]) -> int:
    for step in steps:
        step()
    return 1


def _done(step: Callable[[], object]) -> int:
    step()
    return 0


def _one_of(pids: Sequence[int], chance: random.Random) -> int:
    return kill(chance.choice(pids)) if pids else 0


def _confuse(hears: Receiver, chance: random.Random) -> None:
    hears.answers[:0] = chance.choices(_BAD_ANSWERS, k=chance.randint(1, 5))
