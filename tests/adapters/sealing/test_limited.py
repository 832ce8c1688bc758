"""Both verifiers judge alike, and what the limited one hears is data."""

import io
import pickle
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from secrets import token_bytes

import pikepdf
import pytest

from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.reasons import Reason
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.adapters.sealing.verify_exchange import Answer, Limits, pack_answer, unpack_answer
from docgen.adapters.sealing.verify_limited import LimitedVerifier
from docgen.domain.canonical import canonical_json
from docgen.domain.errors import UnreadableDocument
from docgen.domain.verdict import Report, Verdict
from docgen.ports import Verifier
from tests.adapters.sealing import attacks
from tests.adapters.sealing.bombs import nested
from tests.adapters.sealing.others import archived, sealed_otherwise, signed_without_evidence
from tests.adapters.sealing.papers import FROZEN, PROTOCOL, ShiftedClock, stated
from tests.pki.lab import Lab

Spoil = Callable[[bytes], bytes]
AT_ONCE = 20


@pytest.fixture(scope="module")
def limited(roots: TrustRoots) -> Iterator[LimitedVerifier]:
    """Trusts the lab, now."""
    verifier = LimitedVerifier(roots, clock=ShiftedClock(), at_once=AT_ONCE)
    yield verifier
    verifier.close()


def said(verifier: Verifier, pdf: bytes) -> Report | str:
    """The report, or why there is none."""
    try:
        return verifier.verify(pdf)
    except UnreadableDocument as unreadable:
        return str(unreadable)


