"""A later revision that two readers could read differently is no honest one."""

import io
import re
from collections.abc import Callable

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader

from docgen.adapters.sealing.key import is_for_documents
from docgen.adapters.sealing.later import _is_invisible
from docgen.adapters.sealing.revision import FrozenPdfWriter
from docgen.domain.verdict import Verdict
from docgen.ports import Verifier

_HIDDEN = b"9000 0 obj\n<< /Type /Page >>\nendobj\n"


def _with_store_written_again(pdf: bytes) -> bytes:
    """One more revision that holds the validation store as it was."""
    writer = FrozenPdfWriter(io.BytesIO(pdf))
    writer.mark_update(writer.root.raw_get("/DSS").reference)
    content = io.BytesIO()
    writer.write(content)  # type: ignore[no-untyped-call]
    return content.getvalue()


def _at_table(pdf: bytes, inserted: bytes) -> bytes:
    """Bytes put before the last table, which is pointed at anew."""
    at = int(re.findall(rb"startxref\n(\d+)\n", pdf)[-1])
    moved = pdf[:at] + inserted + pdf[at:]
    head, _, tail = moved.rpartition(b"startxref\n%d\n" % at)
    return head + b"startxref\n%d\n" % (at + len(inserted)) + tail


def _last(pdf: bytes, old: bytes, new: bytes) -> bytes:
    head, found, tail = pdf.rpartition(old)
    assert found
    return head + new + tail


MANGLED: list[Callable[[bytes], bytes]] = [
    lambda pdf: _at_table(pdf, _HIDDEN),
    lambda pdf: _last(pdf, b"trailer", _HIDDEN + b"trailer"),
    lambda pdf: _last(pdf, b"startxref", _HIDDEN + b"startxref"),
    lambda pdf: _last(pdf, b"startxref\n", b"startxref\x0b"),
    lambda pdf: _last(pdf, b"startxref\n", b"startxref" + b"\n" * 3000),
    lambda pdf: _last(pdf, b"%%EOF", b"\n" * 3000 + b"%%EOF"),
    lambda pdf: re.sub(rb"/Size \d+(?=[^/]*/?[^%]*%%EOF\n\Z)", b"/Size 99999999", pdf),
    lambda pdf: _last(pdf, b"/Root ", b"/Extra true\n/Root "),
    lambda pdf: _last(pdf, b"trailer", b"trailer\n<< /Root 9000 0 R >>\ntrailer"),
]


def test_an_honest_update_of_the_validation_store_is_allowed(
    sealed: bytes, verifier: Verifier
) -> None:
    """What an archive may add does not make the file a changed one."""
    assert verifier.verify(_with_store_written_again(sealed)).verdict is Verdict.VALID


@pytest.mark.parametrize("mangle", MANGLED, ids=[str(n) for n in range(len(MANGLED))])
def test_an_update_that_viewers_would_mend_is_a_change(
    sealed: bytes, verifier: Verifier, mangle: Callable[[bytes], bytes]
) -> None:
    """Unlisted objects and odd ends, after which a viewer rebuilds the table as it sees fit."""
    honest = _with_store_written_again(sealed)
    mangled = mangle(honest)

    assert mangled != honest
    assert verifier.verify(mangled).verdict is Verdict.CHANGED_AFTER_ISSUE


def _field(box: list[object], **more: str) -> generic.DictionaryObject:
    numbers = [generic.NumberObject(n) if isinstance(n, int) else n for n in box]
    entries = {pdf_name("/Rect"): generic.ArrayObject(numbers)}
    return generic.DictionaryObject(
        entries | {pdf_name(f"/{k}"): pdf_name(v) for k, v in more.items()}
    )


def test_a_later_field_may_show_nothing() -> None:
    """An area of plain zero and no appearance; an area behind a reference is not plain."""
    behind = generic.IndirectObject(5, 0, None)

    assert _is_invisible(_field([0, 0, 0, 0]))
    assert not _is_invisible(_field([0, 0, 595, 842]))
    assert not _is_invisible(_field([0, 0, 595, behind]))
    assert not _is_invisible(_field([0, 0, 0, 0], AP="/N"))


def test_keys_of_authorities_are_not_for_documents(sealed: bytes) -> None:
    """A time-stamp key or an issuer under the same root cannot seal; the seal's own can."""
    signature = PdfFileReader(io.BytesIO(sealed)).embedded_signatures[0]
    (stamp,) = signature.signer_info["unsigned_attrs"]
    token = stamp["values"][0]["content"]

    assert is_for_documents(signature.signer_cert)
    assert not any(is_for_documents(choice.chosen) for choice in token["certificates"])
