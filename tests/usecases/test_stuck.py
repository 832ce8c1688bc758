"""What stands still is found, with its age and its reason, and is moved on whatever its age."""

from dataclasses import replace
from datetime import timedelta

from docgen.domain.envelope import State
from docgen.domain.errors import RenderFailed, SealUnavailable
from docgen.domain.language import Language
from docgen.ports import Jobs
from docgen.usecases.find_stuck import NOT_DONE, FindStuck
from tests.fakes import FakeJobs
from tests.usecases.world import TECHNICIAN, World, attempt

WEEK = timedelta(days=7)


def _stuck(here: World, older_than: timedelta = timedelta(minutes=5)) -> list[tuple[str, str]]:
    find = FindStuck(register=here.register, clock=here.clock)
    return [(each.envelope_id, each.reason) for each in find(older_than=older_than)]


def _confirmed(here: World, jobs: Jobs) -> str:
    envelope = here.created()
    here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    away = replace(here, jobs=jobs)
    away.confirm(envelope.id, attempt(here.chance.given[-1]))
    return envelope.id


def test_what_is_on_its_way_is_not_stuck(anywhere: World) -> None:
    """Young ones, those that wait for the subscriber, and those that are over."""
    anywhere.created()
    anywhere.code_sent()
    anywhere.clock.advance(timedelta(days=1))

    assert _stuck(anywhere) == []


def test_a_week_old_confirmation_is_named_and_picked_up(anywhere: World) -> None:
    """Nobody came; the next sweep seals it, and nothing is stuck any more."""
    envelope_id = _confirmed(anywhere, FakeJobs())
    anywhere.clock.advance(WEEK)

    assert _stuck(anywhere) == [(envelope_id, NOT_DONE)]
    anywhere.sweep()
    assert anywhere.envelope(envelope_id).state is State.SEALED
    assert _stuck(anywhere) == []


def test_the_reason_is_the_last_error_that_was_met(anywhere: World) -> None:
    """The authority is down, and was so at every try."""
    anywhere.sealer.failing = SealUnavailable("down")
    envelope_id = _confirmed(anywhere, FakeJobs())
    for _ in range(3):
        anywhere.clock.advance(timedelta(hours=1))
        anywhere.sweep()

    assert _stuck(anywhere) == [(envelope_id, "seal_unavailable")]


def test_the_oldest_comes_first(anywhere: World) -> None:
    """Drafts that could not be rendered among them."""
    anywhere.renderer.failing = RenderFailed("bad")
    first = anywhere.created().id
    anywhere.clock.advance(timedelta(minutes=10))
    second = anywhere.created().id
    anywhere.clock.advance(timedelta(minutes=10))

    assert _stuck(anywhere) == [(first, "render_failed"), (second, "render_failed")]
    assert _stuck(anywhere, timedelta(minutes=15)) == [(first, "render_failed")]
