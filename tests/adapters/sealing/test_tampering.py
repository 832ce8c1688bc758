"""A sealed file in hostile hands."""

import hashlib
import io
from collections.abc import Callable

import pikepdf
import pytest

from docgen.adapters.sealing.revisions import open_strictly
from docgen.adapters.sealing.verify import Reason
from docgen.domain.errors import UnreadableDocument
from docgen.domain.verdict import Verdict
from docgen.ports import Verifier
from tests.adapters.sealing import attacks
from tests.adapters.sealing.papers import FROZEN

Attack = Callable[[bytes], bytes]

_LATER_CHANGES: list[tuple[Attack, Reason]] = [
    (attacks.replace_page_content, Reason.CHANGED_AFTER_SEALING),
    (attacks.annotate, Reason.CHANGED_AFTER_SEALING),
    (attacks.attach, Reason.CHANGED_AFTER_SEALING),
    (attacks.attach_evidence_again, Reason.CHANGED_AFTER_SEALING),
    (attacks.replace_evidence, Reason.CHANGED_AFTER_SEALING),
    (attacks.replace_catalog, Reason.CHANGED_AFTER_SEALING),
    (attacks.switch_catalog, Reason.CHANGED_AFTER_SEALING),
    (attacks.change_title, Reason.CHANGED_AFTER_SEALING),
    (attacks.change_xmp, Reason.CHANGED_AFTER_SEALING),
    (attacks.touch_metadata, Reason.CHANGED_AFTER_SEALING),
    (attacks.change_version, Reason.CHANGED_AFTER_SEALING),
    (attacks.add_field, Reason.CHANGED_AFTER_SEALING),
    (attacks.switch_info, Reason.CHANGED_AFTER_SEALING),
    (attacks.append_orphan, Reason.CHANGED_AFTER_SEALING),
    (attacks.append_junk, Reason.BYTES_AFTER_END),
    (attacks.append_line_end, Reason.BYTES_AFTER_END),
]


@pytest.mark.parametrize(("attack", "reason"), _LATER_CHANGES)
def test_later_change_is_seen_and_named(
    sealed: bytes, verifier: Verifier, attack: Attack, reason: Reason
) -> None:
    """Whatever a later revision changes, the seal is found whole below it, and the change named."""
    report = verifier.verify(attack(sealed))
    assert report.verdict is Verdict.CHANGED_AFTER_ISSUE
    assert report.reasons == (reason,)
    assert report.confirmed_hash == hashlib.sha256(FROZEN).hexdigest()
    assert report.seal is not None


@pytest.mark.parametrize("attack", [attack for attack, _ in _LATER_CHANGES])
def test_later_change_of_a_plain_seal_is_seen_too(
    plainly_sealed: bytes, verifier: Verifier, attack: Attack
) -> None:
    """A seal without validation data is watched as closely."""
    report = verifier.verify(attack(plainly_sealed))
    assert report.verdict is Verdict.CHANGED_AFTER_ISSUE


def test_so_much_junk_that_no_reader_finds_the_end_hides_nothing(
    sealed: bytes, verifier: Verifier
) -> None:
    """The sealed prefix is found from the raw bytes, whatever follows it."""
    report = verifier.verify(attacks.append_much_junk(sealed))
    assert report.verdict is Verdict.CHANGED_AFTER_ISSUE


def test_two_later_changes_are_no_less_seen(sealed: bytes, verifier: Verifier) -> None:
    """An allowed-looking revision on top does not hide the one below."""
    report = verifier.verify(attacks.append_orphan(attacks.replace_page_content(sealed)))
    assert report.verdict is Verdict.CHANGED_AFTER_ISSUE


@pytest.mark.parametrize("share", [0.01, 0.1, 0.2, 0.4, 0.6, 0.8])
def test_one_bit_of_the_signed_bytes_makes_it_invalid(
    sealed: bytes, verifier: Verifier, share: float
) -> None:
    """A flipped bit anywhere in the content breaks the seal."""
    report = verifier.verify(attacks.flip(sealed, int(len(sealed) * share)))
    assert report.verdict is Verdict.INVALID


