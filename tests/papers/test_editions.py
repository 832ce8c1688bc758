"""A paper is made of its own edition, however old, and of no other Word files."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from docgen.domain.errors import EditionNotFound, TemplateRejected
from docgen.domain.language import BOTH, Language
from docgen.domain.rendering import RenderOrder
from docgen.forms.form import Paper
from docgen.forms.identity import read_subscriber
from docgen.texts import dates
from docgen.usecases.render_specimen import RenderSpecimen
from tests.builders import operator
from tests.papers.reading import pages, squeezed, text

_THEN = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


def _order(specimen: RenderSpecimen, name: str) -> RenderOrder:
    """Annex 3's example in both languages, of that edition."""
    form = specimen.forms.get("acceptance_act")
    edition = form.edition(name)
    paper = Paper(
        number="A3-2026-000001", day=dates.local_day(_THEN), operator=operator(), edition=edition,
        subscriber=read_subscriber(form.example["subscriber"]),
    )  # fmt: skip
    values = form.read(form.example["values"])
    return RenderOrder(
        template=form.template(edition),
        contexts={language: form.context(values, paper, language) for language in BOTH},
        title="t",
        identifier="i",
        made_at=_THEN,
        qr="https://q.example/verify/abcdefghijklmnopqrstuv",
        pinned=edition.templates,
    )


def test_a_retired_edition_still_renders(specimen: RenderSpecimen) -> None:
    """With the words, the header and the footer it had; the newest says which edition it is."""
    old = specimen.renderer.render(_order(specimen, "2026-10")).pdf
    new = specimen.renderer.render(_order(specimen, "2026-11")).pdf

    assert "Нысанның2026-11редакциясы" in pages(new)[0]
    assert "редакциясы" not in pages(old)[0]
    for pdf in (old, new):
        assert squeezed("Орындалған жұмыстарды, жабдықтар мен материалдарды") in text(pdf)


def test_a_paper_can_be_made_again_to_the_byte(specimen: RenderSpecimen) -> None:
    """What a register lost could be proved by what it still knows."""
    order = _order(specimen, "2026-10")

    assert specimen.renderer.render(order).pdf == specimen.renderer.render(order).pdf


def test_word_files_of_another_hash_make_no_paper(specimen: RenderSpecimen) -> None:
    """A template that was changed under an edition is refused by the language it is in."""
    order = _order(specimen, "2026-11")
    pinned = {**order.pinned, Language.RU: "0" * 64}

    with pytest.raises(TemplateRejected, match="ru acceptance_act"):
        specimen.renderer.render(replace(order, pinned=pinned))


def test_an_edition_that_is_not_installed_is_named(specimen: RenderSpecimen) -> None:
    """The document says of which edition it is; guessing another would print another text."""
    with pytest.raises(EditionNotFound, match="acceptance_act 1999-01"):
        specimen.forms.get("acceptance_act").edition("1999-01")