SPOILT: dict[str, Spoil] = {
    "untouched": lambda pdf: pdf,
    "a bit flipped in the frozen part": lambda pdf: attacks.flip(pdf, 2000),
    "a bit flipped at the end": lambda pdf: attacks.flip(pdf, len(pdf) - 40),
    "a note": attacks.annotate,
    "another page content": attacks.replace_page_content,
    "another catalog": attacks.switch_catalog,
    "other evidence": attacks.replace_evidence,
    "junk": attacks.append_junk,
    "rewritten": attacks.rewrite,
    "without its seal": attacks.strip,
    "cut": lambda pdf: pdf[: len(pdf) // 2],
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=list(SPOILT))
@pytest.mark.parametrize("kind", ["sealed", "plainly_sealed"])
def test_a_sealed_file_gets_the_same_report(
    spoil: Spoil,
    kind: str,
    limited: LimitedVerifier,
    verifier: Verifier,
    request: pytest.FixtureRequest,
) -> None:
    """Verdict, seal, hashes, evidence and reasons are equal to the last letter."""
    pdf = spoil(request.getfixturevalue(kind))

    assert said(limited, pdf) == said(verifier, pdf)


OTHERS = {
    "frozen": FROZEN,
    "protocol": PROTOCOL,
    "nothing": b"",
    "text": b"hello",
    "a header only": b"%PDF-1.7\nnothing more",
    "arrays within arrays": nested(100_000),
}


@pytest.mark.parametrize("pdf", OTHERS.values(), ids=list(OTHERS))
def test_any_other_file_gets_the_same_answer(
    pdf: bytes, limited: LimitedVerifier, verifier: Verifier
) -> None:
    """Reports and refusals alike, word for word."""
    assert said(limited, pdf) == said(verifier, pdf)


def test_foreign_and_archived_seals_get_the_same_report(
    sealed: bytes, lab: Lab, limited: LimitedVerifier, verifier: Verifier
) -> None:
    """What others add or make is judged alike, too."""
    for pdf in (archived(sealed, lab.tsa_url, lab.root), signed_without_evidence(FROZEN, lab)):
        assert said(limited, pdf) == said(verifier, pdf)


def test_the_moment_of_judgement_is_our_clocks(sealed: bytes, roots: TrustRoots) -> None:
    """Years later, the authority's certificate has expired for the child as for us."""
    later = ShiftedClock(timedelta(days=2001))
    limited = LimitedVerifier(roots, clock=later)
    try:
        report = limited.verify(sealed)
    finally:
        limited.close()

    assert report.reasons == (Reason.TIMESTAMP_EXPIRED,)
    assert report == PadesVerifier(roots, clock=later).verify(sealed)


def test_roots_are_the_given_ones_alone(sealed: bytes) -> None:
    """A child with empty trust trusts nobody."""
    limited = LimitedVerifier(TrustRoots(()), clock=ShiftedClock())
    try:
        assert limited.verify(sealed).verdict is Verdict.UNKNOWN
    finally:
        limited.close()


def test_too_large_a_file_is_not_even_sent(roots: TrustRoots, sealed: bytes) -> None:
    """The limit is checked before any process is started."""
    limited = LimitedVerifier(roots, clock=ShiftedClock(), limits=Limits(size=len(sealed) - 1))
    with pytest.raises(UnreadableDocument, match="larger than"):
        limited.verify(sealed)
    assert limited.pid is None
    limited.close()


def test_a_large_scan_is_judged(limited: LimitedVerifier) -> None:
    """The limits leave room for the largest file that is taken."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(FROZEN)) as pdf:
        pdf.Root.Scan = pdf.make_stream(token_bytes(19 * 1024 * 1024))
        pdf.save(out)

    assert limited.verify(out.getvalue()).verdict is Verdict.UNSEALED


def test_twenty_files_at_once_are_not_mixed_up(
    sealed: bytes, limited: LimitedVerifier, verifier: Verifier
) -> None:
    """Every caller gets the report on its own file."""
    files = [FROZEN[:9] + b"%%%06d\n" % n + FROZEN[9:] for n in range(AT_ONCE - 1)] + [sealed]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda pdf: said(limited, pdf), files))

    assert answers == [said(verifier, pdf) for pdf in files]


@pytest.mark.parametrize(
    "odd",
    [b"[" * 300 + b"]" * 300, b'{"a":' * 500 + b"1" + b"}" * 500],
    ids=["arrays", "objects"],
)
def test_evidence_that_cannot_be_passed_on_is_no_verdict(
    odd: bytes, lab: Lab, picture: SealPicture, limited: LimitedVerifier
) -> None:
    """It is refused as too hard, not as a fault of ours."""
    evidence = canonical_json(stated())[:-1] + b',"odd":' + odd + b"}"
    pdf = sealed_otherwise(lab, picture, evidence=evidence)

    with pytest.raises(UnreadableDocument, match="too hard"):
        limited.verify(pdf)


@pytest.mark.parametrize("odd", [b'"\\ud800"', b"NaN", b"1e999"], ids=["half", "nan", "infinity"])
def test_evidence_that_is_no_json_is_none(
    odd: bytes, lab: Lab, picture: SealPicture, limited: LimitedVerifier
) -> None:
    """Half a letter, and numbers that JSON lacks: no parser of our callers would take them."""
    evidence = canonical_json(stated())[:-1] + b',"odd":' + odd + b"}"
    report = limited.verify(sealed_otherwise(lab, picture, evidence=evidence))

    assert report.evidence is None
    assert "evidence_missing" in report.reasons


WHOLE = pack_answer(Answer(report=Report(verdict=Verdict.VALID, evidence={"a": 1})))
LIES = {
    "nothing": b"",
    "half of it": WHOLE[: len(WHOLE) // 2],
    "all but the last byte": WHOLE[:-1],
    "twice": WHOLE + WHOLE,
    "neither": b"{}",
    "both": pack_answer(Answer(report=Report(verdict=Verdict.VALID), unreadable="no")),
    "an unknown verdict": WHOLE.replace(b'"valid"', b'"certainly"'),
    "an unknown reason": WHOLE.replace(b'"reasons":[]', b'"reasons":["because"]'),
    "a number as a hash": WHOLE.replace(b'"confirmed_hash":null', b'"confirmed_hash":1'),
    "a pickle": pickle.dumps(Report(verdict=Verdict.VALID)),
    "deep": b"[" * 100_000,
    "no letters": b'{"unreadable":"\xff"}',
}


@pytest.mark.parametrize("lie", LIES.values(), ids=list(LIES))
def test_anything_but_a_whole_answer_is_refused(lie: bytes) -> None:
    """Whoever took over the child can at most tell a false verdict on its own file."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        unpack_answer(lie)
    assert "certainly" not in "".join(traceback.format_exception(refused.value))


def test_a_whole_answer_is_understood() -> None:
    """The same example, unspoilt."""
    assert unpack_answer(WHOLE) == Answer(
        report=Report(verdict=Verdict.VALID, evidence={"a": 1}), unreadable=None
    )
