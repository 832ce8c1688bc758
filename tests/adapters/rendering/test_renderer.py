"""The contract of the Renderer port, with real documents."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pikepdf import pdfa
from pypdf import PdfReader

from docgen.adapters.rendering.engine_client import Engine
from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.domain.errors import RenderFailed, TemplateRejected
from docgen.domain.language import Language
from docgen.domain.rendering import Rendered, RenderOrder
from docgen.ports import Renderer
from tests.adapters.rendering import word
from tests.adapters.rendering.conftest import bare, order, shelve
from tests.builders import NOW
from tests.services.rendering import Over, renderer_over

WAYS = ["kk", "ru", "kk+ru"]
Make = Callable[[str], Rendered]


def pages(pdf: bytes) -> list[str]:
    """The text of each page."""
    document = pypdfium2.PdfDocument(pdf)
    texts = []
    for page in document:
        text = page.get_textpage()
        texts.append(text.get_text_bounded())
        text.close()
        page.close()
    document.close()
    return texts


def single(directory: Path, over: Over, docx: bytes, **values: object) -> str:
    """The text of a Kazakh document made of one template."""
    shelve(directory, "one", kk=docx)
    renderer = over(directory)
    contexts = {Language.KK: values}
    made = renderer.render(bare("one", contexts=contexts))
    return "\n".join(pages(made.pdf))


def test_it_is_a_renderer(renderer: LibreOfficeRenderer) -> None:
    """It fulfils the port."""
    port: Renderer = renderer
    assert port.render(order("kk")).pages == 1


@pytest.mark.parametrize("languages", WAYS)
def test_it_is_pdf_a_3b(
    rendered: Make, languages: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An independent checker approves every document as PDF/A-3b (ISO 19005-3)."""
    caplog.set_level("ERROR")
    path = tmp_path / "a.pdf"
    path.write_bytes(rendered(languages).pdf)
    assert pdfa.validate_written(path, "3b").findings == []


@pytest.mark.parametrize("languages", WAYS)
def test_it_is_one_plain_revision(rendered: Make, languages: str) -> None:
    """One end-of-file mark, no object streams, and no key of LibreOffice's own."""
    pdf = rendered(languages).pdf
    assert pdf.count(b"%%EOF") == 1
    assert pdf.endswith(b"%%EOF\n")
    assert b"/ObjStm" not in pdf
    assert b"/DocChecksum" not in pdf


@pytest.mark.parametrize(("languages", "count"), [("kk", 1), ("ru", 1), ("kk+ru", 2)])
def test_pages_are_counted_through(rendered: Make, languages: str, count: int) -> None:
    """Page numbers run on through both halves, and the total counts all pages."""
    made = rendered(languages)
    assert made.pages == count
    assert [f" {n} / {count}" in text for n, text in enumerate(pages(made.pdf), 1)] == [
        True
    ] * count


def test_each_half_sees_its_own_values(rendered: Make) -> None:
    """Kazakh comes first with Kazakh values, Russian follows with Russian ones."""
    first, second = pages(rendered("kk+ru").pdf)
    assert "Қабылдау актісі" in first
    assert "қазақша ескертпе" in first
    assert "русское примечание" not in first
    assert "Акт приёмки" in second
    assert "русское примечание" in second
    assert "№ QT-1" in first
    assert "№ QT-1" in second


@pytest.mark.parametrize("languages", WAYS)
def test_kazakh_letters_and_the_tenge_survive(rendered: Make, languages: str) -> None:
    """Two independent readers find every Kazakh letter and ₸ as text."""
    pdf = rendered(languages).pdf
    assert word.KAZAKH in pages(pdf)[0]
    assert word.KAZAKH in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


@pytest.mark.parametrize(
    ("languages", "names"),
    [
        ("ru", {"seal", "mark_sms"}),
        ("kk+ru", {"seal", "mark_sms", "seal_2", "mark_sms_2"}),
    ],
)
def test_bookmarks_become_destinations(rendered: Make, languages: str, names: set[str]) -> None:
    """Named destinations bear the bookmarks' names, the second half's with `_2`."""
    found = PdfReader(io.BytesIO(rendered(languages).pdf)).named_destinations
    assert {name.removeprefix("/") for name in found} == names


