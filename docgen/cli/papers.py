"""Forms, specimens and verification."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docgen.cli.telling import Refusal, told
from docgen.domain.errors import UnreadableDocument
from docgen.domain.language import BOTH, Language

if TYPE_CHECKING:
    from docgen.forms.catalogue import Catalogue

_A_FILE_TO_WRITE = click.Path(path_type=Path, dir_okay=False, writable=True)
_MORE_THAN_ANY = 21 * 1024 * 1024
"""Bytes: enough for the verifier to say "too large", not enough to fill the memory."""

NOT_VALID, UNREADABLE, NOT_ABLE = 1, 2, 3


@click.group(invoke_without_command=True)
@click.pass_context
def forms(context: click.Context) -> None:
    """List the forms."""
    if context.invoked_subcommand is not None:
        return
    with told():
        found = list(_catalogue())
    for form in found:
        annex = "-" if form.annex is None else str(form.annex)
        click.echo(f"{form.code}\t{annex}\t{form.title(Language.KK)}\t{form.title(Language.RU)}")


def _catalogue() -> "Catalogue":
    from docgen.bootstrap.forms import catalogue
    from docgen.settings import Settings

    return catalogue(Settings())


@forms.command()
@click.argument("form")
def schema(form: str) -> None:
    """Print the JSON Schema of a form's values."""
    with told():
        click.echo(_pretty(_catalogue().get(form).json_schema()))


@forms.command()
@click.argument("form")
def example(form: str) -> None:
    """Print an example VALUES.json: {subscriber, values}."""
    with told():
        click.echo(_pretty(_catalogue().get(form).example))


def _pretty(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _languages(_context: click.Context, _parameter: click.Parameter, value: str) -> Any:
    try:
        return tuple(Language(code) for code in value.split(","))
    except ValueError:
        raise click.BadParameter("kk, ru or kk,ru") from None


@click.command()
@click.argument("form")
@click.argument("values", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--languages", default="kk,ru", callback=_languages, help="kk, ru or kk,ru")
@click.option("-o", "--output", type=_A_FILE_TO_WRITE, required=True)
def render(form: str, values: Path, languages: tuple[Language, ...], output: Path) -> None:
    """Render a specimen of FORM from VALUES.json, which is {subscriber, values}."""
    from docgen.bootstrap.papers import specimens
    from docgen.settings import Settings

    if not output.absolute().parent.is_dir():
        raise click.BadParameter(f"{output.parent} is not a folder")
    given = _json(values)
    with told(), specimens(Settings()) as render_specimen:
        rendered = render_specimen(
            form,
            languages=languages,
            subscriber=given.get("subscriber"),
            values=given.get("values"),
        )
    output.write_bytes(rendered.pdf)
    click.echo(f"{output}: {rendered.pages} pages, {len(rendered.pdf)} bytes")


def _json(path: Path) -> dict[str, Any]:
    try:
        given = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"{path} is not JSON: {error}") from None
    if not isinstance(given, dict):
        raise click.BadParameter(f"{path} must be an object {{subscriber, values}}")
    return given


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--trust", type=click.Path(path_type=Path, exists=True), help="PEM file or folder")
@click.option("--json", "as_json", is_flag=True, help="the whole report")
def verify(file: Path, trust: Path | None, *, as_json: bool) -> None:
    """Verify a sealed FILE offline: exit 0 valid, 1 not valid, 2 unreadable, 3 unable."""
    from docgen.bootstrap.verification import verification
    from docgen.settings import Settings
    from docgen.usecases.verify_document import describe

    try:
        with told():
            judge = verification(Settings(), trust)
            with file.open("rb") as opened:
                report = judge(opened.read(_MORE_THAN_ANY))
    except (UnreadableDocument, OSError) as error:
        click.echo(f"error: unreadable: {error}", err=True)
        sys.exit(UNREADABLE)
    except Refusal as refusal:
        refusal.show()
        sys.exit(NOT_ABLE)
    said = describe(report, registered=None)
    click.echo(_pretty(said) if as_json else _in_words(said))
    sys.exit(0 if said["verdict"] == "valid" else NOT_VALID)


def _in_words(said: Mapping[str, Any]) -> str:
    languages = [language.value for language in BOTH]
    lines = [said["verdict"], *(said["message"][language] for language in languages)]
    if said["signing"] is not None:
        lines += [said["signing"][language] for language in languages]
    told = (*said["reasons"], *said["notices"])
    lines += [each[language] for each in told for language in languages]
    if said["seal"] is not None:
        lines.append("{level}, {signer}, № {serial}, {time}".format(**said["seal"]))
    return "\n".join([*lines, f"SHA-256 (confirmed): {said['confirmed_hash'] or '-'}"])
