"""Small PDFs made by hand, each to show one thing."""

import io
from collections.abc import Mapping
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

A4 = (595.28, 841.89)
TEN_METRES = 28346

SEAL_BLUE = (26, 58, 124)


def drawing(
    *sizes: tuple[float, float], content: bytes = b"", encryption: Any = None, **more: Any
) -> bytes:
    """Pages of these sizes in points, all with that content; further entries go to each page."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for width, height in sizes or (A4,):
            page = pdf.add_blank_page(page_size=(min(width, 14400), min(height, 14400)))
            page.obj.MediaBox = Array([0, 0, width, height])
            page.obj.Contents = pdf.make_stream(content)
            page.obj.Resources = Dictionary(Font=Dictionary(F=_font(pdf)))
            for name, value in more.items():
                page.obj[f"/{name}"] = value
        pdf.save(out, encryption=encryption)
    return out.getvalue()


def with_widget(appearance: bytes) -> bytes:
    """One A4 page with a signature field of that appearance, 200 by 100 points at (100, 700)."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=A4)
        form = _stream(
            pdf,
            appearance,
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([0, 0, 200, 100]),
            Resources=Dictionary(Font=Dictionary(F=_font(pdf))),
        )
        widget = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Sig,
                T=pikepdf.String("Seal"),
                F=4,
                Rect=Array([100, 700, 300, 800]),
                AP=Dictionary(N=form),
                P=page.obj,
            )
        )
        page.obj.Annots = Array([widget])
        pdf.Root.AcroForm = Dictionary(Fields=Array([widget]), SigFlags=3)
        pdf.save(out)
    return out.getvalue()


def _font(pdf: pikepdf.Pdf) -> pikepdf.Object:
    entries: Mapping[str, Any] = {"BaseFont": Name.Helvetica, "Subtype": Name.Type1}
    return pdf.make_indirect(Dictionary(Type=Name.Font, **entries))


def _stream(pdf: pikepdf.Pdf, content: bytes, **entries: Any) -> pikepdf.Stream:
    return pikepdf.Stream(pdf, content, **entries)
