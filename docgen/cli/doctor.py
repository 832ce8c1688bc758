"""A look at the whole installation."""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import click

from docgen.cli.telling import told
from docgen.domain.checkup import Grade, Observation, Part
from docgen.domain.language import BOTH
from docgen.texts.doctor import sentence
from docgen.texts.phrases import say
from docgen.usecases.examine import Examine, describe

UNWELL = 1
_CLEAR_LINE = "\r\x1b[K"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="observations for programs")
def doctor(*, as_json: bool) -> None:
    """Examine fonts, engine, routes of templates, settings, database, Redis and seal.

    A test page is rendered, sealed and verified, and kept by nobody. Templates that were not tried
    yet are tried now, two seconds each. Exit 0 if all is well (warnings allowed), 1 if not.
    """
    from docgen.bootstrap.doctor import doctor as examination
    from docgen.settings import Settings

    seen: list[Observation] = []
    with told(), examination(Settings()) as examine:
        for each in _shown(examine):
            seen.append(each)
            if not as_json:
                click.echo(line(each))
    if as_json:
        click.echo(json.dumps(_described(seen), ensure_ascii=False, indent=2))
    else:
        click.echo(_summary(seen))
    sys.exit(UNWELL if _count(seen, Grade.FAILURE) else 0)


def _shown(examine: Examine) -> Iterator[Observation]:
    """Says on a terminal what it is at, and what it saw last."""
    watched = sys.stderr.isatty()

    def say_at(part: Part, after: str = "") -> None:
        if watched:
            click.echo(f"{_CLEAR_LINE}… {part}{after}", err=True, nl=False)

    for number, each in enumerate(examine(begun=say_at), start=1):
        if watched:
            click.echo(_CLEAR_LINE, err=True, nl=False)
        yield each
        say_at(each.part, f", {number} seen, the last {each.subject or each.part}")
    if watched:
        click.echo(_CLEAR_LINE, err=True, nl=False)


def line(seen: Observation) -> str:
    """An observation for people: grade, part, which one, facts, and what is wrong."""
    facts = "; ".join(f"{name} {_plain(value)}" for name, value in seen.facts.items())
    said = " / ".join(filter(None, (sentence(seen, language) for language in BOTH)))
    if seen.grade is Grade.FAILURE and seen.detail:
        said = f"{said}: {seen.detail}"
    if seen.code:
        said = f"{said} ({seen.code})"
    words = ": ".join(filter(None, (seen.subject, facts, said)))
    return f"{seen.grade:8} {seen.part:10} {words}".rstrip()


def _plain(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    if value is True:
        return "yes"
    return "-" if value is None else str(value)


def _summary(seen: Sequence[Observation]) -> str:
    failures, warnings = _count(seen, Grade.FAILURE), _count(seen, Grade.WARNING)
    key = "doctor.summary.unwell" if failures else "doctor.summary.well"
    return " / ".join(say(key, lang, failures=failures, warnings=warnings) for lang in BOTH)


def _count(seen: Sequence[Observation], grade: Grade) -> int:
    return sum(each.grade is grade for each in seen)


def _described(seen: Sequence[Observation]) -> dict[str, Any]:
    return {
        "ok": not _count(seen, Grade.FAILURE),
        "failures": _count(seen, Grade.FAILURE),
        "warnings": _count(seen, Grade.WARNING),
        "observations": [describe(each) for each in seen],
    }
