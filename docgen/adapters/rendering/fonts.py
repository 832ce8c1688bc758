"""The fonts that documents are set in: which they may be, and which files they come from."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from docgen.domain.errors import Misconfigured

FAMILIES: Final = ("NotoSans", "NotoSansSymbols2")
"""Beginnings of PostScript names that a document may show."""
_STYLES: Final = ("Regular", "Bold", "Italic", "BoldItalic")


def files_of(font: Path, symbols: Path) -> tuple[Path, ...]:
    """The files of a family of which one is known, and the one with symbols."""
    family = font.name.rpartition("-")[0]
    faces = (font.with_name(f"{family}-{style}{font.suffix}") for style in _STYLES)
    return (*(face for face in faces if face.exists()), symbols)


def digest_of(files: Sequence[Path]) -> str:
    """Twelve hexadecimal digits that change with any of the files; raises Misconfigured."""
    digest = hashlib.sha256()
    for file in files:
        try:
            digest.update(file.read_bytes())
        except OSError as error:
            raise Misconfigured(f"the font {file} cannot be read") from error
    return digest.hexdigest()[:12]
