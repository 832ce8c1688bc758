"""Examining an installation: everything is looked at, whatever is wrong with the rest."""

from collections.abc import Iterator

from docgen.domain.checkup import Grade, Observation, Part
from docgen.domain.errors import Unavailable
from docgen.usecases.examine import Examine, Look


def _well(part: Part) -> Look:
    return Look(part=part, see=lambda: [Observation(part=part)])


def _told(*looks: Look) -> list[tuple[Part, Grade, str, str]]:
    return [(seen.part, seen.grade, seen.code, seen.detail) for seen in Examine(looks)()]


def _away() -> Iterator[Observation]:
    yield Observation(part=Part.REDIS, subject="before")
    raise Unavailable("away")


def _unwritable() -> Iterator[Observation]:
    raise PermissionError(13, "Permission denied", "var")


def test_a_failure_is_an_observation_and_the_next_part_is_looked_at() -> None:
    """What was seen before it stays."""
    assert _told(Look(part=Part.REDIS, see=_away), _well(Part.DATABASE)) == [
        (Part.REDIS, Grade.OK, "", ""),
        (Part.REDIS, Grade.FAILURE, "unavailable", "away"),
        (Part.DATABASE, Grade.OK, "", ""),
    ]


def test_what_needs_a_failed_part_is_skipped_also_at_second_hand() -> None:
    """It is told what has to be mended first."""
    routes = Look(part=Part.ROUTES, see=_away, needs=(Part.REDIS,))
    page = Look(part=Part.TEST_PAGE, see=_away, needs=(Part.ROUTES,))

    assert _told(Look(part=Part.REDIS, see=_away), routes, page)[2:] == [
        (Part.ROUTES, Grade.SKIPPED, "", "redis"),
        (Part.TEST_PAGE, Grade.SKIPPED, "", "routes"),
    ]


def test_a_folder_that_cannot_be_written_is_told_too() -> None:
    """Not a traceback."""
    assert _told(Look(part=Part.ROUTES, see=_unwritable)) == [
        (Part.ROUTES, Grade.FAILURE, "misconfigured", "var: Permission denied")
    ]