def test_no_flipped_bit_of_what_is_signed_leaves_it_valid(
    sealed: bytes, verifier: Verifier
) -> None:
    """Not one signed byte is free to change, be it structure or content."""
    _, gap_start, gap_end, _ = _byte_range(sealed)
    places = (*range(5, gap_start, 997), *range(gap_end, len(sealed), 97))
    for at in places:
        assert verifier.verify(attacks.flip(sealed, at)).verdict is not Verdict.VALID, at


@pytest.mark.parametrize("kind", ["sealed", "plainly_sealed"])
def test_no_changed_digit_of_the_signature_leaves_it_valid(
    kind: str, verifier: Verifier, request: pytest.FixtureRequest
) -> None:
    """Not even in its spare certificates, which nothing signs: they have one spelling only."""
    pdf: bytes = request.getfixturevalue(kind)
    _, gap_start, gap_end, _ = _byte_range(pdf)
    for at in range(gap_start + 1, gap_end - 1, 331):
        digit = b"0" if pdf[at : at + 1] != b"0" else b"1"
        changed = pdf[:at] + digit + pdf[at + 1 :]
        assert verifier.verify(changed).verdict is not Verdict.VALID, at


def test_padding_of_the_signature_hides_nothing(sealed: bytes, verifier: Verifier) -> None:
    """The one place that is not signed holds the signature, zeros, and nothing else."""
    _, _, end, _ = _byte_range(sealed)
    hidden = sealed[: end - 9] + b"DEADBEEF" + sealed[end - 1 :]
    assert len(hidden) == len(sealed)
    assert verifier.verify(hidden).verdict is Verdict.INVALID


def test_rewritten_file_is_invalid(sealed: bytes, verifier: Verifier) -> None:
    """Another writer's copy has other bytes: its seal says nothing of them."""
    report = verifier.verify(attacks.rewrite(sealed))
    assert report.verdict is Verdict.INVALID
    assert report.reasons == (Reason.SEAL_BROKEN,)


def test_stripped_file_is_a_document_of_ours_without_its_seal(
    sealed: bytes, verifier: Verifier
) -> None:
    """The evidence that only sealing attaches is still there: the seal was taken off."""
    report = verifier.verify(attacks.strip(sealed))
    assert report.verdict is Verdict.UNSEALED
    assert report.reasons == (Reason.SEAL_REMOVED,)
    assert report.seal is None
    assert report.evidence is None


def test_file_stripped_of_its_evidence_too_still_says_whose_it_is(
    sealed: bytes, verifier: Verifier
) -> None:
    """By itself it looks like one that was never sealed; its token leads to the register."""
    report = verifier.verify(attacks.strip_all(sealed))
    assert report.verdict is Verdict.UNSEALED
    assert report.reasons == (Reason.SEAL_MISSING,)
    assert report.claimed_token == verifier.verify(FROZEN).claimed_token


def test_sealed_file_inside_another_lends_it_nothing(sealed: bytes, verifier: Verifier) -> None:
    """A foreign PDF that carries a sealed one, plainly readable, gets nothing from it."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.Kept = pdf.make_indirect(pikepdf.Stream(pdf, sealed))
        pdf.save(out, compress_streams=False)
    assert sealed in out.getvalue()
    assert verifier.verify(out.getvalue()).verdict is not Verdict.VALID
    assert verifier.verify(out.getvalue()).seal is None


@pytest.mark.parametrize("share", [0.4, 0.7, 0.9, 0.999])
def test_truncated_file_is_unreadable_or_unsealed(
    sealed: bytes, verifier: Verifier, share: float
) -> None:
    """Of a download cut short nothing is vouched for, wherever it was cut."""
    try:
        report = verifier.verify(sealed[: int(len(sealed) * share)])
    except UnreadableDocument:
        return
    assert report.verdict in {Verdict.UNSEALED, Verdict.INVALID}


def test_file_cut_back_to_the_frozen_bytes_is_unsealed(sealed: bytes, verifier: Verifier) -> None:
    """The first revision alone is the frozen document again, with the hash that was confirmed."""
    report = verifier.verify(sealed[: len(FROZEN)])
    assert report.verdict is Verdict.UNSEALED
    assert report.first_revision_hash == hashlib.sha256(FROZEN).hexdigest()


def _byte_range(pdf: bytes) -> list[int]:
    (signature,) = open_strictly(pdf).embedded_signatures
    return [int(number) for number in signature.byte_range]
