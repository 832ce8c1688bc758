"""Quarantine: two strikes for a document, three documents for a template, an hour, one more try."""

from hypothesis import given
from hypothesis import strategies as st

from docgen.adapters.rendering.engine.quarantine import LASTS, MOST, Quarantine


def test_a_document_is_locked_up_by_its_second_strike() -> None:
    """One strike is an accident; the second names the document, others are not touched."""
    quarantine = Quarantine()
    assert quarantine.strike("d", "t", now=0) == ()
    assert quarantine.refuses("d", "t", now=1) == ""
    assert quarantine.strike("d", "t", now=2) == ("document",)
    assert quarantine.refuses("d", "t", now=3) == "document"
    assert quarantine.refuses("e", "t", now=3) == ""


def test_a_template_is_locked_up_by_its_third_document() -> None:
    """Strikes by three different documents are the template's; three by two are not."""
    quarantine = Quarantine()
    for document in ("a", "a", "b"):
        quarantine.strike(document, "t", now=0)
    assert quarantine.refuses("z", "t", now=1) == ""
    assert quarantine.strike("c", "t", now=1) == ("template",)
    assert quarantine.refuses("z", "t", now=2) == "template"
    assert quarantine.refuses("z", "u", now=2) == ""


def test_after_an_hour_there_is_one_more_try() -> None:
    """If it fails the next hour begins at once; if it works all is forgotten."""
    quarantine = Quarantine()
    quarantine.strike("d", "t", now=0)
    quarantine.strike("d", "t", now=0)
    assert quarantine.refuses("d", "t", now=LASTS - 1) == "document"
    assert quarantine.refuses("d", "t", now=LASTS) == ""
    assert quarantine.strike("d", "t", now=LASTS) == ("document",)
    assert quarantine.refuses("d", "t", now=LASTS + 1) == "document"
    quarantine.served("d", "t")
    assert quarantine.strike("d", "t", now=3 * LASTS) == ()


def test_a_template_on_trial_needs_one_document_only() -> None:
    """The try after the hour may be by any document."""
    quarantine = Quarantine()
    for document in "abc":
        quarantine.strike(document, "t", now=0)
    assert quarantine.strike("a", "t", now=LASTS) == ("template",)


def test_what_works_after_a_strike_was_not_to_blame() -> None:
    """A zygote killed under a document that then works leaves no mark, on the template neither."""
    quarantine = Quarantine()
    for document in "abcdef":
        quarantine.strike(document, "t", now=0)
        quarantine.served(document, "t")
        assert quarantine.strike(document, "u", now=0) == (("template",) if document == "c" else ())
        quarantine.served(document, "x")
    assert quarantine.refuses("z", "t", now=1) == ""


def test_old_strikes_do_not_count() -> None:
    """Two accidents on different days are accidents."""
    quarantine = Quarantine()
    quarantine.strike("d", "t", now=0)
    assert quarantine.strike("d", "t", now=LASTS) == ()


def test_what_is_locked_up_is_told() -> None:
    """Kind, digest and the seconds that are left."""
    quarantine = Quarantine()
    quarantine.strike("d", "t", now=0)
    quarantine.strike("d", "t", now=100)
    told = [{"kind": "document", "digest": "d", "seconds": 3500}]
    assert quarantine.told(now=200) == told
    assert quarantine.told(now=100 + LASTS) == []


@given(strikes=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=60))
def test_nothing_is_locked_up_for_less_than_its_strikes(strikes: list[tuple[int, int]]) -> None:
    """Within an hour: a document from its second strike, a template from its third document."""
    quarantine, documents, templates = Quarantine(), dict[str, int](), dict[str, set[str]]()
    for number, kind in strikes:
        document, template = f"d{number}", f"t{kind}"
        documents[document] = documents.get(document, 0) + 1
        templates.setdefault(template, set()).add(document)
        quarantine.strike(document, template, now=1)
    for document, count in documents.items():
        assert (quarantine.refuses(document, "?", now=2) == "document") == (count >= 2)
    for template, by in templates.items():
        assert (quarantine.refuses("?", template, now=2) == "template") == (len(by) >= 3)


def test_memory_is_bounded() -> None:
    """A flood of bad documents pushes out the oldest entries and no more is kept."""
    quarantine = Quarantine()
    for number in range(3 * MOST):
        quarantine.strike(f"d{number}", f"t{number}", now=0)
        quarantine.strike(f"d{number}", f"t{number}", now=0)
    assert len(quarantine.told(now=1)) == MOST
    assert quarantine.refuses("d0", "?", now=1) == ""
    assert quarantine.refuses(f"d{3 * MOST - 1}", "?", now=1) == "document"
