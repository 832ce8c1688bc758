"""A run: visits and faults together, then peace, a sweep, and the proof."""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bench.chaos.faults import Faults
from bench.chaos.proof import Proof
from bench.chaos.town import Town, town
from bench.chaos.visits import Caller, Visit, plans

COUNTED = ("lost", "double", "stuck", "unsealed", "broken_chains", "missed_events")
"""What must be zero, as the report names it."""
ALSO = ("traces", "complaints")
_EACH_SHOWN = 10
_OWED = "SELECT count(*) FROM webhook_deliveries WHERE state = 'owed'"
_UNTOLD = "SELECT count(*) FROM news"
_OURS = "SELECT count(*) FROM envelopes WHERE state IN ('draft', 'confirmed')"
"""Those that wait for us."""
_OPEN = "SELECT count(*) FROM envelopes WHERE state IN ('draft', 'ready', 'code_sent', 'confirmed')"
"""Those too that wait for a subscriber who does not come, until they expire."""


@dataclass(frozen=True, kw_only=True)
class Siege:
    """How long and how hard."""

    envelopes: int
    seed: int
    seconds: float
    """After so long nobody asks any more, whatever is not finished."""
    callers: int = 8
    life: float = 180.0
    """Seconds an envelope may wait for its signature."""
    peace: float = 300.0
    """Seconds that everything may take to come to rest at the end."""
    hurry: bool = False
    """Whether claims are taken over at once, and who waits for a subscriber is left waiting."""
    told: Callable[[str], None]

    def run(self) -> dict[str, Any]:
        """The report."""
        began = time.monotonic()
        with town(Town, ENVELOPE_LIFE_HOURS=str(self.life / 3600)) as here:
            faults = Faults(
                town=here, chance=self._chance("faults"), told=self.told,
                quiet=(0.5, 2.0) if self.hurry else (1.0, 4.0),
            )  # fmt: skip
            visits = self._under_fire(here, faults)
            self.told("peace …")
            here.make_whole()
            self._come_to_rest(here)
            gone = here.gone()
            self.told("proof …")
            proof = Proof(town=here, visits=visits)
            found = proof.run()
            return self._report(
                here,
                faults,
                found,
                states=proof.states,
                gone=gone,
                seconds=time.monotonic() - began,
            )

    def _under_fire(self, here: Town, faults: Faults) -> Sequence[Visit]:
        chance = self._chance("visits")
        visits = [
            Visit(number=n, plan=plan) for n, plan in enumerate(plans(chance, self.envelopes))
        ]
        until = time.monotonic() + self.seconds
        with ThreadPoolExecutor(self.callers) as callers:
            asking = [callers.submit(self._go, here, visit, until) for visit in visits]
            # Not in a thread of their own: what a thread has started dies with it.
            faults.run(until=lambda: all(each.done() for each in asking))
            for each in asking:
                each.result()
        return visits

    def _go(self, here: Town, visit: Visit, until: float) -> None:
        chance = self._chance(f"visit {visit.number}")
        own = time.monotonic() + self.life
        Caller(town=here, chance=chance, until=min(until, own), hurry=self.hurry)(visit)
        self.told(f"visit {visit.number + 1} of {self.envelopes}")

    def _come_to_rest(self, here: Town) -> None:
        """Nothing is owed any more; waits of deliveries are cut short, as if they had passed."""
        end = time.monotonic() + self.peace
        unfinished = _OURS if self.hurry else _OPEN
        while time.monotonic() < end:
            with suppress(SQLAlchemyError):
                here.tables.rows(
                    "UPDATE webhook_deliveries SET next_at = now()"
                    " WHERE state = 'owed' AND next_at > now() + interval '5 seconds'"
                )
                left = [here.tables.one(each) for each in (unfinished, _OWED, _UNTOLD)]
                self.told(f"peace: {left} open, owed and untold …")
                if not any(left):
                    break
            time.sleep(1)
        # Receipts of the last messages.
        time.sleep(1)

    def _chance(self, name: str) -> random.Random:
        return random.Random(f"{self.seed} {name}")  # noqa: S311 - nothing is secret

    def _report(
        self, here: Town, faults: Faults, found: Mapping[str, Sequence[str]],
        *, states: Counter[str], gone: Sequence[str], seconds: float,
    ) -> dict[str, Any]:  # fmt: skip
        died = [*faults.complaints, *(f"{name} died by itself" for name in gone)]
        told = {name: found.get(name, ()) for name in (*COUNTED, *ALSO)}
        told["complaints"] = [*told["complaints"], *died]
        return {
            "envelopes": states.total(),
            "kills": faults.kills,
            **{name: len(each) for name, each in told.items()},
            "visits": self.envelopes,
            "states": {str(state): count for state, count in sorted(states.items())},
            "faults": dict(sorted(faults.struck.items())),
            "full_disk": here.disk.ours,
            "events": len(here.hears.received),
            "seed": self.seed,
            "seconds": round(seconds, 1),
            "told": {name: list(each[:_EACH_SHOWN]) for name, each in told.items() if each},
        }


def table(report: Mapping[str, Any]) -> list[str]:
    """For people."""
    lines = [f"seed {report['seed']}, {report['seconds']} s"]
    lines += [f"{name:<16}{report[name]:>8}" for name in ("envelopes", "kills", "events")]
    lines += [f"{name:<16}{report[name]:>8}   (none)" for name in (*COUNTED, *ALSO)]
    lines.append("states          " + ", ".join(f"{n} {s}" for s, n in report["states"].items()))
    lines.append("faults          " + ", ".join(f"{s} {n}" for s, n in report["faults"].items()))
    if not report["full_disk"]:
        lines.append("the disk was never full: that needs root")
    for name, each in report["told"].items():
        lines += [f"{name}: {one}" for one in each]
    return lines


def failed(report: Mapping[str, Any]) -> bool:
    """Whether anything was not as it must be."""
    return any(report[name] for name in (*COUNTED, *ALSO))
