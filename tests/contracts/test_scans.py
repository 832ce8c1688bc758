"""Papers of strangers made anew: only what can be seen of them, within bounds."""

import io
import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed

import pikepdf
import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from docgen.adapters.scans.remade import RemadeScans
from docgen.domain.errors import Busy, ValuesRejected
from tests import hands


@pytest.fixture(scope="module")
def scans() -> RemadeScans:
    """With patience, as other tests run beside it."""
    return RemadeScans(seconds=60, patience=60.0)


def _code(read: Callable[[bytes], object], content: bytes) -> str:
    with pytest.raises(ValuesRejected) as refused:
        read(content)
    (found,) = refused.value.errors
    return found.code


def _bomb() -> bytes:
    """A few bytes that say they are 50 000 pixels wide and high."""
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )  # fmt: skip

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999))


def test_a_picture_keeps_its_pixels_and_nothing_else(scans: RemadeScans) -> None:
    """A text hidden in the file is gone, and the ink is where it was."""
    hidden = io.BytesIO()
    info = PngInfo()
    info.add_text("Author", "900101300007")
    given = Image.open(io.BytesIO(hands.image()))
    given.save(hidden, "PNG", pnginfo=info)

    made = scans.picture(hidden.getvalue())

    assert (made.width, made.height) == (hands.WIDTH, hands.HEIGHT)
    assert b"900101300007" in hidden.getvalue()
    assert b"900101300007" not in made.content
    assert Image.open(io.BytesIO(made.content)).tobytes() == given.tobytes()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "picture_unreadable", id="empty"),
        pytest.param(b"not a picture", "picture_unreadable", id="text"),
        pytest.param(hands.image(kind="JPEG"), "picture_unreadable", id="JPEG"),
        pytest.param(hands.image()[:200], "picture_unreadable", id="cut"),
        pytest.param(_bomb(), "picture_too_large", id="bomb"),
    ],
)
def test_what_is_no_picture_is_refused(scans: RemadeScans, content: bytes, code: str) -> None:
    """By its own name, and soon."""
    assert _code(scans.picture, content) == code


def test_an_empty_picture_is_refused(scans: RemadeScans) -> None:
    """A canvas on which nobody drew."""
    blank = io.BytesIO()
    Image.new("RGBA", (800, 300), (0, 0, 0, 0)).save(blank, "PNG")

    assert _code(scans.picture, blank.getvalue()) == "picture_empty"


def _sheet(
    shade: int = 128, *, dot: int | None = None, size: tuple[int, int] = (900, 1200)
) -> Image.Image:
    """An even sheet, with a stroke of that shade where somebody wrote."""
    made = Image.new("RGB", size, (shade, shade, shade))
    if dot is not None:
        ImageDraw.Draw(made).line([(200, 900), (420, 960)], fill=(dot, dot, dot), width=5)
    return made


def _photo_of(sheet: Image.Image, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    sheet.save(out, kind)
    return out.getvalue()


def _pdf_of(*sheets: Image.Image) -> bytes:
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], resolution=150)
    return out.getvalue()


