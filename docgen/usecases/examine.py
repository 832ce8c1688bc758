"""Examine an installation: every part in turn, so that all that is wrong is told at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from docgen.domain.checkup import Grade, Observation, Part, failed
from docgen.domain.errors import DocgenError, Misconfigured
from docgen.domain.language import BOTH
from docgen.texts.doctor import sentence


@dataclass(frozen=True, kw_only=True)
class Look:
    """How one part is looked at, and which parts it cannot do without."""

    part: Part
    see: Callable[[], Iterable[Observation]]
    needs: tuple[Part, ...] = ()


def _unheard(_part: Part) -> None:
    pass


@dataclass(frozen=True)
class Examine:
    """Looks in the given order; a part whose need has failed is told as skipped."""

    looks: Sequence[Look]

    def __call__(self, *, begun: Callable[[Part], None] = _unheard) -> Iterator[Observation]:
        """One observation after another; never raises for what is wrong with a part.

        `begun` hears of each part before it is looked at: some take their time.
        """
        broken: set[Part] = set()
        for look in self.looks:
            missing = [need for need in look.needs if need in broken]
            begun(look.part)
            for seen in _skipped(look, missing) if missing else _seen(look):
                if seen.grade in {Grade.FAILURE, Grade.SKIPPED}:
                    broken.add(look.part)
                yield seen


def _seen(look: Look) -> Iterator[Observation]:
    try:
        yield from look.see()
    except DocgenError as error:
        yield failed(look.part, error)
    except OSError as error:
        yield failed(look.part, Misconfigured(f"{error.filename}: {error.strerror}"))


def _skipped(look: Look, missing: Sequence[Part]) -> Iterator[Observation]:
    yield Observation(part=look.part, grade=Grade.SKIPPED, detail=", ".join(missing))


def describe(seen: Observation) -> dict[str, Any]:
    """An observation as JSON values, what it says in both languages."""
    return {
        "part": seen.part.value,
        "grade": seen.grade.value,
        "subject": seen.subject,
        "facts": dict(seen.facts),
        "code": str(seen.code),
        "detail": seen.detail,
        "message": {language.value: sentence(seen, language) for language in BOTH},
    }
