"""LibreOffice's own PDF is patched quickly; whatever differs is left to the slow way."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import pdfa

from bench.pages import pictures, text
from docgen.adapters.rendering.engine_client import Answer, Engine, Job
from docgen.adapters.rendering.expected import Expected
from docgen.adapters.rendering.fonts import FAMILIES
from docgen.adapters.rendering.patching import NotAsKnown, patch
from docgen.adapters.rendering.rewriting import rewrite
from tests.adapters.rendering.conftest import order
from tests.builders import NOW
from tests.services.rendering import renderer_over

EXPECTED = Expected(
    title="Акт <№ 1> & қосымша",
    identifier="QT-2026-000001",
    made_at=NOW,
    bookmarks=frozenset(("seal", "mark_sms")),
    fonts=FAMILIES,
)


@dataclass
class Listening:
    """An engine that remembers what came from it."""

    engine: Engine
    heard: bytes = b""

    def run(self, job: Job, request_header: Mapping[str, Any], request_body: bytes) -> Answer:
        """As the engine does."""
        answer = self.engine.run(job, request_header, request_body)
        self.heard = answer.body
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)


@pytest.fixture(scope="session")
def raw(engine: Engine, visit_templates: Path) -> bytes:
    """What LibreOffice wrote for `visit` in two languages."""
    listening = Listening(engine)
    renderer_over(listening, visit_templates).render(order("kk+ru"))  # type: ignore[arg-type]
    return listening.heard


def test_it_is_as_the_slow_way_makes_it(raw: bytes) -> None:
    """The same pages to the pixel, the same words, metadata and destinations."""
    quick, slow = patch(raw, EXPECTED), rewrite(raw, EXPECTED)

    assert (quick.pages, pictures(quick.pdf)) == (slow.pages, pictures(slow.pdf))
    assert text(quick.pdf) == text(slow.pdf)
    assert told(quick.pdf) == told(slow.pdf)


def told(pdf: bytes) -> Sequence[object]:
    """What a file says of itself."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        catalog = opened.Root
        return (
            {name: str(value) for name, value in opened.docinfo.items()},
            dict(opened.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False)),
            catalog.OutputIntents[0].DestOutputProfile.read_bytes(),
            sorted(catalog.keys()),
            {name: [str(each) for each in place[1:]] for name, place in catalog.Dests.items()},
            str(catalog.Lang),
        )


def test_it_is_one_plain_revision_of_pdf_a(raw: bytes, tmp_path: Path) -> None:
    """Whole, archivable, without a key that ISO 32000 does not know, and nothing acts."""
    made = patch(raw, EXPECTED).pdf
    file = tmp_path / "made.pdf"
    file.write_bytes(made)

    with pikepdf.open(file) as opened:
        assert opened.check_pdf_syntax() == []
        assert "/DocChecksum" not in opened.trailer
        assert "/OpenAction" not in opened.Root
        assert "/Prev" not in opened.trailer
    assert pdfa.validate_written(file, "3b").findings == []
    assert made.count(b"%%EOF") == made.count(b"startxref") == 1


def test_its_identity_is_its_content(raw: bytes) -> None:
    """The same twice; another title, another identity; nothing of LibreOffice's own."""
    first, again = patch(raw, EXPECTED), patch(raw, EXPECTED)
    other = patch(raw, replace(EXPECTED, title="б"))
    identities = [re.findall(rb"/ID\[(.*)\]", each.pdf)[0] for each in (first, other)]

    assert first == again
    assert identities[0] != identities[1]
    assert not any(identity.split(b"><")[0][1:] in raw for identity in identities)


SAME_LENGTH = {
    "another version": (b"%PDF-1.6", b"%PDF-1.7"),
    "not tagged": (b"/Marked true", b"/Marked null"),
    "no language": (b"/Lang(kk-KZ)\n/MarkInfo", b"/Lame(kk-KZ)\n/MarkInfo"),
    "another intent": (b"/S/GTS_PDFA1", b"/S/GTS_PDFX1"),
    "another conformance": (b"<pdfaid:part>3", b"<pdfaid:part>2"),
    "an action": (b"/StructParents 0\n", b"/AA<</A 1 0 R>>\n"),
    "a script": (b"/StructParents 0\n", b"/A<</JS(alert)>>"),
    "a name that hides": (b"/StructParents 0\n", b"/#4Aava  1    0\n"),
    "a form": (b"/ViewerPreferences<</DisplayDocTitle true\n>>\n", b"/AcroForm<<>>".ljust(43)),
    "a font of others": (b"/BaseFont/BAAAAA+Noto", b"/BaseFont/BAAAAA+Mono"),
    "a font that is elsewhere": (b"/FontFile2", b"/FontFileX"),
    "a wrong length": (b"/N 3/Length ", b"/N 3/Length\t"),
    "an object of another number": (b"\n2 0 obj\n", b"\n3 0 obj\n"),
    "an object without end": (b"\nendobj\n\n", b"\nendobX\n\n"),
    "an object in an object": (b"/DisplayDocTitle true", b"/DisplayDoc 7 0 obj  "),
    "another table": (b" 65535 f \n", b" 65534 f \n"),
    "a checksum of another kind": (b"/DocChecksum", b"/DocChecksam"),
}


@pytest.mark.parametrize("what", sorted(SAME_LENGTH))
def test_what_is_not_as_known_is_left_alone(raw: bytes, what: str) -> None:
    """One word is another: the quick way does not touch it."""
    old, new = SAME_LENGTH[what]
    changed = raw.replace(old, new.ljust(len(old))[: len(old)], 1)
    assert changed != raw
    with pytest.raises(NotAsKnown):
        patch(changed, EXPECTED)


def test_a_lost_bookmark_and_a_second_revision_are_left_alone(raw: bytes) -> None:
    """The slow way tells what is wrong with them."""
    lost = replace(EXPECTED, bookmarks=EXPECTED.bookmarks | {"nowhere"})
    update = b"xref\n0 0\ntrailer\n<</Size 1/Prev 5>>\nstartxref\n7\n%%EOF\n"
    for pdf, expected in ((raw, lost), (raw + update, EXPECTED), (b"nonsense", EXPECTED)):
        with pytest.raises(NotAsKnown):
            patch(pdf, expected)


@given(place=st.integers(0, 1 << 20), byte=st.integers(0, 255))
def test_any_damage_is_left_alone_or_does_no_harm(raw: bytes, place: int, byte: int) -> None:
    """Whatever one byte becomes, there is a file with a whole table, or NotAsKnown."""
    damaged = bytearray(raw)
    damaged[place % len(raw)] = byte
    try:
        made = patch(bytes(damaged), EXPECTED).pdf
    except NotAsKnown:
        return
    table = int(made.rsplit(b"\n", 3)[1])
    assert made.startswith(b"xref\n", table)
    for number, line in enumerate(made[table:].split(b" n \n")[:-1], start=1):
        assert made.startswith(b"%d 0 obj\n" % number, int(line.split()[-2]))
