"""The command line: translation between words on a terminal and use cases.

Each command imports what it needs when it runs, so that `verify` does not wait for a database.
"""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError

from docgen.domain.errors import (
    DocgenError,
    Misconfigured,
    UnreadableDocument,
    ValuesRejected,
)
from docgen.domain.language import BOTH, Language
from docgen.texts.phrases import say

if TYPE_CHECKING:
    from docgen.forms.catalogue import Catalogue

_A_FILE_TO_WRITE = click.Path(path_type=Path, dir_okay=False, writable=True)
_MORE_THAN_ANY = 21 * 1024 * 1024
"""Bytes: enough for the verifier to say "too large", not enough to fill the memory."""

NOT_VALID, UNREADABLE, NOT_ABLE = 1, 2, 3


class _Refusal(click.ClickException):
    """A named failure, told in both languages where it concerns values."""

    exit_code = 1

    def __init__(self, error: DocgenError) -> None:
        super().__init__(f"{error.code}: {error}" if str(error) else error.code)
        self._findings = error.errors if isinstance(error, ValuesRejected) else ()

    def show(self, file: Any = None) -> None:  # noqa: ARG002 - click's signature
        """Print the failure, one finding a line."""
        if not self._findings:
            click.echo(f"error: {self.message}", err=True)
        for found in self._findings:
            told = " / ".join(
                say(f"field.{found.code}", language, **dict(found.params)) for language in BOTH
            )
            click.echo(f"{found.pointer}: {told} ({found.code})", err=True)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except UnreadableDocument:
        raise
    except DocgenError as error:
        raise _Refusal(error) from error
    except ValidationError as error:
        raise _Refusal(Misconfigured(_settings_named(error))) from None


def _settings_named(error: ValidationError) -> str:
    """Which settings are wrong and why, without what they were set to."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    named = ("DOCGEN_" + "__".join(str(p) for p in each["loc"]).upper() for each in found)
    return "; ".join(f"{name}: {e['msg']}" for name, e in zip(named, found, strict=True))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Qoltanba: bilingual Word forms become sealed documents."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    # It logs with tracebacks whatever a hostile file makes it stumble over.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)


@main.group(invoke_without_command=True)
@click.pass_context
def forms(context: click.Context) -> None:
    """List the forms."""
    if context.invoked_subcommand is not None:
        return
    with _told():
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
    with _told():
        click.echo(_pretty(_catalogue().get(form).json_schema()))


@forms.command()
@click.argument("form")
def example(form: str) -> None:
    """Print an example VALUES.json: {subscriber, values}."""
    with _told():
        click.echo(_pretty(_catalogue().get(form).example))


def _pretty(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _languages(_context: click.Context, _parameter: click.Parameter, value: str) -> Any:
    try:
        return tuple(Language(code) for code in value.split(","))
    except ValueError:
        raise click.BadParameter("kk, ru or kk,ru") from None


@main.command()
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
    with _told(), specimens(Settings()) as render_specimen:
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


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--trust", type=click.Path(path_type=Path, exists=True), help="PEM file or folder")
@click.option("--json", "as_json", is_flag=True, help="the whole report")
def verify(file: Path, trust: Path | None, *, as_json: bool) -> None:
    """Verify a sealed FILE offline: exit 0 valid, 1 not valid, 2 unreadable, 3 unable."""
    from docgen.bootstrap.verification import verification
    from docgen.settings import Settings
    from docgen.usecases.verify_document import describe

    try:
        with _told():
            judge = verification(Settings(), trust)
            with file.open("rb") as opened:
                report = judge(opened.read(_MORE_THAN_ANY))
    except (UnreadableDocument, OSError) as error:
        click.echo(f"error: unreadable: {error}", err=True)
        sys.exit(UNREADABLE)
    except _Refusal as refusal:
        refusal.show()
        sys.exit(NOT_ABLE)
    said = describe(report, registered=None)
    click.echo(_pretty(said) if as_json else _in_words(said))
    sys.exit(0 if said["verdict"] == "valid" else NOT_VALID)


def _in_words(said: Mapping[str, Any]) -> str:
    languages = [language.value for language in BOTH]
    lines = [said["verdict"], *(said["message"][language] for language in languages)]
    lines += [reason[language] for reason in said["reasons"] for language in languages]
    if said["seal"] is not None:
        lines.append("{level}, {signer}, № {serial}, {time}".format(**said["seal"]))
    return "\n".join([*lines, f"SHA-256 (confirmed): {said['confirmed_hash'] or '-'}"])


@main.group()
def journal() -> None:
    """The journal of envelopes."""


@journal.command("verify")
def journal_verify() -> None:
    """Recompute every hash of every chain."""
    from docgen.bootstrap.database import journals
    from docgen.settings import Settings

    with _told(), journals(Settings()) as check_journal:
        checked = check_journal()
    click.echo(f"ok: {checked.envelopes} envelopes, {checked.entries} entries")


@main.command()
def migrate() -> None:
    """Bring the database to the current shape."""
    from docgen.bootstrap import database
    from docgen.settings import Settings

    with _told():
        database.migrate(Settings())
    click.echo("ok")


@main.command()
def sweep() -> None:
    """Move on whatever is stuck: render drafts, seal what is confirmed, expire what is overdue."""
    from docgen.bootstrap.service import opened
    from docgen.settings import Settings

    with _told(), opened(Settings()) as docgen:
        swept = docgen.sweep()
    click.echo(
        f"rendered {swept.rendered}, sealed {swept.sealed}, "
        f"expired {swept.expired}, waiting {swept.waiting}"
    )


@main.command("demo")
@click.option("--once", is_flag=True, help="run one visit and stop")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("var/demo"))
def demo_command(output: Path, *, once: bool) -> None:  # noqa: ARG001 - the only mode so far
    """Run the sample visit with everything embedded, from its values to the sealed PDF."""
    from docgen import demo

    with _told():
        demo.one_visit(output, tell=click.echo)
