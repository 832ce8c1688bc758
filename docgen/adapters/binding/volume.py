"""The Binder port by pikepdf."""

import io

import pikepdf

from docgen.domain.errors import UnreadableDocument


class PikepdfBinder:
    """Makes one PDF of many."""

    def pages(self, pdf: bytes) -> int:
        """How many pages it would add; raises UnreadableDocument for what cannot be bound."""
        try:
            with pikepdf.open(io.BytesIO(pdf)) as opened:
                count = len(opened.pages)
        except (pikepdf.PdfError, pikepdf.PasswordError) as error:
            raise UnreadableDocument("not a PDF that can be bound") from error
        if not count:
            raise UnreadableDocument("a PDF without pages")
        return count
