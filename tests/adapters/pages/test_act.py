"""The act before and after its seal, as a subscriber sees it on a telephone."""

import io
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from docgen.adapters.authority.certificates import KeyKind
from docgen.adapters.authority.demo import DemoAuthority
from docgen.adapters.clock import SystemClock
from docgen.adapters.pages.pdfium import PdfiumPages
from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.key import SealKey
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.typeface import NOTO_SANS, NOTO_SANS_BOLD, Typeface
from tests.adapters.sealing.papers import FROZEN, order

WIDTH = 1000
BLUE = 60
"""How much bluer than red the seal is."""


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The act with its visible seal."""
    directory = tmp_path_factory.mktemp("authority")
    with DemoAuthority.open(directory, clock=SystemClock(), kind=KeyKind.P_256) as demo:
        sealer = PadesSealer(
            SealKey.load(demo.seal_p12, demo.passphrase, allow_demo=True),
            roots=TrustRoots.load([demo.trust_root]),
            clock=SystemClock(),
            picture=SealPicture(
                regular=Typeface.load(NOTO_SANS), bold=Typeface.load(NOTO_SANS_BOLD)
            ),
            tsa_url=None,
        )
        return sealer.seal(order()).pdf


def shown(pdf: bytes, page: int) -> Image.Image:
    """The page as we show it."""
    webp = PdfiumPages().image(pdf, page, width=WIDTH)
    return Image.open(io.BytesIO(webp)).convert("RGB")


def drawn_by_poppler(pdf: bytes, page: int, folder: Path) -> Image.Image:
    """The page as another program draws it."""
    (folder / "act.pdf").write_bytes(pdf)
    size = ["-scale-to-x", str(WIDTH), "-scale-to-y", "-1"]
    pick = ["-png", "-singlefile", "-f", str(page), "-l", str(page)]
    subprocess.run(["pdftoppm", *pick, *size, "act.pdf", "act"], cwd=folder, check=True)
    return Image.open(folder / "act.png").convert("RGB")


def ink(picture: Image.Image) -> Image.Image:
    """How dark it is where, without the fine differences of two programs' smoothing."""
    return picture.convert("L").filter(ImageFilter.BoxBlur(4))


def farthest(one: Image.Image, other: Image.Image) -> int:
    """The greatest difference in darkness of any two places, of 255."""
    size = (min(one.width, other.width), min(one.height, other.height))
    difference = ImageChops.difference(ink(one.crop((0, 0, *size))), ink(other.crop((0, 0, *size))))
    return int(difference.getextrema()[1])  # type: ignore[arg-type]


def blue(picture: Image.Image) -> Image.Image:
    """Where it is clearly blue."""
    red, _, hue = picture.split()
    return ImageChops.subtract(hue, red).point(lambda much: 255 if much > BLUE else 0)


@pytest.mark.parametrize("page", [1, 2, 3])
def test_we_show_every_letter_that_another_program_shows(
    sealed: bytes, page: int, tmp_path: Path
) -> None:
    """A missing letter, line or seal would be a dark place in one picture only."""
    assert farthest(shown(sealed, page), drawn_by_poppler(sealed, page, tmp_path)) < 60


def test_a_missing_seal_would_be_noticed(sealed: bytes, tmp_path: Path) -> None:
    """The comparison above is sharp enough to miss one word."""
    assert farthest(shown(FROZEN, 1), drawn_by_poppler(sealed, 1, tmp_path)) > 90


def test_the_seal_is_blue_and_only_on_the_sealed_act(sealed: bytes) -> None:
    """Its frame and its first line are seen on the page that the subscriber opens."""
    seal = ImageChops.subtract(blue(shown(sealed, 1)), blue(shown(FROZEN, 1)))

    left, top, right, bottom = seal.getbbox() or (0, 0, 0, 0)
    assert right - left > 300
    assert bottom - top > 80
    assert ImageStat.Stat(seal).sum[0] > 1000 * 255


def test_nothing_but_the_signature_block_changes(sealed: bytes) -> None:
    """The pages around the seal are the frozen ones, pixel by pixel."""
    one, other = shown(FROZEN, 1), shown(sealed, 1)
    box = ImageChops.difference(one, other).point(lambda much: 255 if much > BLUE else 0).getbbox()

    assert box is not None
    assert (box[2] - box[0]) * (box[3] - box[1]) < one.width * one.height / 6
