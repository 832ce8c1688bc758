"""What the seal looks like, as numbers: nothing stretched, clipped or missing."""

import io
from itertools import pairwise
from pathlib import Path

import pytest
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from pyhanko.pdf_utils.writer import PdfFileWriter

from docgen.adapters.sealing.appearance import SEAL_HEIGHT, SEAL_WIDTH, SealPicture
from docgen.adapters.sealing.typeface import NOTO_SANS, NOTO_SANS_BOLD, Typeface
from docgen.domain.errors import Misconfigured, SealRefused
from tests.adapters.sealing.papers import CAPTION

_KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
_LONG = ("Өте ұзын жол " * 12).strip()


@pytest.fixture(scope="module")
def face() -> Typeface:
    """Noto Sans, as it is embedded."""
    return Typeface.load(NOTO_SANS)


def test_kazakh_letters_and_signs_are_there(face: Typeface) -> None:
    """Every Kazakh and Russian letter, the tenge and the number sign can be drawn."""
    russian = "".join(map(chr, range(0x410, 0x450))) + "Ёё"
    needed = _KAZAKH + russian + "₸№«»–—…0123456789 ABCxyz/()+*"
    assert face.drawable(needed) == needed


def test_unknown_letters_become_question_marks(face: Typeface) -> None:
    """A letter the font lacks is shown as one unknown letter, never as nothing."""
    assert face.drawable("李 Әлия 🙂") == "? Әлия ?"


def test_widths_are_those_of_the_font_program(face: Typeface) -> None:
    """A width in the file is the glyph's own advance in 1/1000 em, letter by letter."""
    original = TTFont(NOTO_SANS)
    scale = 1000 / original["head"].unitsPerEm
    cmap, advances = original.getBestCmap(), original["hmtx"].metrics
    for letter in _KAZAKH + "ШщЖж.1W":
        assert face.width(letter) * 1000 == pytest.approx(advances[cmap[ord(letter)]][0] * scale)


def test_font_of_other_units_has_the_same_widths(face: Typeface, tmp_path: Path) -> None:
    """Fonts of 2048 units per em are not stretched by a factor of 2.048."""
    font = TTFont(NOTO_SANS)
    cutter = subset.Subsetter()
    cutter.populate(text="Қолтаңба")
    cutter.subset(font)
    scale_upem(font, 2048)
    path = tmp_path / "scaled.ttf"
    font.save(path)
    assert Typeface.load(path).width("Қолтаңба") == pytest.approx(face.width("Қолтаңба"), abs=0.01)


def test_embedded_font_is_small(face: Typeface) -> None:
    """A font is cut to the letters that names and sentences need."""
    writer = PdfFileWriter()
    face.embed(writer)
    out = io.BytesIO()
    writer.write(out)
    assert len(out.getvalue()) < 32 * 1024


def test_file_that_is_no_font_is_a_mistake_of_settings(tmp_path: Path) -> None:
    """A missing or broken font is told at the start, not at the first seal."""
    with pytest.raises(Misconfigured, match="no usable TrueType font"):
        Typeface.load(tmp_path / "none.ttf")


@pytest.mark.parametrize("caption", [CAPTION, ("Мөр",), (_LONG,), (*CAPTION, _LONG, _LONG)])
def test_every_line_fits_the_box(picture: SealPicture, caption: tuple[str, ...]) -> None:
    """No line is wider than the box, and all lines together are not higher."""
    size, lines = picture.fit(caption)
    assert all(line.face.width(line.text) * size < SEAL_WIDTH for line in lines)
    assert len(lines) * size < SEAL_HEIGHT
    assert " ".join(line.text for line in lines) == " ".join(caption)


def test_first_line_is_bold_and_the_others_are_not(picture: SealPicture) -> None:
    """The first line says what the rest explains."""
    _, lines = picture.fit(CAPTION)
    assert [line.text for line in lines] == list(CAPTION)
    assert [line.face.name.endswith("Bold") for line in lines] == [True, *[False] * 4]


def test_more_text_is_set_smaller(picture: SealPicture) -> None:
    """The caption is as large as it can be."""
    sizes = [picture.fit((*CAPTION, *[_LONG] * more))[0] for more in range(3)]
    assert all(larger > smaller for larger, smaller in pairwise(sizes))


def test_caption_that_cannot_be_read_is_refused(picture: SealPicture) -> None:
    """Rather no seal than one whose text is clipped or a grey line."""
    with pytest.raises(SealRefused, match="caption"):
        picture.fit((_LONG,) * 40)


def test_bold_face_is_another_program() -> None:
    """The bold line is set in the bold font, not a thickened one."""
    assert Typeface.load(NOTO_SANS_BOLD).name.endswith("NotoSans-Bold")
