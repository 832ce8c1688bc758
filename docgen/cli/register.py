"""The register: its shape, its journal, its archive, and what is stuck in it."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docgen.cli.telling import Refusal, told
from docgen.domain.finding import Finding
from docgen.domain.language import BOTH
from docgen.texts.phrases import say

if TYPE_CHECKING:
    from docgen.usecases.check_journal import Checked

_A_FILE_TO_WRITE = click.Path(path_type=Path, dir_okay=False, writable=True)
_A_DAY = click.DateTime(formats=["%Y-%m-%d"])

NOT_AS_WRITTEN, NOT_ABLE = 1, 3


@click.group()
def journal() -> None:
    """The journal of envelopes, and the anchors of its days."""


@journal.command("verify")
@click.option("--json", "as_json", is_flag=True, help="findings for programs")
@click.option("--without-files", is_flag=True, help="do not read the documents' bytes")
def journal_verify(*, as_json: bool, without_files: bool) -> None:
    """Hold every chain, every row, every anchor and every file against what was written.

    Exit 0 if all is as it was written, 1 if a row was changed (each is named), 3 if unable.
    """
    from docgen.bootstrap.evidence import journals
    from docgen.settings import Settings

    found: list[Finding] = []
    tell = found.append if as_json else _tell
    try:
        with told(), journals(Settings()) as opened:
            checked = opened.check(tell, files=not without_files)
            has_authority = opened.has_authority
    except Refusal as refusal:
        refusal.show()
        sys.exit(NOT_ABLE)
    if as_json:
        click.echo(
            _pretty(
                asdict(checked)
                | {"findings": [_described(each) for each in found]}
                | {"ok": not checked.findings, "not_as_written": checked.findings}
            )
        )
    else:
        _sum_up(checked, has_authority=has_authority)
    sys.exit(NOT_AS_WRITTEN if checked.findings else 0)


@journal.command("export")
@click.option("--day", type=_A_DAY, help="whose anchor; by default the newest")
@click.option("--document", metavar="NUMBER", help="the proof that this document is anchored")
@click.option("--version", default=1, show_default=True, help="1 is the sealed file")
@click.option("-o", "--output", type=_A_FILE_TO_WRITE, help="a file instead of the terminal")
def journal_export(
    *, day: datetime | None, document: str | None, version: int, output: Path | None
) -> None:
    """Export an anchor with its token, or a document's proof: JSON to be checked without us."""
    from docgen.bootstrap.evidence import journals
    from docgen.settings import Settings

    if day is not None and document is not None:
        raise click.UsageError("a day or a document, not both")
    with told(), journals(Settings()) as opened:
        if document is not None:
            exported = opened.export.document(document, version=version)
        else:
            exported = opened.export.anchor(None if day is None else day.date())
    text = _pretty(exported)
    if output is None:
        click.echo(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
        click.echo(str(output))


@click.command()
def archive() -> None:
    """Stamp sealed files again whose certificates end soon; a worker does it once a day.

    Exit 0 if nothing waits, 1 if something does.
    """
    from docgen import telemetry
    from docgen.bootstrap.evidence import archive as opened
    from docgen.settings import Settings

    telemetry.configure(level="WARNING")
    with told(), opened(Settings()) as archive_documents:
        renewed = None if archive_documents is None else archive_documents()
    if renewed is None:
        click.echo(_both("journal.no_authority"))
        return
    click.echo(f"archived {renewed.renewed}, waiting {renewed.waiting}")
    sys.exit(NOT_AS_WRITTEN if renewed.waiting else 0)


@click.command()
def migrate() -> None:
    """Bring the database to the current shape."""
    from docgen.bootstrap import database
    from docgen.settings import Settings

    with told():
        database.migrate(Settings())
    click.echo("ok")


@click.command()
def sweep() -> None:
    """Move on whatever is stuck: render, seal, expire; archive and anchor a day that is over."""
    from docgen import telemetry
    from docgen.bootstrap.service import opened
    from docgen.settings import Settings

    telemetry.configure(level="WARNING")
    with told(), opened(Settings()) as everything:
        swept = everything.sweep()
    click.echo(
        f"rendered {swept.rendered}, sealed {swept.sealed}, "
        f"expired {swept.expired}, waiting {swept.waiting}"
    )


def _tell(finding: Finding) -> None:
    """A line for people: table, row, what is wrong with it."""
    words = _both(f"finding.{finding.fault}")
    detail = f"; {finding.detail}" if finding.detail else ""
    click.echo(f"{finding.table} {finding.row}: {words} ({finding.fault}{detail})")


def _described(finding: Finding) -> dict[str, Any]:
    return {
        "fault": finding.fault.value,
        "table": finding.table,
        "row": finding.row,
        "detail": finding.detail,
    } | {lang.value: say(f"finding.{finding.fault}", lang) for lang in BOTH}


def _sum_up(checked: "Checked", *, has_authority: bool) -> None:
    key = "journal.unwell" if checked.findings else "journal.well"
    numbers = {"findings": checked.findings, "unstamped": checked.unstamped}
    grade = "failure" if checked.findings else "ok"
    click.echo(
        f"{grade}: {checked.envelopes} envelopes, {checked.entries} entries, "
        f"{checked.files} files, {checked.anchors} anchors"
    )
    click.echo(_both(key, numbers))
    if checked.unstamped:
        click.echo(_both("journal.owed" if has_authority else "journal.no_authority"))


def _both(key: str, numbers: Mapping[str, object] | None = None) -> str:
    return " / ".join(say(key, language, **(numbers or {})) for language in BOTH)


def _pretty(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
