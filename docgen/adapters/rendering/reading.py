"""What a PDF says, read quickly: is all on the paper that was to be there?"""

import re
import threading
from collections import Counter
from collections.abc import Sequence
from typing import Final

from pypdfium2 import PdfDocument, PdfiumError

from docgen.domain.errors import RenderFailed

PDFIUM: Final = threading.Lock()
"""PDFium knows no threads: whoever calls it holds this lock."""
# What LibreOffice writes where a word is broken after its own hyphen.
_BROKEN_HYPHEN = "\ufffe"
_LONG = 100
_SPACE = re.compile(r"\s|\u200b")


class TextLost(RenderFailed):
    """A value is not on the paper, or not as often as it was printed."""


def require_texts(pdf: bytes, texts: Sequence[str], *, rows_split: bool = False) -> None:
    """Raise TextLost unless every text stands in the document as often as it is named.

    White space counts for nothing. Of long texts, which may go over to the next page with header
    and footer in between, every word must be there. Where rows may split so may any text, in two.
    """
    read = _text(pdf)
    wanted = Counter(_SPACE.sub("", text) for text in texts)
    words = {_SPACE.sub("", text): text.split() for text in texts}
    for number, (text, times) in enumerate(wanted.items()):
        if (
            read.count(text) < times
            and not (len(text) > _LONG and _has_words(read, words[text]))
            and not (rows_split and _has_halves(read, words[text], times))
        ):
            raise TextLost(f"value {number + 1} of {len(wanted)} is not in the document")


def _text(pdf: bytes) -> str:
    try:
        with PDFIUM, PdfDocument(pdf) as document:
            texts = [page.get_textpage().get_text_range() for page in document]
    except PdfiumError as error:
        raise RenderFailed("the document cannot be read") from error
    return _SPACE.sub("", "".join(texts).replace(_BROKEN_HYPHEN, "-"))


def _has_words(read: str, words: Sequence[str]) -> bool:
    return all(
        word in read or any(word[:at] in read and word[at:] in read for at in range(1, len(word)))
        for word in words
    )


def _has_halves(read: str, words: Sequence[str], times: int) -> bool:
    halves = (("".join(words[:at]), "".join(words[at:])) for at in range(1, len(words)))
    return any(min(read.count(first), read.count(rest)) >= times for first, rest in halves)
