"""Looking into forms and their Word files."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docgen.cli.doctor import line
from docgen.cli.telling import Refusal, told
from docgen.domain.checkup import Grade, Observation, of_route
from docgen.domain.language import BOTH
from docgen.usecases.examine import describe

if TYPE_CHECKING:
    from docgen.domain.template import Finding
    from docgen.usecases.lint_forms import Linted

_MORE_THAN_ANY = 6 * 1024 * 1024
"""Bytes: enough to be found too large, not enough to fill the memory."""

FAULTY, UNREADABLE = 1, 2


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--routes", is_flag=True, help="also by which route each template goes, and why")
@click.option("--json", "as_json", is_flag=True, help="findings for programs")
def lint(file: Path | None, *, routes: bool, as_json: bool) -> None:
    """Look for faults in all forms and papers, or in one Word FILE.

    Each finding is a line: file and place, what is wrong and how to mend it in Kazakh and in
    Russian, and its code (docs/lint.md). Exit 0 clean, 1 with findings, 2 unreadable.
    LibreOffice is started for --routes only, which tries what was not tried yet.
    """
    if routes and file is not None:
        raise click.UsageError("--routes tries all templates, not one file")
    try:
        with told():
            linted = _linted(file)
            gone = _routes() if routes else []
    except OSError as error:
        click.echo(f"error: unreadable: {error}", err=True)
        sys.exit(UNREADABLE)
    except Refusal as refusal:
        refusal.show()
        sys.exit(UNREADABLE)
    if as_json:
        told_routes = {"routes": list(map(describe, gone))} if routes else {}
        click.echo(json.dumps(_described(linted) | told_routes, ensure_ascii=False, indent=2))
    else:
        lines = [*map(line, gone), *map(_line, linted.findings), _summary(linted)]
        click.echo("\n".join(lines))
    failed = any(each.grade is Grade.FAILURE for each in gone)
    sys.exit(FAULTY if linted.findings or failed else 0)


def _routes() -> list[Observation]:
    from docgen.bootstrap.papers import routes
    from docgen.settings import Settings

    with routes(Settings()) as prove:
        return list(map(of_route, prove()))


def _linted(file: Path | None) -> "Linted":
    from docgen.bootstrap.lint import lint_file, lint_forms
    from docgen.settings import Settings

    if file is None:
        return lint_forms(Settings())()
    with file.open("rb") as opened:
        content = opened.read(_MORE_THAN_ANY)
    return lint_file(Settings())(file.absolute(), content, shown=str(file))


def _line(finding: "Finding") -> str:
    from docgen.texts.lint import place, sentence

    halves = []
    for language in BOTH:
        where = place(finding.place, language)
        halves.append(f"{where}: {sentence(finding, language)}" if where else
                      sentence(finding, language))  # fmt: skip
    separator = ", " if place(finding.place, BOTH[0]) else ": "
    return f"{finding.file}{separator}{' / '.join(halves)} ({finding.code})"


def _summary(linted: "Linted") -> str:
    from docgen.texts.phrases import say

    key = "lint.summary.found" if linted.findings else "lint.summary.clean"
    numbers = {"files": linted.files, "count": len(linted.findings)}
    return " / ".join(say(key, language, **numbers) for language in BOTH)


def _described(linted: "Linted") -> dict[str, Any]:
    from dataclasses import asdict

    from docgen.texts.lint import sentence

    return {
        "files": linted.files,
        "findings": [
            {
                "file": each.file,
                "place": {name: value for name, value in asdict(each.place).items() if value},
                "code": each.code.value,
                "params": dict(each.params),
                "message": {language.value: sentence(each, language) for language in BOTH},
            }
            for each in linted.findings
        ],
    }
