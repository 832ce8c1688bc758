"""Words of the pages, from `kk.toml`, `ru.toml`, and for who reads papers abroad `en.toml`."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from docgen.domain.language import Language
from docgen.texts.phrases import say

_FOLDER = Path(__file__).parent


class Tongue(StrEnum):
    """A language of the pages for readers of papers; papers themselves speak the first two."""

    KK = "kk"
    RU = "ru"
    EN = "en"


@cache
def words(language: Language | Tongue) -> Mapping[str, Any]:
    """All words of a language, in tables by page."""
    with (_FOLDER / f"{language}.toml").open("rb") as file:
        return tomllib.load(file)


def tell(key: str, tongue: Tongue) -> str:
    """The sentence of `docgen.texts` under a dotted key, in English from the page's own words."""
    if tongue is not Tongue.EN:
        return say(key, Language(tongue))
    group, _, name = key.partition(".")
    sentence: str = words(tongue)["texts"][group][name]
    return sentence
