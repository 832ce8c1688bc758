"""What is told of a number, and what stops its codes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain.errors import DirectoryUnavailable, NumberNotSubscribers, SimChanged
from docgen.domain.language import BOTH
from docgen.domain.number import (
    Belongs,
    DirectoryAnswer,
    Found,
    Measure,
    NumberPolicy,
    report,
)
from docgen.texts.phrases import say
from tests.builders import NOW

POLICY = NumberPolicy()
EVERYTHING = Found(
    answer=DirectoryAnswer(belongs=Belongs.NO, sim_changed_at=NOW - timedelta(hours=5)),
    unavailable=True,
    of_employee=True,
    persons=3,
    verified_for_another_at=NOW - timedelta(days=1),
)


def _codes(found: Found, policy: NumberPolicy = POLICY) -> list[str]:
    return [flag.code for flag in report(found, now=NOW, policy=policy).flags]


def test_of_a_number_of_which_nothing_is_known_nothing_is_told() -> None:
    """No directory, nobody else's, nobody's employee: no flag, no refusal, nothing to keep."""
    told = report(Found(), now=NOW, policy=POLICY)

    assert (told.flags, told.refusal, told.directory) == ((), None, {})


def test_everything_that_is_found_is_told() -> None:
    """Each finding has a flag of its own, and words in both languages."""
    told = report(EVERYTHING, now=NOW, policy=POLICY)

    assert [flag.code for flag in told.flags] == [
        "directory_unavailable",
        "number_not_subscribers",
        "sim_changed",
        "number_of_employee",
        "number_shared",
        "number_verified_for_another",
    ]
    for flag in told.flags:
        for language in BOTH:
            assert say(f"field.{flag.code}", language, **dict(flag.params))


def test_a_number_of_somebody_else_gets_no_code() -> None:
    """That is blocked by default."""
    found = Found(answer=DirectoryAnswer(belongs=Belongs.NO))

    assert isinstance(report(found, now=NOW, policy=POLICY).refusal, NumberNotSubscribers)


@pytest.mark.parametrize(
    ("found", "blocking", "refusal"),
    [
        (
            Found(answer=DirectoryAnswer(belongs=Belongs.NO)),
            NumberPolicy(not_subscribers=Measure.BLOCK),
            NumberNotSubscribers,
        ),
        (
            Found(answer=DirectoryAnswer(sim_changed_at=NOW - timedelta(hours=1))),
            NumberPolicy(sim_changed=Measure.BLOCK),
            SimChanged,
        ),
        (
            Found(unavailable=True),
            NumberPolicy(unavailable=Measure.BLOCK),
            DirectoryUnavailable,
        ),
    ],
    ids=["not subscriber's", "sim changed", "unavailable"],
)
def test_each_finding_blocks_or_flags_as_it_is_set(
    found: Found, blocking: NumberPolicy, refusal: type[Exception]
) -> None:
    """Either way it is told."""
    lenient = NumberPolicy(
        not_subscribers=Measure.FLAG, sim_changed=Measure.FLAG, unavailable=Measure.FLAG
    )

    assert isinstance(report(found, now=NOW, policy=blocking).refusal, refusal)
    assert report(found, now=NOW, policy=lenient).refusal is None
    assert _codes(found, blocking) == _codes(found, lenient) != []


@given(st.timedeltas(timedelta(0), timedelta(days=30)))
def test_a_sim_is_young_for_seventy_two_hours(age: timedelta) -> None:
    """To the microsecond, and no longer."""
    found = Found(answer=DirectoryAnswer(sim_changed_at=NOW - age))

    assert (_codes(found) == ["sim_changed"]) == (age < timedelta(hours=72))


@given(st.integers(1, 9))
def test_a_number_is_shared_from_the_second_person_on(persons: int) -> None:
    """The count is told."""
    told = report(replace(Found(), persons=persons), now=NOW, policy=POLICY)

    counts = [flag.params for flag in told.flags if flag.code == "number_shared"]
    assert counts == ([(("count", str(persons)),)] if persons > 1 else [])


def test_what_the_journal_keeps_names_nobody() -> None:
    """The directory's word and the moment of the change, nothing else."""
    answer = DirectoryAnswer(belongs=Belongs.YES, sim_changed_at=NOW)

    kept = report(Found(answer=answer), now=NOW, policy=POLICY).directory

    assert kept == {"directory": "yes", "sim_changed_at": "2026-03-02T09:30:00.123456+00:00"}
    assert report(Found(unavailable=True), now=NOW, policy=POLICY).directory == {
        "directory": "unavailable"
    }