def test_the_second_seal_is_in_the_second_half(rendered: Make) -> None:
    """`seal` leads to the first page and `seal_2` to the second."""
    reader = PdfReader(io.BytesIO(rendered("kk+ru").pdf))
    where = {
        name: reader.get_destination_page_number(target)
        for name, target in reader.named_destinations.items()
    }
    assert (where["/seal"], where["/seal_2"]) == (0, 1)


@pytest.mark.parametrize(
    ("languages", "tag"), [("kk", "kk-KZ"), ("ru", "ru-RU"), ("kk+ru", "kk-KZ")]
)
def test_it_says_its_language(rendered: Make, languages: str, tag: str) -> None:
    """The document declares its first language, and a second half marks its own."""
    with pikepdf.open(io.BytesIO(rendered(languages).pdf)) as pdf:
        assert str(pdf.Root["/Lang"]) == tag
        marked = {
            str(o["/Lang"])
            for o in pdf.objects
            if isinstance(o, pikepdf.Dictionary) and "/Lang" in o
        }
    assert ("ru-RU" in marked) == ("ru" in languages)


def test_it_says_which_document_it_is(rendered: Make) -> None:
    """Title and identifier stand in XMP as given, the title in /Info too, and no author."""
    with pikepdf.open(io.BytesIO(rendered("kk").pdf)) as pdf:
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "Акт <№ 1> & қосымша"
            assert metadata["dc:identifier"] == "QT-2026-000001"
            assert "dc:creator" not in metadata
        assert str(pdf.docinfo["/Title"]) == "Акт <№ 1> & қосымша"
        assert "/Author" not in pdf.docinfo


def test_the_qr_code_takes_the_place_of_its_picture(rendered: Make) -> None:
    """The header's picture is sharp, black and white only, and the same in both halves."""
    reader = PdfReader(io.BytesIO(rendered("kk+ru").pdf))
    first, second = (page.images[0].image for page in reader.pages)
    assert first is not None
    assert second is not None
    assert first.size[0] >= 17 / 25.4 * 600
    assert first.convert("RGB").getcolors(3) == second.convert("RGB").getcolors(3)
    assert {colour for _, colour in first.convert("RGB").getcolors(3) or []} == {
        (0, 0, 0), (255, 255, 255),
    }  # fmt: skip


def test_values_are_shown_exactly(renderer: LibreOfficeRenderer) -> None:
    """Markup in a value is shown as the text it is."""
    name = "ТОО <Ромашка> & \"Ко\" 'x' {{ 7*7 }}"
    made = renderer.render(order("kk", subscriber={"name": name}))
    assert f"Абонент: {name}" in pages(made.pdf)[0]


def test_a_missing_value_fails_by_name(renderer: LibreOfficeRenderer) -> None:
    """Nothing is printed with a hole in it."""
    with pytest.raises(RenderFailed, match="ru visit: 'name' is undefined"):
        renderer.render(
            RenderOrder(
                template="visit",
                contexts={
                    Language.KK: word.values(),
                    Language.RU: word.values(subscriber={"surname": "Иванов"}),
                },
                title="t",
                identifier="i",
                made_at=NOW,
            )
        )


def test_a_glyph_of_another_font_fails_by_that_font(
    renderer: LibreOfficeRenderer,
) -> None:
    """A letter that Noto Sans lacks does not slip in from another family."""
    with pytest.raises(RenderFailed, match=r"the font .* is not one of NotoSans"):
        renderer.render(order("kk", subscriber={"name": "☒"}))


def test_the_templates_are_identified(rendered: Make, visit_templates: Path) -> None:
    """The hash covers the files that were used, in the order of languages."""
    digests = [
        hashlib.sha256((visit_templates / f"templates_{code}/visit.docx").read_bytes()).digest()
        for code in ("kk", "ru")
    ]
    assert rendered("kk+ru").template_sha256 == hashlib.sha256(b"".join(digests)).hexdigest()
    assert rendered("kk").template_sha256 == hashlib.sha256(digests[0]).hexdigest()


