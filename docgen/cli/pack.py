"""Notary packs."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docgen.cli.pack_batch import batch
from docgen.cli.telling import Refusal, told
from docgen.domain.errors import PackNotReady, ValuesRejected
from docgen.domain.language import BOTH

if TYPE_CHECKING:
    from docgen.domain.pack import Examination, PackFinding
    from docgen.usecases.build_pack import BuildPack
    from docgen.usecases.check_pack import CheckedPack

BLOCKED, UNREADABLE, NOT_ABLE = 1, 2, 3
_A_CASE = click.Path(path_type=Path, dir_okay=False, exists=True)
_MORE_THAN_ANY = 5 * 1024 * 1024


@click.group()
def pack() -> None:
    """Packs of papers for a notary's executive inscription (docs/packs.md)."""


pack.add_command(batch)


@pack.command()
@click.argument("case", type=_A_CASE)
@click.option("--json", "as_json", is_flag=True, help="findings and the whole calculation")
@click.option("--owner", help="whose pack it would be; default: the staff's")
def check(case: Path, *, as_json: bool, owner: str | None) -> None:
    """Check CASE.json by all rules: exit 0 ready, 1 not ready, 2 unreadable, 3 unable.

    Each finding is a line: weight, rule, place in the case, what is wrong in Kazakh and in
    Russian, and its source. The papers are looked for beside the case; what the debtor has
    acknowledged through this service, and other inscriptions for the debt, in its register.
    """
    from docgen.texts.phrases import say
    from docgen.usecases.describe_pack import describe

    checked, by_register = _checked(case, owner)
    if as_json:
        told_of = describe(checked) | {"register_asked": by_register}
        click.echo(json.dumps(told_of, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(lines(checked)))
        if not by_register:
            click.echo("\n".join(say("pack.summary.no_register", each) for each in BOTH))
    sys.exit(0 if checked.examination.ready else BLOCKED)


@pack.command()
@click.argument("case", type=_A_CASE)
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--owner", help="whose pack it is; default: the staff's")
@click.option("--by", default="docgen", show_default=True, help="which person or program makes it")
def build(case: Path, output: Path, owner: str | None, by: str) -> None:
    """Make the pack of CASE.json and put it into a folder below -o.

    The sealed volume, the originals, the manifest and one ZIP. The same case gives the stored
    pack again. What is not ready is told as `check` tells it, and nothing is made.
    Exit 0 made, 1 not ready, 2 unreadable, 3 unable.
    """
    from docgen.adapters.binding.paper_folder import PaperFolder
    from docgen.bootstrap.owners import owner_of
    from docgen.bootstrap.packs import building
    from docgen.settings import Settings
    from docgen.usecases.open_pack import Whose

    given = read(case)
    papers = PaperFolder(case.absolute().parent)
    try:
        with told(), building(settings := Settings()) as make:
            made = make(given, papers, Whose(owner=owner or owner_of(settings), client=by))
            written = _written(make, made.id, output)
    except Refusal as refusal:
        _show(refusal)
        sys.exit(_exit_code(refusal))
    click.echo("\n".join([f"{made.id}: {made.volume_pages} pages", *map(str, written)]))


@pack.command()
@click.argument("case", type=_A_CASE)
@click.argument("which", type=click.Choice(["claim_letter", "termination_notice"]))
@click.option("--number", required=True, help="the letter's number in the outgoing mail")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
def letter(case: Path, which: str, number: str, output: Path) -> None:
    """Make a letter to the debtor of CASE.json: claim_letter or termination_notice.

    It needs what it says only: a case that no notary would take yet has its letters.
    """
    from docgen.bootstrap.packs import writing
    from docgen.domain.pack_papers import Slot
    from docgen.settings import Settings

    given = read(case)
    try:
        with told(), writing(Settings()) as write:
            made = write(given, Slot(which), number=number)
    except Refusal as refusal:
        refusal.show()
        sys.exit(_exit_code(refusal))
    output.write_bytes(made.pdf)
    click.echo(f"{output}: {made.pages} pages, {len(made.pdf)} bytes")


@pack.command()
@click.option("--owner", help="whose packs; default: the staff's, and DOCGEN_PACKS__OTHER_OWNERS")
@click.option(
    "--days", type=click.IntRange(min=0), default=7, show_default=True, help="how far ahead"
)
@click.option("--json", "as_json", is_flag=True, help="for machines")
@click.option("--mail", metavar="ADDRESS", help="send the list there, if there is anything on it")
def due(*, owner: str | None, days: int, as_json: bool, mail: str | None) -> None:
    """List packs with a deadline within so many days, and those whose deadline is over."""
    from docgen.bootstrap.owners import owners_of
    from docgen.bootstrap.packs import mailing_deadlines, reminding
    from docgen.settings import Settings
    from docgen.texts.phrases import say

    with told():
        settings = Settings()
    owners = owners_of(settings) if owner is None else (owner,)
    if mail is not None:
        with told(), mailing_deadlines(settings) as send:
            many = send(*owners, days=days, to=mail)
        click.echo(f"{many} due within {days} days or over; {'sent' if many else 'nothing sent'}")
        return
    with told(), reminding(settings) as remind:
        found = remind(*owners, days=days)
    if as_json:
        listed = [
            {"pack": pack.id, "state": pack.state.value, "due": each.due.value, "on": f"{each.on}"}
            for pack, each in found
        ]
        click.echo(json.dumps(listed, indent=2))
        return
    for pack, each in found:
        words = " / ".join(say(f"pack.due.{each.due}", language) for language in BOTH)
        click.echo(f"{each.on}\t{pack.id}\t{pack.state}\t{words}")
    click.echo(f"{len(found)} due within {days} days or over; --days looks further", err=True)


@pack.command()
@click.argument("number")
@click.option("--to", "recipient", required=True, help="the notary, by name and licence")
@click.option("--by", required=True, help="who hands it over")
@click.option("--how", required=True, help="in person, by courier, in the notaries' system")
def transfer(number: str, recipient: str, by: str, how: str) -> None:
    """Write down that the pack of NUMBER was handed over, and to whom."""
    from docgen.bootstrap.packs import transferring
    from docgen.settings import Settings
    from docgen.usecases.transfer_pack import Handing

    with told(), transferring(Settings()) as hand_over:
        hand_over(number, Handing(recipient=recipient, by=by, how=how))
    click.echo("ok")


def _show(refusal: Refusal) -> None:
    """The failure; with all that the rules found, where they stand in the way."""
    cause = refusal.__cause__
    if isinstance(cause, PackNotReady) and cause.found is not None:
        click.echo("\n".join((*_found(cause.found), "", *_summary(cause.found))))
    refusal.show()


def _exit_code(refusal: Refusal) -> int:
    cause = refusal.__cause__
    if isinstance(cause, PackNotReady):
        return BLOCKED
    return UNREADABLE if isinstance(cause, ValuesRejected) else NOT_ABLE


def _written(make: "BuildPack", pack_id: str, folder: Path) -> list[Path]:
    """The archive, and everything in it laid open beside."""
    import io
    import zipfile

    package = make.package(pack_id)
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"{pack_id}.zip"
    archive.write_bytes(package)
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        opened.extractall(folder)
        names = [name for name in opened.namelist() if name.count("/") == 1]
    told = sorted(name for name in names if name.endswith(".pdf"))
    return [archive, *(folder / name for name in told), folder / pack_id / "manifest.json"]


def _checked(case: Path, owner: str | None) -> tuple["CheckedPack", bool]:
    """What was found, and whether a register was asked."""
    from docgen.adapters.binding.paper_folder import PaperFolder
    from docgen.bootstrap.owners import owner_of
    from docgen.bootstrap.packs import checking, checking_by_register
    from docgen.settings import Settings

    given = read(case)
    try:
        papers = PaperFolder(case.absolute().parent)
        with told(), checking_by_register(settings := Settings()) as known:
            whose = owner or owner_of(settings)
            if known is None:
                return checking(settings)(given, papers, owner=whose), False
            return known.foreseen(given, papers, whose), True
    except Refusal as refusal:
        refusal.show()
        sys.exit(_exit_code(refusal))


def read(case: Path) -> Any:
    """What a file of JSON says; ends the command where it says nothing."""
    try:
        with case.open("rb") as opened:
            return json.loads(opened.read(_MORE_THAN_ANY).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        click.echo(f"error: unreadable: {error}", err=True)
        sys.exit(UNREADABLE)


def lines(checked: "CheckedPack") -> Iterator[str]:
    """The findings for people, the heaviest first, and the sums."""
    from docgen.texts.money import figures
    from docgen.texts.phrases import say

    yield from _found(checked.examination)
    sums = {
        name: figures(getattr(checked.claim, name))
        for name in ("principal", "other", "penalty", "total")
    }
    yield ""
    yield from (say("pack.summary.claim", language, **sums) for language in BOTH)
    yield from _summary(checked.examination)


def _found(examination: "Examination") -> Iterator[str]:
    for finding in (*examination.blocks, *examination.open_warnings):
        yield _line(finding)
    for answered in examination.answered:
        yield f"{_line(answered.finding)} — {answered.by}: {answered.reason}"
    for finding in examination.notes:
        yield _line(finding)


def _summary(examination: "Examination") -> Iterator[str]:
    from docgen.texts.phrases import say

    key = "pack.summary.ready" if examination.ready else "pack.summary.not_ready"
    counts = {"blocks": len(examination.blocks), "warnings": len(examination.open_warnings)}
    yield from (say(key, language, **counts) for language in BOTH)


def _line(finding: "PackFinding") -> str:
    from docgen.texts.pack import sentence, source
    from docgen.texts.phrases import say

    weight = " / ".join(say(f"pack.severity.{finding.severity}", each) for each in BOTH)
    words = " / ".join(sentence(finding, language) for language in BOTH)
    unsure = " / ".join(say("pack.to_confirm", language) for language in BOTH)
    marked = f"; {unsure}" if finding.of.to_confirm else ""
    where = f" {finding.pointer}" if finding.pointer else ""
    cited = " / ".join(source(finding.of, language) for language in BOTH)
    return f"[{weight}] {finding.rule}{where}: {words} ({cited}{marked})"
