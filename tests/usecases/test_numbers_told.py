"""What others say of a number is told, and stops its codes where it is set."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from docgen.domain.errors import (
    DirectoryUnavailable,
    NumberNotSubscribers,
    SimChanged,
)
from docgen.domain.language import Language
from docgen.domain.number import Belongs, DirectoryAnswer, Measure, NumberPolicy
from tests.fakes import FakeDirectory
from tests.usecases.numbers import (
    DANA,
    GULSIM,
    asked_for,
    codes,
    evidence_of,
    verified,
)
from tests.usecases.world import POLICY, TECHNICIAN, World, attempt


def _with_directory(here: World, **answer: Any) -> FakeDirectory:
    here.directory = FakeDirectory(answer=DirectoryAnswer(**answer))
    return here.directory


def test_a_number_of_somebody_else_gets_no_code(here: World) -> None:
    """The envelope is made and warned of; the refusal is in its journal once, no message goes."""
    _with_directory(here, belongs=Belongs.NO)
    envelope = here.created()
    assert codes(envelope) == ["number_not_subscribers"]

    for _ in range(2):
        with pytest.raises(NumberNotSubscribers):
            here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)

    assert here.sms.sent == []
    assert here.events(envelope.id) == ["created", "number_checked", "rendered", "number_checked"]


def test_a_number_of_somebody_else_is_not_verified(here: World) -> None:
    """No code goes there for a verification either."""
    _with_directory(here, belongs=Belongs.NO)

    with pytest.raises(NumberNotSubscribers):
        here.verify_phone(asked_for())
    assert here.sms.sent == []


def test_a_setting_makes_it_a_flag(here: World) -> None:
    """Then the code goes, and the evidence tells what was known."""
    _with_directory(here, belongs=Belongs.NO)
    here.numbers = NumberPolicy(not_subscribers=Measure.FLAG)

    stated = evidence_of(here, here.created())["subscriber"]["directory"]

    assert [(each["before"], each["belongs"]) for each in stated] == [
        ("creation", "no"),
        ("code", "no"),
    ]
    assert stated[1]["flags"] == ["number_not_subscribers"]


def test_a_young_sim_is_told_and_blocks_where_it_is_set(here: World) -> None:
    """A change after the envelope was made is told with it from the sending on."""
    directory = _with_directory(here, belongs=Belongs.YES)
    envelope = here.created()
    assert codes(envelope) == []
    directory.answer = replace(directory.answer, sim_changed_at=here.clock.now())
    here.clock.advance(timedelta(hours=2))

    here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)

    (warning,) = here.envelope(envelope.id).warnings
    assert (warning.pointer, warning.code) == ("/subscriber/phone", "sim_changed")
    assert warning.params == (("hours", "2"),)
    here.numbers = NumberPolicy(sim_changed=Measure.BLOCK)
    here.clock.advance(timedelta(minutes=1))
    with pytest.raises(SimChanged):
        here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)


def test_a_directory_that_is_away_is_told_or_blocks(here: World) -> None:
    """Nothing is blocked by default; where it is, the caller may try again later."""
    directory = _with_directory(here)
    directory.failing = DirectoryUnavailable("away")
    envelope = here.created()
    assert codes(envelope) == ["directory_unavailable"]
    here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)

    here.numbers = NumberPolicy(unavailable=Measure.BLOCK)
    here.clock.advance(POLICY.cool_downs[0])
    with pytest.raises(DirectoryUnavailable):
        here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    assert len(here.sms.sent) == 1


def test_a_number_of_several_is_told(here: World) -> None:
    """Persons are counted over envelopes and verifications, for thirty days."""
    assert codes(here.created()) == []
    here.clock.advance(timedelta(minutes=2))
    verified(here, DANA)
    here.clock.advance(timedelta(minutes=2))

    shared = [w for w in here.created().warnings if w.code == "number_shared"]
    assert [each.params for each in shared] == [(("count", "2"),)]
    here.clock.advance(timedelta(days=31))
    assert "number_shared" not in codes(here.created())


def test_a_number_of_an_employee_is_told(here: World) -> None:
    """The technician's own phone is the shortest way to a forged signature."""
    here.employees.known = {GULSIM.phone}

    assert codes(here.created()) == ["number_of_employee"]


def test_codes_told_to_one_employee_unusually_often_are_told_of(here: World) -> None:
    """With the envelope that goes beyond, in its journal, and not with those before."""
    here.numbers = NumberPolicy(told_most=2)
    made = []
    for n in range(3):
        envelope = here.code_sent()
        typed = attempt(here.chance.given[-1], f"t{n}", employee_id="E-7")
        made.append(here.confirm(envelope.id, typed))

    assert [codes(each) for each in made] == [[], [], ["codes_told_often"]]
    (found,) = made[-1].warnings
    assert (found.pointer, found.params) == ("/employee_id", (("count", "3"),))
    assert "codes_told_often" in here.events(made[-1].id)