def test_a_changed_template_is_noticed(tmp_path: Path, over: Over) -> None:
    """The next document is made from the file as it is now, and it is checked again."""
    shelve(tmp_path, "one", kk=word.template("before"))
    renderer = over(tmp_path)
    wanted = RenderOrder(
        template="one", contexts={Language.KK: {}}, title="t", identifier="i", made_at=NOW
    )
    first = renderer.render(wanted)
    shelve(tmp_path, "one", kk=word.template("afterwards"))
    second = renderer.render(wanted)
    assert "before" in pages(first.pdf)[0]
    assert "afterwards" in pages(second.pdf)[0]
    assert first.template_sha256 != second.template_sha256
    shelve(tmp_path, "one", kk=b"no document")
    with pytest.raises(TemplateRejected, match="kk one"):
        renderer.render(wanted)


@pytest.mark.parametrize("name", ["absent", "../visit", "/etc/passwd", "papers/../visit", ""])
def test_a_template_is_looked_for_only_on_its_shelf(
    renderer: LibreOfficeRenderer, name: str
) -> None:
    """A name that is unknown or leads elsewhere is refused."""
    with pytest.raises(TemplateRejected):
        renderer.render(
            RenderOrder(
                template=name, contexts={Language.KK: {}}, title="t", identifier="i", made_at=NOW
            )
        )


def test_a_template_may_lie_deeper(tmp_path: Path, over: Over) -> None:
    """Papers and retired editions lie in directories below."""
    shelve(tmp_path, "editions/2026-01/one", kk=word.template("edition"))
    renderer = over(tmp_path)
    made = renderer.render(
        RenderOrder(
            template="editions/2026-01/one",
            contexts={Language.KK: {}},
            title="t",
            identifier="i",
            made_at=NOW,
        )
    )
    assert "edition" in pages(made.pdf)[0]


def test_an_order_in_no_language_fails(renderer: LibreOfficeRenderer) -> None:
    """There is nothing to show."""
    with pytest.raises(RenderFailed):
        renderer.render(bare("visit", contexts={}))


def test_a_line_end_becomes_a_line(tmp_path: Path, over: Over) -> None:
    """A value of two lines is shown in two lines."""
    text = single(tmp_path, over, word.template("{{ v }}"), v="бірінші\nекінші")
    assert text.split() == ["бірінші", "екінші"]
    assert "бірінші\r\nекінші" in text or "бірінші\nекінші" in text


@pytest.mark.parametrize("text", ["", "text"])
def test_a_seal_may_be_the_last_thing(tmp_path: Path, over: Over, text: str) -> None:
    """Bookmarks in a document's last paragraph are kept, which LibreOffice alone does not do."""
    document = word.blank()
    paragraph = document.add_paragraph(text)
    for name in ("mark_sms", "seal"):
        word.bookmark(paragraph, name)
    assert text in single(tmp_path, over, word.saved(document))


def test_internal_links_still_lead_somewhere(tmp_path: Path, over: Over) -> None:
    """A link to a bookmark survives the renaming of destinations."""
    document = word.blank()
    target = document.add_paragraph("target")
    word.bookmark(target, "mark_sms")
    source = document.add_paragraph()
    word.field(source, ' HYPERLINK \\l "mark_sms" ')
    shelve(tmp_path, "one", kk=word.saved(document))
    renderer = over(tmp_path)
    made = renderer.render(
        RenderOrder(
            template="one", contexts={Language.KK: {}}, title="t", identifier="i", made_at=NOW
        )
    )
    assert b"mark5F" not in made.pdf


def test_the_same_order_gives_the_same_bytes(visit_templates: Path) -> None:
    """By one engine twice, later, and by another engine: frozen bytes can be made again."""
    made = []
    for arguments in (("--recycle-after=900",), ("--recycle-after=901",)):
        renderer = renderer_over(Engine(more_arguments=arguments), visit_templates)
        made += [renderer.render(order("kk+ru")).pdf for _ in range(2)]
        renderer.close()

    assert len(set(made)) == 1
