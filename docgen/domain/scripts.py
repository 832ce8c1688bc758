"""Words written in letters of two scripts: a Latin `i` for the Kazakh `і` looks right, is wrong."""

import re
import unicodedata
from collections.abc import Iterator

_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")


def mixed_words(text: str) -> Iterator[str]:
    """Each word with letters of more than one script; a hyphen ends a word, as in `SMS-код`."""
    for word in _WORD.findall(text):
        if len({_script(letter) for letter in word} - {""}) > 1:
            yield word


def marked(word: str) -> str:
    """The word with its rarer script in brackets, so that one sees what looks alike: `тіл[i]`."""
    scripts = [_script(letter) for letter in word]
    common = max(_SCRIPTS, key=scripts.count)
    parts = (
        letter if script in {common, ""} else f"[{letter}]"
        for letter, script in zip(word, scripts, strict=True)
    )
    return "".join(parts).replace("][", "")


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return next((script for script in _SCRIPTS if name.startswith(script)), "")
