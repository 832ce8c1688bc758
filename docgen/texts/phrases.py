"""Sentences by key, from `kk.toml` and `ru.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from docgen.domain.language import Language

_FOLDER = Path(__file__).parent


def say(key: str, language: Language, **params: object) -> str:
    """The sentence under a dotted key, its `{placeholders}` filled; KeyError for an unknown key."""
    return phrases(language)[key].format(**params)


@cache
def phrases(language: Language) -> Mapping[str, str]:
    """All sentences of a language by dotted key."""
    with (_FOLDER / f"{language}.toml").open("rb") as file:
        return dict(_flat(tomllib.load(file)))


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            found.extend(_flat(value, f"{prefix}{name}."))
        else:
            found.append((f"{prefix}{name}", str(value)))
    return found
