"""Sentences in two languages say the same things."""

import string

import pytest

from docgen.domain.consent import WayOfSigning
from docgen.domain.handwriting import Tool
from docgen.domain.journal import Event
from docgen.domain.language import BOTH, Language
from docgen.domain.sending_limits import Limit
from docgen.domain.subscriber import IdentityDocument, VerificationMethod
from docgen.domain.verdict import Verdict
from docgen.texts.phrases import phrases


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_keys() -> None:
    """A sentence in one language exists in the other."""
    assert set(phrases(Language.KK)) == set(phrases(Language.RU))


def test_both_languages_fill_the_same_placeholders() -> None:
    """No language drops or invents a value."""
    kk, ru = phrases(Language.KK), phrases(Language.RU)

    assert {k: _placeholders(kk[k]) for k in kk} == {k: _placeholders(ru[k]) for k in ru}


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("event", list(Event)),
        ("verdict", list(Verdict)),
        ("method", list(VerificationMethod)),
        ("identity_document", list(IdentityDocument)),
        ("way", list(WayOfSigning)),
        ("limit", [f"{limit}.{part}" for limit in Limit for part in ("title", "detail")]),
        ("seal", [WayOfSigning.SMS_CODE, WayOfSigning.BY_HAND]),
        ("tool", list(Tool)),
        ("hand.hash", ["strokes", "image", "scan", "uploaded"]),
        ("language", list(BOTH)),
    ],
)
def test_everything_that_is_shown_has_words(group: str, names: list[str]) -> None:
    """Every event, verdict, method and way can be said."""
    assert {f"{group}.{name}" for name in names} <= set(phrases(Language.KK))


@pytest.mark.parametrize("language", BOTH)
def test_the_confirmation_is_never_called_a_digital_signature(language: Language) -> None:
    """A code by SMS is not an EDS, so no sentence says so; only the EDS itself is called one."""
    calling = {k for k, text in phrases(language).items() if "ЭЦП" in text or "ЭЦҚ" in text}

    assert calling == {
        "way.detached_eds", "doctor.detached_untried", "event.detached_waits",
        "event.signed_detached",
    }  # fmt: skip
