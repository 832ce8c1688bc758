"""What a code and its news cost on their way, in units, and races that fewer of them must bear."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from docgen.adapters.otp.redis_codes import RedisCodes
from docgen.domain.challenge import Binding, ChallengePolicy, Issued
from docgen.domain.dispatch import Delivery, Receipt
from docgen.domain.envelope import State
from docgen.domain.errors import CodeGone, StaleEnvelope
from docgen.domain.language import Language
from docgen.usecases.tell_news import TellNews
from tests.builders import challenge
from tests.fakes import FakeJobs
from tests.forms.samples import act_request
from tests.usecases.counted import CountedRegister
from tests.usecases.telling import telling
from tests.usecases.world import TECHNICIAN, World, attempt, request


def test_a_visits_code_takes_few_units(here: World, counted: CountedRegister) -> None:
    """Read at once, write before it leaves, write what came of it with what was heard of it."""
    here.code_sent()  # The first sending of all tells what Redis remembers.
    here.jobs = FakeJobs()
    subscriber = dict(act_request()["subscriber"], phone="+77010000001")
    envelope = here.create(replace(request(), subscriber=subscriber))
    here.render(envelope.id)
    delivered = Receipt(
        route="fake", message_id="message-2", delivery=Delivery.DELIVERED, raw="DELIVRD",
        at=here.clock.now(),
    )  # fmt: skip
    _forget(counted)

    here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    assert (counted.views, counted.writes) == (1, 2)
    _forget(counted)

    here.take_receipt(delivered)
    assert (counted.views, counted.writes) == (0, 1)
    assert here.events(envelope.id)[-1] == "code_delivered"
    _forget(counted)

    here.confirm(envelope.id, attempt(here.chance.given[-1]))
    assert (counted.views, counted.writes) == (1, 1)


def test_a_round_of_telling_takes_few_units(here: World, counted: CountedRegister) -> None:
    """However much has come together: look, claim, note. Where nothing has come, look."""
    with telling(here) as desk:
        desk.webhook()
        for _ in range(2):
            here.created()
        tell = TellNews(
            register=here.register, clock=here.clock, publish=desk.publish.within,
            claim=desk.deliver.claim, deliver=desk.deliver.tell,
            claim_copies=lambda _unit: (), give_copies=lambda _copies: None,
        )  # fmt: skip
        _forget(counted)

        tell()
        assert (counted.views, counted.writes) == (1, 2)
        assert len(desk.receiver.received) == 4
        _forget(counted)

        tell()
        assert (counted.views, counted.writes) == (1, 0)


def _forget(counted: CountedRegister) -> None:
    counted.views = counted.writes = 0


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


@dataclass
class _Exchanged:
    """A store of codes; while one is spent, somebody puts other bytes under the envelope."""

    codes: RedisCodes
    here: World

    def spend(self, *given: Any, **named: Any) -> Any:
        """As it is, and too late for the bytes that were meant."""
        spent = self.codes.spend(*given, **named)
        engine = create_engine(self.here.database_url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE documents SET frozen_sha256 = :h"), {"h": "ab" * 32})
        engine.dispose()
        return spent


def test_a_code_confirms_no_other_bytes_than_it_was_bound_to(anywhere: World) -> None:
    """Nor where they are exchanged after it was found to be right."""
    envelope = anywhere.code_sent()
    confirm = anywhere.confirm
    spend = replace(confirm.spend, codes=_Exchanged(anywhere.codes, anywhere))  # type: ignore[arg-type]

    with pytest.raises(CodeGone):
        replace(confirm, spend=spend)(envelope.id, attempt(anywhere.chance.given[-1]))

    assert anywhere.envelope(envelope.id).state is State.CODE_SENT
    assert "confirmed" not in anywhere.events(envelope.id)
