"""LibreOffice's PDF becomes one plain revision of PDF/A-3b that a seal can be added to."""

from docgen.adapters.rendering.expected import Expected, Normalised
from docgen.adapters.rendering.patching import NotAsKnown, patch
from docgen.adapters.rendering.rewriting import rewrite
from docgen.domain.errors import RenderFailed


def normalise(raw: bytes, expected: Expected) -> Normalised:
    """Make it; raises RenderFailed for a PDF that is not fit to be frozen.

    The quick way knows one shape only. Whatever differs is judged and written by the slow one.
    """
    try:
        made = patch(raw, expected)
    except NotAsKnown:
        made = rewrite(raw, expected)
    if made.pdf.count(b"startxref") != 1 or not made.pdf.endswith(b"%%EOF\n"):
        raise RenderFailed("the PDF is not one plain revision")
    return made
