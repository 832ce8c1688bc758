"""The contract of PageImages: what a screen gets of a page."""

import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pikepdf
import pytest
from PIL import Image

from docgen.adapters.pages.pdfium import PdfiumPages
from docgen.domain.errors import Busy, DocumentNotFound, UnreadableDocument
from docgen.ports import PageImages
from tests.adapters.pages.drawings import A4, SEAL_BLUE, TEN_METRES, drawing, with_widget
from tests.adapters.sealing.papers import FROZEN

WHITE = (255, 255, 255)
ACROSS = b"q 0.5 0.5 0.5 rg 0 0 14400 20 re f Q"
ENDLESS = b"0 0 m " + b"600 800 l 0 5 l 595 7 l 3 842 l " * 40_000 + b"S"
"""A line that crosses itself too often to be drawn in minutes."""


@pytest.fixture
def pages() -> PageImages:
    """The adapter."""
    return PdfiumPages()


def picture(webp: bytes) -> Image.Image:
    """A WebP, read."""
    read = Image.open(io.BytesIO(webp))
    assert read.format == "WEBP"
    return read.convert("RGB")


def colours(shown: Image.Image) -> set[tuple[int, ...]]:
    """All colours in it."""
    return {colour for _, colour in shown.getcolors(1 << 24) or [] if isinstance(colour, tuple)}


@pytest.mark.parametrize("width", [100, 333, 1000, 2000])
def test_the_picture_is_exactly_so_wide(pages: PageImages, width: int) -> None:
    """Whatever the page measures in points; its height follows from its shape."""
    shown = picture(pages.image(FROZEN, 1, width=width))

    assert shown.width == width
    assert abs(shown.height - width * A4[1] / A4[0]) <= 1


def test_every_page_has_its_own_picture(pages: PageImages) -> None:
    """Pages are counted from 1 to the last."""
    sizes = ((100.0, 100.0), (100.0, 200.0), (100.0, 300.0))
    shown = [picture(pages.image(drawing(*sizes), n, width=100)) for n in (1, 2, 3)]

    assert [s.height for s in shown] == [100, 200, 300]


def test_the_words_of_a_page_are_told_line_by_line(pages: PageImages) -> None:
    """For whoever hears it: the same file, with nothing empty between."""
    lines = pages.text(FROZEN, 1).splitlines()

    assert lines
    assert all(line == line.strip() != "" for line in lines)
    with pytest.raises(DocumentNotFound):
        pages.text(FROZEN, 99)


@pytest.mark.parametrize("page", [-1, 0, 3, 2**40])
def test_a_page_that_is_not_there_is_not_found(pages: PageImages, page: int) -> None:
    """Neither before the first nor beyond the last."""
    with pytest.raises(DocumentNotFound):
        pages.image(FROZEN, page, width=100)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"PK\x03\x04", FROZEN[:40]], ids=["empty", "text", "zip", "stub"]
)
def test_what_is_no_pdf_is_unreadable(pages: PageImages, content: bytes) -> None:
    """And the next document is shown as if nothing had been."""
    with pytest.raises(UnreadableDocument):
        pages.image(content, 1, width=100)
    assert pages.image(FROZEN, 1, width=100)


def test_a_locked_pdf_is_unreadable(pages: PageImages) -> None:
    """Nobody is asked for its password."""
    locked = drawing(encryption=pikepdf.Encryption(owner="owner", user="user"))

    with pytest.raises(UnreadableDocument):
        pages.image(locked, 1, width=100)


def test_paper_is_white(pages: PageImages) -> None:
    """A page without content is white, not transparent."""
    assert colours(picture(pages.image(drawing(), 1, width=200))) == {WHITE}


def test_a_signature_field_is_seen_where_it_is_in_its_colour(pages: PageImages) -> None:
    """A few pixels of blue on a page of black and white stay blue."""
    red, green, blue = (value / 255 for value in SEAL_BLUE)
    appearance = b"%.3f %.3f %.3f rg 0 0 200 100 re f" % (red, green, blue)
    shown = picture(pages.image(with_widget(appearance), 1, width=595))
    inside, outside = shown.getpixel((200, 90)), shown.getpixel((320, 90))

    assert isinstance(inside, tuple)
    assert all(abs(a - b) <= 2 for a, b in zip(inside, SEAL_BLUE, strict=True))
    assert outside == WHITE


