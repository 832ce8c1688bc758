"""The contract's own words for annex 3."""

from tests.fidelity.contract import our_sentences


def act_sentences() -> list[str]:
    """The fixed sentences and labels of annex 3, corrected only where docs/forms.md says so."""
    return our_sentences(3)
