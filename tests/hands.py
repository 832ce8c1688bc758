"""Signatures by hand for tests: an invented person's strokes, photos and scans of a paper."""

import base64
import hashlib
import io
import math
from dataclasses import replace
from typing import Any

import pikepdf
from PIL import Image, ImageDraw

from docgen.domain.consent import Witness
from docgen.domain.handwriting import PIXEL, Point, Stroke, Strokes, Tool
from docgen.domain.language import Language
from docgen.texts.phrases import say
from docgen.usecases.sign_by_hand import (
    DrawnSignature,
    HandSignature,
    ScannedPaper,
    ShownConsent,
)

WIDTH, HEIGHT = 800, 300
WITNESS = Witness(name="Бекова Дана", employee_id="E-7", role="техник")


def strokes(**changes: Any) -> Strokes:
    """A name with loops, a dash over it and a flourish below: three strokes in 2.4 seconds."""
    name = _curve(lambda u: (120 + 460 * u, 150 - 70 * math.sin(9 * u) - 25 * math.sin(31 * u)), 90)
    dash = _curve(lambda u: (240 + 200 * u, 60 - 14 * u), 20, begin=1400)
    flourish = _curve(lambda u: (100 + 590 * u, 240 - 30 * math.sin(4 * u)), 60, begin=1800)
    built = Strokes(width=WIDTH, height=HEIGHT, tool=Tool.PEN, strokes=(name, dash, flourish))
    return replace(built, **changes)


def _curve(at: Any, points: int, *, begin: int = 0) -> Stroke:
    made = []
    for number in range(points):
        x, y = at(number / (points - 1))
        made.append(
            Point(x=round(x * PIXEL), y=round(y * PIXEL), t=begin + number * 10, pressure=500)
        )
    return tuple(made)


def image(width: int = WIDTH, height: int = HEIGHT, kind: str = "PNG") -> bytes:
    """A picture with a line on it."""
    made = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(made).line([(10, 10), (width - 10, height - 10)], fill="navy", width=6)
    return _saved(made, kind)


def photo(width: int = 1240, height: int = 1754, kind: str = "JPEG", **more: Any) -> bytes:
    """A paper with lines of text and a signature, photographed."""
    made = Image.new("RGB", (width, height), (238, 236, 230))
    pen = ImageDraw.Draw(made)
    for row in range(120, height - 500, 46):
        pen.line([(110, row), (width - 130, row)], fill=(70, 70, 70), width=5)
    pen.line(
        [(700 + 4 * n, height - 300 - 60 * math.sin(n / 9)) for n in range(100)],
        fill="navy",
        width=7,
    )
    return _saved(made, kind, **more)


def scan(pages: int = 2) -> bytes:
    """A PDF as a scanner makes it: a picture on each page."""
    made = [Image.open(io.BytesIO(photo())) for _ in range(pages)]
    out = io.BytesIO()
    made[0].save(out, "PDF", save_all=True, append_images=made[1:], resolution=150)
    return out.getvalue()


def spoilt_scan(change: Any, **saving: Any) -> bytes:
    """The same PDF after a change to it."""
    with pikepdf.open(io.BytesIO(scan(1))) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out, **saving)
        return out.getvalue()


def _saved(made: Image.Image, kind: str, **more: Any) -> bytes:
    out = io.BytesIO()
    made.save(out, kind, **more)
    return out.getvalue()


def shown(language: Language = Language.KK) -> ShownConsent:
    """The sentence of today."""
    text = say("consent.by_hand.text", language)
    return ShownConsent(
        language=language,
        version=say("consent.by_hand.version", language),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def drawn(**changes: Any) -> HandSignature:
    """Drawn on the technician's tablet."""
    by = DrawnSignature(strokes=strokes(), image=image())
    built = HandSignature(by=by, witness=WITNESS, consent=shown(), device="tablet-3")
    return replace(built, **changes)


def scanned(content: bytes | None = None, **changes: Any) -> HandSignature:
    """Signed on paper."""
    by = ScannedPaper(content=content or scan())
    return replace(HandSignature(by=by, witness=WITNESS, consent=shown()), **changes)


def about(language: Language = Language.KK) -> dict[str, Any]:
    """What goes along with a file, as JSON."""
    consent = shown(language)
    return {
        "consent": {
            "language": consent.language.value,
            "version": consent.version,
            "sha256": consent.sha256,
        },
        "witness": {
            "name": WITNESS.name,
            "employee_id": WITNESS.employee_id,
            "role": WITNESS.role,
        },
        "device": "tablet-3",
    }


def body(given: Strokes | None = None, **changes: Any) -> dict[str, Any]:
    """Strokes as a page sends them."""
    made = given or strokes()
    return {
        **about(),
        "canvas": {"width": made.width, "height": made.height},
        "tool": made.tool.value,
        "strokes": [
            [{"x": p.x / PIXEL, "y": p.y / PIXEL, "t": p.t + 1000, "pressure": 0.5} for p in stroke]
            for stroke in made.strokes
        ],
        "image": base64.b64encode(image()).decode(),
    } | changes
