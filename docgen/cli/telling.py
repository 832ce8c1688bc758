"""How a command tells that it failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from pydantic import ValidationError

from docgen.domain.errors import (
    DocgenError,
    Misconfigured,
    UnreadableDocument,
    ValuesRejected,
)
from docgen.domain.language import BOTH
from docgen.texts.phrases import say


class Refusal(click.ClickException):
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
            words = " / ".join(
                say(f"field.{found.code}", language, **dict(found.params)) for language in BOTH
            )
            click.echo(f"{found.pointer}: {words} ({found.code})", err=True)


@contextmanager
def told() -> Iterator[None]:
    """Named failures within it end the command with their words, not with a traceback."""
    try:
        yield
    except UnreadableDocument:
        raise
    except DocgenError as error:
        raise Refusal(error) from error
    except ValidationError as error:
        raise Refusal(Misconfigured(_settings_named(error))) from None


def _settings_named(error: ValidationError) -> str:
    """Which settings are wrong and why, without what they were set to."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    named = ("DOCGEN_" + "__".join(str(p) for p in each["loc"]).upper() for each in found)
    return "; ".join(f"{name}: {e['msg']}" for name, e in zip(named, found, strict=True))
