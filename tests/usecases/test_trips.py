"""What a code costs on its way: units of the register, and races that fewer of them must bear."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.otp.redis_codes import RedisCodes
from docgen.domain.challenge import Binding, ChallengePolicy, Issued
from docgen.domain.dispatch import Delivery, Receipt
from docgen.domain.errors import StaleEnvelope
from docgen.domain.language import Language
from docgen.ports import UnitOfWork
from tests.builders import challenge
from tests.fakes import FakeJobs
from tests.forms.samples import act_request
from tests.usecases.world import TECHNICIAN, World, attempt, request, world


@dataclass
class _Counting:
    """A register that counts its units."""

    register: SqlRegister
    units: Counter[str] = field(default_factory=Counter)

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """One more that writes."""
        self.units["writing"] += 1
        return self.register.begin()

    def view(self) -> AbstractContextManager[UnitOfWork]:
        """One more that reads."""
        self.units["reading"] += 1
        return self.register.view()

    def __getattr__(self, name: str) -> Any:
        """As it is."""
        return getattr(self.register, name)


@dataclass
class _Counted:
    """A world, and the units of whatever is done in it next."""

    here: World
    register: _Counting

    @property
    def units(self) -> tuple[int, int]:
        """Those that read and those that write, since they were last counted."""
        counted = (self.register.units["reading"], self.register.units["writing"])
        self.forget()
        return counted

    def forget(self) -> None:
        """Count anew."""
        self.register.units.clear()


@pytest.fixture
def counted(sqlite_url: str, redis_url: str) -> Iterator[_Counted]:
    """Over SQLite, with workers elsewhere."""
    built = world(sqlite_url, redis_url)
    # The first sending of all tells what Redis remembers.
    built.code_sent()
    built.jobs = FakeJobs()
    register = _Counting(built.register)
    built.register = register  # type: ignore[assignment]
    yield _Counted(here=built, register=register)
    register.close()


def test_a_visits_code_takes_few_units(counted: _Counted) -> None:
    """Read at once, write before it leaves, write what came of it, look for its receipt."""
    here = counted.here
    subscriber = dict(act_request()["subscriber"], phone="+77010000001")
    envelope = here.create(replace(request(), subscriber=subscriber))
    here.render(envelope.id)
    counted.forget()

    here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    assert counted.units == (2, 2)

    here.take_receipt(
        Receipt(
            route="fake", message_id="message-2", delivery=Delivery.DELIVERED, raw="DELIVRD",
            at=here.clock.now(),
        )
    )  # fmt: skip
    assert counted.units == (0, 1)
    assert here.events(envelope.id)[-1] == "code_delivered"
    counted.forget()

    here.confirm(envelope.id, attempt(here.chance.given[-1]))
    assert counted.units == (1, 1)


@dataclass
class _Overtaken:
    """A store that loses its memory while a first code is issued, and another is sent meanwhile."""

    codes: RedisCodes
    here: World
    envelope_id: str

    def issue(
        self,
        binding: Binding,
        code: str,
        *,
        policy: ChallengePolicy,
        now: datetime,
        is_first: bool = False,
    ) -> Issued:
        """Too late."""
        envelope = self.here.envelope(self.envelope_id)
        with self.here.register.begin() as unit:
            unit.challenges.add(challenge(envelope))
            unit.commit()
        return self.codes.issue(binding, code, policy=policy, now=now, is_first=is_first)

    def withdraw(self, binding: Binding) -> None:
        """As it is."""
        self.codes.withdraw(binding)


def test_a_first_code_that_is_none_is_not_sent(anywhere: World) -> None:
    """Nobody was reminded of the other one: whoever asked has to ask again, and then is counted."""
    envelope = anywhere.created()
    codes = _Overtaken(anywhere.codes, anywhere, envelope.id)

    with pytest.raises(StaleEnvelope):
        replace(anywhere.send, codes=codes)(  # type: ignore[arg-type]
            envelope.id, language=Language.KK, asked_by=TECHNICIAN
        )

    assert anywhere.sms.sent == []
    assert anywhere.events(envelope.id) == ["created", "rendered"]
    anywhere.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    assert len(anywhere.sms.sent) == 1
