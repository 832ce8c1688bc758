"""Who started what is embedded leaves it to those who lean on it, but not for ever."""

import math
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from docgen.adapters.embedded.leaning import Patience, leaning
from docgen.demo.address import Address
from docgen.demo.alone import only_one
from docgen.demo.ending import end_in_order
from docgen.domain.errors import Misconfigured
from tests.processes.leaning import leaning_on
from tests.processes.running import free_port


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """The lock of a folder."""
    return tmp_path / "embedded.lock"


def test_who_is_alone_goes_at_once(lock: Path) -> None:
    """And has nothing to say."""
    told: list[str] = []

    with leaning(lock) as ours:
        ours.wait_for_others(Patience(seconds=math.inf, tell=told.append))

    assert told == []


def test_one_that_stays_is_named_and_at_last_left(lock: Path) -> None:
    """With its process, so that somebody can end it."""
    told: list[str] = []

    with leaning_on(lock) as other, leaning(lock) as ours:
        ours.wait_for_others(Patience(seconds=3, tell=told.append))

    assert told == [
        f"Waiting for leaning.py {lock.name} (process {other.pid}), which need what runs here; "
        "at most 3 seconds",
        f"Not waited for any longer: leaning.py {lock.name} (process {other.pid})",
    ]


def test_one_that_was_killed_holds_nobody(lock: Path) -> None:
    """Its lock has died with it."""
    with leaning(lock) as ours:
        with leaning_on(lock):
            pass
        ours.wait_for_others(Patience(seconds=0))

        assert ours.others() == []


def test_the_lock_of_a_demo_dies_with_it(tmp_path: Path) -> None:
    """A second one is refused while it is there, by the number of its process, and not later."""
    here = Address("127.0.0.1", free_port())

    refused = pytest.raises(Misconfigured, match=r"a demo runs in .* \(process \d+\)")
    with only_one(tmp_path / "var", here), refused:
        _enter(tmp_path / "var", here)
    _enter(tmp_path / "var", here)


def _enter(var: Path, address: Address) -> None:
    with only_one(var, address):
        pass


@dataclass
class _Child:
    word: str
    ends_after: float
    """Seconds after it was asked to."""
    asked: float = math.inf
    events: list[str] = field(default_factory=list)

    def ask_to_end(self) -> None:
        self.events.append(f"ask {self.word}")
        self.asked = time.monotonic()

    def wait(self, seconds: float) -> bool:
        end = self.asked + self.ends_after
        time.sleep(max(0.0, min(seconds, end - time.monotonic())))
        return time.monotonic() >= end

    def end_by_force(self) -> None:
        self.events.append(f"kill {self.word}")


def test_those_who_do_not_end_are_killed() -> None:
    """The sealing process is asked last, when those who need it are gone."""
    happened: list[str] = []
    told: list[str] = []
    children = [
        _Child("serve", 0, events=happened),
        _Child("worker", math.inf, events=happened),
        _Child("sealer", 0, events=happened),
    ]

    end_in_order(children, grace=0, tell=told.append)

    assert happened == ["ask serve", "ask worker", "kill worker", "ask sealer"]
    assert told == [
        "Waiting for docgen worker; at most 2 seconds",
        "docgen worker did not end, and was killed",
    ]