def _drawing_nothing(pages: int) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page(page_size=(595, 842))
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_photo_of(_sheet()), id="grey photo"),
        pytest.param(_photo_of(_sheet(255), "PNG"), id="white picture"),
        pytest.param(_photo_of(_sheet(230, dot=236)), id="what nobody sees"),
        pytest.param(_photo_of(Image.new("RGBA", (900, 1200), (0, 0, 0, 0)), "PNG"), id="unseen"),
        pytest.param(_drawing_nothing(1), id="empty page"),
        pytest.param(_drawing_nothing(3), id="empty pages"),
        pytest.param(_pdf_of(_sheet(), _sheet(250)), id="pictures of nothing"),
    ],
)
def test_a_blank_paper_is_refused(scans: RemadeScans, content: bytes) -> None:
    """Nobody has signed what shows nothing."""
    assert _code(scans.scan, content) == "scan_empty"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_photo_of(_sheet(235, dot=195)), id="pencil"),
        pytest.param(_pdf_of(_sheet(250), _sheet(250, dot=40), _sheet(250)), id="blank backs"),
        pytest.param(
            _photo_of(Image.effect_noise((900, 1200), 9)), id="an empty sheet, as a camera sees it"
        ),
    ],
)
def test_what_shows_anything_is_not_blank(scans: RemadeScans, content: bytes) -> None:
    """A faint stroke is one; backs of papers may be empty; no photo is judged by its noise."""
    assert scans.scan(content).pages >= 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_photo_of(_sheet(dot=0, size=(480, 60_000)), "JPEG"), id="photo"),
        pytest.param(_pdf_of(_sheet(dot=0, size=(300, 1900))), id="page"),
    ],
)
def test_what_has_no_shape_of_a_paper_is_refused(scans: RemadeScans, content: bytes) -> None:
    """On a page of the protocol nobody could read it."""
    assert _code(scans.scan, content) == "scan_too_long"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_becomes_an_upright_jpeg_without_its_story(scans: RemadeScans, kind: str) -> None:
    """Turned as the camera says; the place where it was taken is gone."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "at home"
    made = scans.scan(hands.photo(1800, 1000, kind=kind, exif=exif))

    with Image.open(io.BytesIO(made.content)) as seen:
        assert (seen.format, seen.size) == ("JPEG", (1000, 1800))
        assert dict(seen.getexif()) == {}
    assert (made.media_type, made.pages) == ("image/jpeg", 1)
    assert made.uploaded_type == f"image/{kind.lower()}"


def test_a_scan_becomes_a_pdf_of_pictures(scans: RemadeScans) -> None:
    """Every page, and nothing that is not drawn."""
    made = scans.scan(hands.scan(2))

    with pikepdf.open(io.BytesIO(made.content)) as pdf:
        assert len(pdf.pages) == made.pages == 2
        assert all(set(page.resources.keys()) <= {"/ProcSet", "/XObject"} for page in pdf.pages)
    assert (made.media_type, made.uploaded_type) == ("application/pdf", "application/pdf")


def _scripted(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def _on_a_page(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].AA = pikepdf.Dictionary(
        O=pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("x"))
    )


def _with_a_file(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["x.txt"] = b"x"


def _many_pages(pdf: pikepdf.Pdf) -> None:
    for _ in range(10):
        pdf.pages.append(pdf.pages[0])


def _no_pages(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[0]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "scan_unknown_kind", id="empty"),
        pytest.param(b"PK\x03\x04 a Word file", "scan_unknown_kind", id="other kind"),
        pytest.param(b"GIF89a", "scan_unknown_kind", id="GIF"),
        pytest.param(b"%PDF-1.7 nothing", "scan_unreadable", id="no PDF"),
        pytest.param(b"\xff\xd8\xff nothing", "scan_unreadable", id="no JPEG"),
        pytest.param(_bomb(), "picture_too_large", id="bomb"),
        pytest.param(hands.photo(400, 900), "scan_too_small", id="small"),
        pytest.param(hands.spoilt_scan(_scripted), "scan_active", id="script"),
        pytest.param(hands.spoilt_scan(_on_a_page), "scan_active", id="launch"),
        pytest.param(hands.spoilt_scan(_with_a_file), "scan_active", id="attachment"),
        pytest.param(hands.spoilt_scan(_many_pages), "scan_pages", id="many pages"),
        pytest.param(hands.spoilt_scan(_no_pages), "scan_pages", id="no pages"),
        pytest.param(
            hands.spoilt_scan(lambda _: None, encryption=pikepdf.Encryption(owner="o", user="u")),
            "scan_encrypted",
            id="password",
        ),
        pytest.param(
            hands.spoilt_scan(lambda _: None, encryption=pikepdf.Encryption(owner="o", user="")),
            "scan_encrypted",
            id="encrypted",
        ),
    ],
)
def test_what_is_no_scan_is_refused(scans: RemadeScans, content: bytes, code: str) -> None:
    """Each by its own name."""
    assert _code(scans.scan, content) == code


def _endless() -> bytes:
    """A page of few bytes that draws one large picture again and again."""
    side, out = 5000, io.BytesIO()
    with pikepdf.new() as pdf:
        drawn = pdf.make_stream(
            zlib.compress(b"\0" * side * side),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=side,
            Height=side,
            ColorSpace=pikepdf.Name.DeviceGray,
            BitsPerComponent=8,
            Filter=pikepdf.Name.FlateDecode,
        )
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=drawn))
        page.Contents = pdf.make_stream(b"q 595 0 0 842 0 0 cm /I Do Q " * 20_000)
        pdf.save(out)
    return out.getvalue()


def test_scans_that_take_long_hold_up_no_drawn_picture() -> None:
    """Whoever signs on the tablet does not wait for the papers of others."""
    scans = RemadeScans(seconds=8, picture_seconds=60, at_once=1, patience=0.2)
    with ThreadPoolExecutor(2) as pool:
        two = [pool.submit(scans.scan, _endless()) for _ in range(2)]
        refused = next(as_completed(two))
        (long,) = set(two) - {refused}
        assert isinstance(refused.exception(), Busy)

        made = scans.picture(hands.image())

        assert not long.done()
        assert (made.width, made.height) == (hands.WIDTH, hands.HEIGHT)
        assert isinstance(long.exception(), ValuesRejected)


def test_what_takes_too_long_is_given_up() -> None:
    """By the limit of the process, and we live on."""
    assert _code(RemadeScans(seconds=1, memory=64 * 1024 * 1024).scan, hands.scan(1)) == (
        "scan_unreadable"
    )
