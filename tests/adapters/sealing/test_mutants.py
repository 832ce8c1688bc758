"""Files spoilt at random: whatever they have become, they are judged, and none is valid."""

from collections.abc import Iterator
from itertools import islice

import pytest

from bench.hostile import Hostile
from bench.mutants import mutants
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify_limited import LimitedVerifier
from docgen.domain.verdict import Report
from tests.adapters.sealing.papers import FROZEN, ShiftedClock

FILES = 300
"""`make soak` judges ten thousand."""


@pytest.fixture(scope="module")
def limited(roots: TrustRoots) -> Iterator[LimitedVerifier]:
    """Trusts the lab, now."""
    verifier = LimitedVerifier(roots, clock=ShiftedClock())
    yield verifier
    verifier.close()


def test_no_spoilt_file_is_valid_crashes_its_judge_or_hangs(
    sealed: bytes,
    plainly_sealed: bytes,
    limited: LimitedVerifier,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A few hundred, of both levels and of the frozen file; their number is printed."""
    files = mutants((sealed, plainly_sealed, FROZEN), seed=7)

    found = Hostile(verifier=limited, told=lambda _: None).run(files, count=FILES)

    with capsys.disabled():
        print(f"\n{FILES} spoilt files: {dict(found.verdicts)}")  # noqa: T201 - a size to see
    assert len(found.milliseconds) == FILES
    assert (found.valid, found.faults) == ([], [])
    assert {"invalid", "changed_after_issue", "unreadable"} <= set(found.verdicts)


def test_the_same_seed_spoils_alike(sealed: bytes) -> None:
    """So that a complaint of a long run can be looked at; and none is the original."""
    once, again = (list(islice(mutants((sealed,), seed=3), 50)) for _ in range(2))

    assert once == again
    assert len({each.pdf for each in once} - {sealed}) > 40
    assert all(each.pdf != sealed for each in once)


def test_a_judge_that_says_valid_is_complained_of(sealed: bytes, roots: TrustRoots) -> None:
    """The run notices what it looks for: here a judge who always sees the file unspoilt."""

    class Credulous(LimitedVerifier):
        def verify(self, _pdf: bytes) -> Report:
            return super().verify(sealed)

    verifier = Credulous(roots, clock=ShiftedClock())
    try:
        run = Hostile(verifier=verifier, told=lambda _: None)
        found = run.run(mutants((sealed,), seed=3), count=3)
    finally:
        verifier.close()

    assert found.summary()["called_valid"] == 3
    assert found.valid[0].startswith("called valid, 0: ")
