"""The contract's own words for annex 3."""

from pathlib import Path

ANNEX = Path(__file__).parent / "data" / "annex_3_kk.txt"


def act_sentences() -> list[str]:
    """The fixed sentences and labels of annex 3, a line each, corrected only where noted there."""
    lines = ANNEX.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
