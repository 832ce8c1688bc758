"""Which forms there are: every folder with a `schema.py` on the search path."""

import hashlib
import importlib.util
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from docgen.domain.consent import WayOfSigning
from docgen.domain.errors import FormNotFound, Misconfigured
from docgen.domain.language import Language
from docgen.forms.edition import read_editions
from docgen.forms.form import Form, FormValues

BUILT_IN = Path(__file__).parent
MODULE_PREFIX = "qoltanba_form_"
"""Before a form's code: the module its `schema.py` becomes, wherever it lies."""


class Catalogue:
    """The forms found on a search path, by code; the first folder of a name wins."""

    def __init__(self, search_path: Sequence[Path] = (BUILT_IN,)) -> None:
        self._forms: dict[str, Form] = {}
        for folder in search_path:
            load = _load_once if folder == BUILT_IN else _load
            for schema in sorted(folder.glob("*/schema.py")):
                self._forms.setdefault(schema.parent.name, load(schema.parent))

    def __iter__(self) -> Iterator[Form]:
        return iter(sorted(self._forms.values(), key=lambda f: (f.annex or 99, f.code)))

    def get(self, code: str) -> Form:
        """The form; raises FormNotFound."""
        if code not in self._forms:
            raise FormNotFound(code)
        return self._forms[code]


def _load(folder: Path) -> Form:
    try:
        return _read(folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SyntaxError, ImportError,
            ArithmeticError) as error:  # fmt: skip
        raise Misconfigured(f"{folder} is not a form: {error}") from error


@cache
def _load_once(folder: Path) -> Form:
    """Of what comes with the program: it stays as it is while the program runs."""
    return _load(folder)


def _read(folder: Path) -> Form:
    words = (folder / "texts.toml").read_bytes()
    texts = tomllib.loads(words.decode())
    editions = tomllib.loads((folder / "editions.toml").read_text(encoding="utf-8"))
    example: Mapping[str, Any] = json.loads((folder / "example.json").read_text(encoding="utf-8"))
    return Form(
        code=folder.name,
        annex=texts.get("annex"),
        number_prefix=texts["number_prefix"],
        languages=tuple(Language(code) for code in texts["languages"]),
        ways={WayOfSigning(way): _limit(rule) for way, rule in texts["ways"].items()},
        editions=read_editions(editions),
        schema=_schema(folder),
        example=example,
        texts=texts,
        texts_sha256=hashlib.sha256(words).hexdigest(),
    )


def _limit(rule: Mapping[str, str]) -> Decimal | None:
    return Decimal(rule["up_to"]) if "up_to" in rule else None


def _schema(folder: Path) -> type[FormValues]:
    spec = importlib.util.spec_from_file_location(
        f"{MODULE_PREFIX}{folder.name}", folder / "schema.py"
    )
    if spec is None or spec.loader is None:
        raise Misconfigured(f"{folder} is not a form")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    schema = module.Values
    if not issubclass(schema, FormValues):
        raise Misconfigured(f"{folder}: Values must be FormValues")
    return schema  # type: ignore[no-any-return]