def test_letters_in_a_signature_field_have_no_coloured_fringes(pages: PageImages) -> None:
    """They are smoothed in shades of grey, since nobody knows the subpixels of a phone."""
    appearance = b"BT /F 9 Tf 5 50 Td (Seal of the operator, No 1) Tj ET"
    shades = colours(picture(pages.image(with_widget(appearance), 1, width=595)))

    assert len(shades) > 4
    assert max(max(shade) - min(shade) for shade in shades) <= 2


def test_a_turned_page_is_shown_as_it_is_read(pages: PageImages) -> None:
    """The width is the screen's, not the paper's."""
    shown = picture(pages.image(drawing((200, 100), Rotate=90), 1, width=100))

    assert shown.size == (100, 200)


@pytest.mark.parametrize(("width", "most"), [(800, 60), (1280, 120)], ids=["phone", "tablet"])
def test_the_act_is_light_enough_for_a_telephone(pages: PageImages, width: int, most: int) -> None:
    """A page has few colours, its paper still quite white; in KiB, as much as a bad line bears."""
    webp = pages.image(FROZEN, 1, width=width)

    assert len(webp) < most * 1024
    assert len(colours(picture(webp))) <= 16
    assert picture(webp).getpixel((1, 1)) == WHITE


def test_threads_that_draw_at_once_do_not_disturb_one_another() -> None:
    """The same page is the same bytes."""
    pages = PdfiumPages(at_once=4, patience=60)
    files = (FROZEN, drawing(A4, A4, content=ACROSS))
    asked = [(pdf, page) for pdf in files for page in (1, 2)]
    alone = [pages.image(pdf, page, width=100) for pdf, page in asked]

    with ThreadPoolExecutor(4) as pool:
        together = pool.map(lambda each: pages.image(*each, width=100), asked * 5)

    assert list(together) == alone * 5


def test_a_page_of_ten_metres_is_a_picture_like_any_other(pages: PageImages) -> None:
    """Memory follows from the picture, not from the paper."""
    shown = picture(pages.image(drawing((TEN_METRES, TEN_METRES), content=ACROSS), 1, width=500))

    assert shown.size == (500, 500)


@pytest.mark.parametrize("width", [100, 1000, 2000])
def test_a_strip_of_ten_metres_is_refused_at_once(pages: PageImages, width: int) -> None:
    """A page ten metres long and a millimetre wide would be gigabytes of pixels."""
    strip = drawing((3, TEN_METRES))
    began = time.monotonic()

    with pytest.raises(UnreadableDocument):
        pages.image(strip, 1, width=width)

    assert time.monotonic() - began < 2


def test_what_takes_too_long_is_given_up() -> None:
    """By its own processor time; the next document is shown as if nothing had been."""
    pages = PdfiumPages(seconds=1)
    began = time.monotonic()

    with pytest.raises(UnreadableDocument):
        pages.image(drawing(content=ENDLESS), 1, width=2000)

    assert time.monotonic() - began < 10
    assert pages.image(FROZEN, 1, width=100)


def test_what_takes_too_much_memory_is_given_up() -> None:
    """In its own process, not in ours."""
    with pytest.raises(UnreadableDocument):
        PdfiumPages(memory=64 * 1024 * 1024).image(FROZEN, 1, width=2000)


def test_too_many_at_once_are_told_so() -> None:
    """After a little patience, since their threads are needed by others."""
    pages = PdfiumPages(seconds=3, at_once=1, patience=0.1)
    slow = threading.Thread(target=attempted, args=(pages, drawing(content=ENDLESS)))
    slow.start()
    time.sleep(0.5)
    try:
        with pytest.raises(Busy):
            pages.image(FROZEN, 1, width=100)
    finally:
        slow.join()


def attempted(pages: PageImages, pdf: bytes) -> None:
    """Draw, whatever comes of it."""
    with suppress(UnreadableDocument):
        pages.image(pdf, 1, width=2000)
