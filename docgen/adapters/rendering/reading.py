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


def require_texts(pdf: bytes, texts: Sequence[str]) -> None:
    """Raise TextLost unless every text stands in the document as often as it is named.

    White space counts for nothing. Of long texts, which may go over to the next page with header
    and footer in between, every word must be there.
    """
    read = _text(pdf)
    wanted = Counter(_SPACE.sub("", text) for text in texts)
    long = {_SPACE.sub("", text): text.split() for text in texts if len(text) > _LONG}
    for number, (text, times) in enumerate(wanted.items()):
        if text and read.count(text) < times and not _has_words(read, long.get(text, ())):
            raise TextLost(f"value {number + 1} of {len(wanted)} is not in the document")


def _text(pdf: bytes) -> str:
    try:
        with PDFIUM, PdfDocument(pdf) as document:
            texts = [page.get_textpage().get_text_range() for page in document]
    except PdfiumError as error:
        raise RenderFailed("the document cannot be read") from error
    return _SPACE.sub("", "".join(texts).replace(_BROKEN_HYPHEN, "-"))


def _has_words(read: str, words: Sequence[str]) -> bool:
    return bool(words) and all(
        word in read or any(word[:at] in read and word[at:] in read for at in range(1, len(word)))
        for word in words
    )
