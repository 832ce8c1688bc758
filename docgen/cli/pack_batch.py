"""Batches of notary packs: a table of debtors and a folder of papers."""

import signal
import sys
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docgen.cli.telling import Refusal, told
from docgen.domain.errors import ValuesRejected
from docgen.domain.language import Language

if TYPE_CHECKING:
    from docgen.bootstrap.batches import Batches, Crew
    from docgen.domain.pack_batch import PackBatch, Progress

NOT_ALL, UNREADABLE, NOT_ABLE, STOPPED = 1, 2, 3, 130
_BAR = 24
_BETWEEN_LINES = 5.0
"""Seconds between two lines of progress where nobody watches."""


@click.group()
def batch() -> None:
    """Many packs at once: a table of debtors and a folder of papers (docs/packs.md)."""


@batch.command()
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
def template(output: Path) -> None:
    """Write the empty workbook with all tables, their columns and what they mean."""
    from docgen.bootstrap.batches import empty_workbook

    output.write_bytes(empty_workbook())
    click.echo(str(output))


@batch.command()
@click.argument("table", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--papers", type=click.Path(path_type=Path, file_okay=False, exists=True), required=True,
    help="folder with common/ and one folder for each case",
)  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--owner", help="whose packs they are; default: the staff's")
@click.option("--by", default="docgen", show_default=True, help="which person or program runs it")
@click.option("--at-once", default=2, show_default=True, type=click.IntRange(1, 16))
@click.option("--language", default="kk", show_default=True, type=click.Choice(["kk", "ru"]))
def run(
    table: Path,
    papers: Path,
    output: Path,
    *,
    owner: str | None,
    by: str,
    at_once: int,
    language: str,
) -> None:
    """Build the packs of TABLE, an .xlsx workbook or a folder of .csv files.

    All errors are told at once by sheet and cell, and then nothing is built. Ctrl-C stops after the
    packs that are begun; the same command goes on where a stopped or killed one was, and does
    nothing twice. Packs and summary.xlsx go into -o. Exit 0 all ready, 1 not all, 2 the tables
    have errors, 3 unable, 130 stopped.
    """
    from docgen.bootstrap.batches import Crew, batching
    from docgen.bootstrap.owners import owner_of
    from docgen.settings import Settings
    from docgen.usecases.open_pack import Whose

    said = Language(language)
    output.mkdir(parents=True, exist_ok=True)
    try:
        with told():
            settings = Settings()
            with batching(settings) as batches:
                whose = Whose(owner=owner or owner_of(settings), client=by)
                taken = batches.take(table, papers, whose)
                crew = Crew(settings=settings, papers=papers, output=output, at_once=at_once)
                code = _run(batches, taken, crew, said)
    except Refusal as refusal:
        refusal.show()
        code = UNREADABLE if isinstance(refusal.__cause__, ValuesRejected) else NOT_ABLE
    sys.exit(code)


def _run(batches: "Batches", taken: "PackBatch", crew: "Crew", language: Language) -> int:
    from docgen.texts.phrases import say

    stopped: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: stopped.append(number))
    done = batches.progress(taken).done
    begun = say("batch.progress.taken", language, number=taken.id, lines=taken.lines, done=done)
    click.echo(begun)
    watch(batches.run(taken, crew, stopping=lambda: bool(stopped)), language)
    batches.deliver(taken, crew.output)
    summary = crew.output / "summary.xlsx"
    summary.write_bytes(batches.summary(taken))
    counts = by_state(batches.progress(taken))
    if stopped:
        click.echo(say("batch.progress.stopped", language))
        return STOPPED
    click.echo(say("batch.progress.done", language, **counts))
    click.echo(str(summary))
    return 0 if counts["ready"] == taken.lines else NOT_ALL


def watch(progress: "Iterable[Progress]", language: Language) -> None:
    """One line that moves where somebody watches, else a line now and then."""
    began, first, told_at = time.monotonic(), None, 0.0
    moving = sys.stderr.isatty()
    for each in progress:
        first = each.done - 1 if first is None else first
        now = time.monotonic()
        rate = (each.done - first) / max(now - began, 0.001)
        if moving:
            click.echo(f"\r\033[K{line(each, rate, language)}", err=True, nl=False)
        elif now - told_at >= _BETWEEN_LINES:
            told_at = now
            click.echo(line(each, rate, language), err=True)
    if moving and first is not None:
        click.echo(err=True)


def line(progress: "Progress", per_second: float, language: Language) -> str:
    """`[██████░░░░] 312/1000 …`: bar, counts, rate and what is left."""
    from docgen.texts.phrases import say

    full = _BAR * progress.done // max(progress.lines, 1)
    left = "—"
    if per_second > 0:
        seconds = round(progress.left / per_second)
        left = str(timedelta(seconds=seconds))
    words = say(
        "batch.progress.line", language, done=progress.done, lines=progress.lines,
        rate=f"{per_second * 60:.0f}", left=left, **by_state(progress),
    )  # fmt: skip
    return f"[{'█' * full}{'░' * (_BAR - full)}] {words}"


def by_state(progress: "Progress") -> dict[str, int]:
    """Counts by the names of states."""
    from docgen.domain.pack_batch import LineState

    return {state.value: progress.counts.get(state, 0) for state in LineState}
