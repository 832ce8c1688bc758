"""Verdicts on files nobody tampered with: ours and foreign, now and years later."""

import hashlib
import io
import tracemalloc
import zlib
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest

from docgen.adapters.sealing.reasons import VERDICTS, verdict
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify import PadesVerifier, Reason
from docgen.domain.errors import UnreadableDocument
from docgen.domain.verdict import Verdict
from docgen.ports import Verifier
from tests.adapters.sealing import attacks
from tests.adapters.sealing.others import archived, signed_without_evidence
from tests.adapters.sealing.papers import FROZEN, PROTOCOL, ShiftedClock, stated
from tests.pki.lab import Lab

_AFTER_SIGNER = timedelta(days=101)
_AFTER_AUTHORITY = timedelta(days=2001)


def _later(roots: TrustRoots, shift: timedelta) -> PadesVerifier:
    return PadesVerifier(roots, clock=ShiftedClock(shift))


def test_valid_file_tells_all_it_rests_on(sealed: bytes, verifier: Verifier) -> None:
    """A valid file has no reasons against it, its evidence parsed and its chain checked."""
    report = verifier.verify(sealed)
    assert report.verdict is Verdict.VALID
    assert report.reasons == ()
    assert report.journal_chain_ok is True
    assert report.evidence is not None
    assert report.evidence["document"]["sha256"] == report.confirmed_hash


def test_b_lt_outlives_the_signers_certificate(sealed: bytes, roots: TrustRoots) -> None:
    """The time stamp and the enclosed lists prove that the certificate was good back then."""
    report = _later(roots, _AFTER_SIGNER).verify(sealed)
    assert report.seal is not None
    assert (report.verdict, report.seal.level) == (Verdict.VALID, "B-LT")


def test_b_b_does_not_outlive_it(plainly_sealed: bytes, roots: TrustRoots) -> None:
    """Without a time stamp nothing proves that the seal is older than the expiry."""
    report = _later(roots, _AFTER_SIGNER).verify(plainly_sealed)
    assert report.verdict is Verdict.UNKNOWN
    assert report.reasons == (Reason.SIGNER_EXPIRED,)


def test_b_lt_alone_does_not_outlive_its_authority(sealed: bytes, roots: TrustRoots) -> None:
    """When the authority's own certificate has expired, its stamp proves nothing any more."""
    report = _later(roots, _AFTER_AUTHORITY).verify(sealed)
    assert report.verdict is Verdict.UNKNOWN
    assert report.reasons == (Reason.TIMESTAMP_EXPIRED,)


def test_archive_time_stamp_is_no_change(sealed: bytes, lab: Lab, verifier: Verifier) -> None:
    """A later time stamp of a trusted authority is allowed, and makes the level B-LTA."""
    report = verifier.verify(archived(sealed, lab.tsa_url, lab.root))
    assert report.seal is not None
    assert (report.verdict, report.reasons, report.seal.level) == (Verdict.VALID, (), "B-LTA")


def test_junk_below_an_archive_time_stamp_is_a_change(
    sealed: bytes, lab: Lab, verifier: Verifier
) -> None:
    """Bytes between the signed revision and the next one are nobody's."""
    report = verifier.verify(archived(sealed + b"% Paid in full\n", lab.tsa_url, lab.root))
    assert report.verdict is Verdict.CHANGED_AFTER_ISSUE
    assert report.reasons == (Reason.CHANGED_AFTER_SEALING,)


def test_change_below_an_archive_time_stamp_is_a_change(
    sealed: bytes, lab: Lab, verifier: Verifier
) -> None:
    """A time stamp on top of a forged revision does not bless it."""
    report = verifier.verify(archived(attacks.annotate(sealed), lab.tsa_url, lab.root))
    assert report.verdict is Verdict.CHANGED_AFTER_ISSUE


def test_two_archive_time_stamps_are_no_change(sealed: bytes, lab: Lab, verifier: Verifier) -> None:
    """An archive renews its time stamps; each is followed back to the seal."""
    once = archived(sealed, lab.tsa_url, lab.root)
    report = verifier.verify(archived(once, lab.tsa_url, lab.root))
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())


def test_archive_time_stamp_carries_on_past_the_authority(
    sealed: bytes, lab: Lab, long_lived: tuple[str, Path]
) -> None:
    """Stamped again by an authority that lives longer, the seal outlives the first authority."""
    url, root = long_lived
    pdf = archived(sealed, url, lab.root, root)
    report = _later(TrustRoots.load([lab.root, root]), _AFTER_AUTHORITY).verify(pdf)
    assert report.seal is not None
    assert (report.verdict, report.reasons, report.seal.level) == (Verdict.VALID, (), "B-LTA")


