"""Words of the pages, from `kk.toml` and `ru.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from docgen.domain.language import Language

_FOLDER = Path(__file__).parent


@cache
def words(language: Language) -> Mapping[str, Any]:
    """All words of a language, in tables by page."""
    with (_FOLDER / f"{language}.toml").open("rb") as file:
        return tomllib.load(file)
