"""The picture of a QR code is what the library would draw."""

import io

import pytest
import segno
from PIL import Image

from docgen.adapters.rendering.qr_png import png_of


def pixels(png: bytes) -> tuple[tuple[int, int], bytes]:
    """Size, and the shade of each."""
    with Image.open(io.BytesIO(png)) as picture:
        return picture.size, picture.convert("L").tobytes()


@pytest.mark.parametrize("text", ["1", "https://verify.example/" + "a" * 22, "ө" * 200])
@pytest.mark.parametrize(("scale", "border"), [(10, 4), (1, 4), (3, 0)])
def test_it_is_drawn_as_by_segno(text: str, scale: int, border: int) -> None:
    """Symbols of any size, lines that fill their last byte or do not."""
    symbol = segno.make(text, error="m", micro=False)
    drawn = io.BytesIO()
    symbol.save(drawn, kind="png", scale=scale, border=border)
    assert pixels(png_of(symbol.matrix, border=border, scale=scale)) == pixels(drawn.getvalue())