def test_archive_time_stamp_of_a_stranger_is_a_change(
    sealed: bytes, lab: Lab, long_lived: tuple[str, Path], verifier: Verifier
) -> None:
    """A later time stamp that leads to no trust root is an addition nobody answers for."""
    url, root = long_lived
    report = verifier.verify(archived(sealed, url, lab.root, root))
    assert report.verdict is Verdict.CHANGED_AFTER_ISSUE
    assert report.reasons == (Reason.LATER_TIMESTAMP_NOT_TRUSTED,)


def test_other_roots_know_nothing_of_it(sealed: bytes, long_lived: tuple[str, Path]) -> None:
    """Roots come from us, never from the file: under another root the signer is unknown."""
    roots = TrustRoots.load([long_lived[1]])
    report = PadesVerifier(roots, clock=ShiftedClock()).verify(sealed)
    assert report.verdict is Verdict.UNKNOWN
    assert report.seal is not None


def test_no_roots_trust_nobody(sealed: bytes, plainly_sealed: bytes) -> None:
    """An empty trust is empty; the system's certificates do not step in."""
    verifier = PadesVerifier(TrustRoots(()), clock=ShiftedClock())
    assert verifier.verify(sealed).reasons == (Reason.TIMESTAMP_NOT_TRUSTED,)
    assert verifier.verify(plainly_sealed).reasons == (Reason.SIGNER_NOT_TRUSTED,)


def test_foreign_signature_without_evidence_is_unknown(lab: Lab, verifier: Verifier) -> None:
    """A trusted signature on somebody else's paper does not make it ours."""
    report = verifier.verify(signed_without_evidence(FROZEN, lab))
    assert report.verdict is Verdict.UNKNOWN
    assert report.reasons == (Reason.EVIDENCE_MISSING,)
    assert report.evidence is None


def test_frozen_file_is_unsealed(verifier: Verifier) -> None:
    """A document of ours before its seal says whose it is and what its hash is."""
    report = verifier.verify(FROZEN)
    assert report.verdict is Verdict.UNSEALED
    assert report.reasons == (Reason.SEAL_MISSING,)
    assert report.first_revision_hash == hashlib.sha256(FROZEN).hexdigest()


def test_foreign_file_is_unknown(verifier: Verifier) -> None:
    """A PDF that neither has a seal nor says that it is ours."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(PROTOCOL)) as pdf:
        del pdf.Root.Metadata
        pdf.save(out)
    report = verifier.verify(out.getvalue())
    assert report.verdict is Verdict.UNKNOWN
    assert report.reasons == (Reason.NOT_OURS,)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"%PDF-1.7\nnothing more"])
def test_what_is_no_pdf_is_unreadable(verifier: Verifier, content: bytes) -> None:
    """No verdict is given on bytes that are no PDF."""
    with pytest.raises(UnreadableDocument):
        verifier.verify(content)


def test_too_large_a_file_is_not_even_looked_at(roots: TrustRoots, sealed: bytes) -> None:
    """The limit is checked before anything is parsed."""
    verifier = PadesVerifier(roots, clock=ShiftedClock(), limit=len(sealed) - 1)
    with pytest.raises(UnreadableDocument, match="larger than"):
        verifier.verify(sealed)


def test_bomb_of_metadata_is_not_unpacked(verifier: Verifier) -> None:
    """A stream that would unpack to 64 MB ends in an answer, not in memory."""
    bomb = zlib.compress(zlib.compress(bytes(64 * 1024 * 1024), 9), 9)
    filters = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(FROZEN)) as pdf:
        pdf.Root.Metadata = pdf.make_indirect(pikepdf.Stream(pdf, b""))
        pdf.Root.Metadata.write(bomb, filter=filters)
        pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    tracemalloc.start()
    try:
        assert verifier.verify(out.getvalue()).verdict is Verdict.UNKNOWN
        assert tracemalloc.get_traced_memory()[1] < 32 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_entities_in_metadata_are_not_followed(verifier: Verifier) -> None:
    """XMP may name files of ours; they are not read."""
    evil = b"""<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>
    <x xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier>&e;</dc:identifier></x>"""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(FROZEN)) as pdf:
        pdf.Root.Metadata = pdf.make_indirect(pikepdf.Stream(pdf, evil))
        pdf.save(out)
    assert verifier.verify(out.getvalue()).verdict is Verdict.UNKNOWN


def test_every_reason_leads_to_one_verdict() -> None:
    """No finding is without consequence, and none means that all is well."""
    assert verdict(()) is Verdict.VALID
    for reason in Reason:
        assert len([v for v, causes in VERDICTS.items() if reason in causes]) == 1
        assert verdict((reason,)) is not Verdict.VALID


def test_evidence_of_the_tests_is_whole() -> None:
    """The tests' evidence is built by the domain, so that they test what is really sealed."""
    assert stated()["document"]["sha256"] == hashlib.sha256(FROZEN).hexdigest()
