"""Archive time stamps: a seal stays provable when its signer and its authorities have ended."""

import io
import re
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest

from docgen.adapters.authority.certificates import KeyKind
from docgen.adapters.authority.demo import DemoAuthority
from docgen.adapters.sealing.archive import PadesArchiver
from docgen.adapters.sealing.timestamp import StrictTimeStamper
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.domain.errors import SealRefused, SealUnavailable
from docgen.domain.verdict import Report, Verdict
from docgen.ports import Clock
from docgen.ports_of_evidence import Archiver
from tests.adapters.sealing import attacks
from tests.adapters.sealing.answering import answering, closed
from tests.adapters.sealing.papers import FROZEN, ShiftedClock
from tests.pki.lab import Lab

_AFTER_SIGNER_AND_AUTHORITY = timedelta(days=2001)
_NINE_YEARS = timedelta(days=9 * 365)
_AFTER_BOTH_AUTHORITIES = timedelta(days=10 * 365 + 180)
_VERSION = re.compile(rb"/Version\s*/\d")


def _archiver(url: str, *roots: Path, clock: Clock | None = None, patience: float = 4) -> Archiver:
    return PadesArchiver(
        TrustRoots.load(roots),
        clock=clock or ShiftedClock(),
        new_timestamper=lambda: StrictTimeStamper(url, timeout=patience),
        patience=patience,
    )


def _verified(pdf: bytes, shift: timedelta, *roots: Path) -> Report:
    return PadesVerifier(TrustRoots.load(roots), clock=ShiftedClock(shift)).verify(pdf)


def _demo(directory: Path, clock: Clock | None = None) -> AbstractContextManager[DemoAuthority]:
    """An authority whose certificates live ten years, and which takes that for now."""
    return DemoAuthority.open(directory, clock=clock or ShiftedClock(), kind=KeyKind.P_256)


def test_the_archived_file_is_the_sealed_one_and_one_revision(
    sealed: bytes, lab: Lab, long_lived: tuple[str, Path]
) -> None:
    """Nothing before it is touched, and nobody asks for PDF 2.0, which PDF/A-3 is not."""
    url, root = long_lived
    archived = _archiver(url, lab.root, root).extend(sealed)
    assert archived.pdf.startswith(sealed)
    added = archived.pdf[len(sealed) :]
    assert added.count(b"%%EOF") == 1
    assert _VERSION.search(added) is None
    with pikepdf.open(io.BytesIO(archived.pdf)) as opened:
        assert opened.Root.get("/Version", pikepdf.Name("/1.7")) == pikepdf.Name("/1.7")


def test_the_archived_file_tells_who_stamped_it_when_and_how_long_that_lasts(
    sealed: bytes, lab: Lab, long_lived: tuple[str, Path]
) -> None:
    """The authority's certificate, not the signer's, is what the file rests on now."""
    url, root = long_lived
    archived = _archiver(url, lab.root, root).extend(sealed)
    now = ShiftedClock().now()
    assert abs(archived.stamped_at - now) < timedelta(minutes=1)
    assert archived.ends_at - now > timedelta(days=9 * 365)
    assert "ДЕМО" in archived.authority


def test_a_seal_ends_with_the_first_of_its_certificates(
    sealed: bytes, plainly_sealed: bytes, lab: Lab
) -> None:
    """Signer or authority, whichever is first; without a time stamp there is only the signer."""
    archiver = _archiver(lab.tsa_url, lab.root)
    signer = min(lab.valid_until("rsa"), lab.valid_until("tsa"))
    assert archiver.ends_at(sealed) == signer
    assert archiver.ends_at(plainly_sealed) == lab.valid_until("ec")


def test_an_archived_seal_ends_with_its_newest_time_stamp(sealed: bytes, lab: Lab) -> None:
    """The signer's end does not matter any more."""
    archiver = _archiver(lab.tsa_url, lab.root)
    archived = archiver.extend(sealed)
    assert archiver.ends_at(archived.pdf) == archived.ends_at == lab.valid_until("tsa")


def test_an_archived_seal_outlives_signer_and_first_authority(
    sealed: bytes, lab: Lab, long_lived: tuple[str, Path]
) -> None:
    """When both have ended the sealed file is not proved any more, the archived one is."""
    url, root = long_lived
    archived = _archiver(url, lab.root, root).extend(sealed).pdf
    before = _verified(sealed, _AFTER_SIGNER_AND_AUTHORITY, lab.root, root)
    after = _verified(archived, _AFTER_SIGNER_AND_AUTHORITY, lab.root, root)
    assert before.verdict is Verdict.UNKNOWN
    assert after.seal is not None
    assert (after.verdict, after.reasons, after.seal.level) == (Verdict.VALID, (), "B-LTA")
    assert after.confirmed_hash == before.confirmed_hash


def test_a_renewed_archive_outlives_the_second_authority(
    sealed: bytes, lab: Lab, tmp_path: Path
) -> None:
    """Stamped again in nine years by a third one, it is proved when the second has ended too."""
    second, third = tmp_path / "second", tmp_path / "third"
    later = ShiftedClock(_NINE_YEARS)
    with _demo(second) as authority:
        roots = [lab.root, authority.trust_root]
        once = _archiver(authority.tsa_url, *roots).extend(sealed).pdf
    with _demo(second, later), _demo(third, later) as authority:
        roots = [*roots, authority.trust_root]
        twice = _archiver(authority.tsa_url, *roots, clock=later).extend(once)
    assert twice.pdf.startswith(once)
    assert _verified(once, _AFTER_BOTH_AUTHORITIES, *roots).verdict is not Verdict.VALID
    report = _verified(twice.pdf, _AFTER_BOTH_AUTHORITIES, *roots)
    assert report.seal is not None
    assert (report.verdict, report.reasons, report.seal.level) == (Verdict.VALID, (), "B-LTA")


def test_a_renewal_wants_fresh_lists_of_the_authority_before(
    sealed: bytes, lab: Lab, tmp_path: Path
) -> None:
    """Where nobody tells whether that one was revoked since, its time stamp is not built on."""
    later = ShiftedClock(_NINE_YEARS)
    with _demo(tmp_path / "second") as authority:
        roots = [lab.root, authority.trust_root]
        once = _archiver(authority.tsa_url, *roots).extend(sealed).pdf
    with _demo(tmp_path / "third", later) as authority:
        roots = [*roots, authority.trust_root]
        with pytest.raises(SealUnavailable, match="revocation"):
            _archiver(authority.tsa_url, *roots, clock=later).extend(once)


def test_a_file_that_is_not_valid_is_never_stamped(
    sealed: bytes, plainly_sealed: bytes, lab: Lab
) -> None:
    """A stamp would make a forgery or a lapsed proof look cared for; B-B proves no time at all."""
    archiver = _archiver(lab.tsa_url, lab.root)
    for pdf in (FROZEN, plainly_sealed, attacks.annotate(sealed)):
        with pytest.raises(SealRefused):
            archiver.extend(pdf)


def test_a_lapsed_proof_is_not_stamped(
    sealed: bytes, lab: Lab, long_lived: tuple[str, Path]
) -> None:
    """Too late is too late: the authority is not even asked."""
    _, root = long_lived
    clock = ShiftedClock(_AFTER_SIGNER_AND_AUTHORITY)
    with pytest.raises(SealRefused, match="timestamp_expired"):
        _archiver(closed(), lab.root, root, clock=clock).extend(sealed)


def test_no_seal_no_end(lab: Lab) -> None:
    """A file without a seal has no certificates that could end."""
    archiver = _archiver(lab.tsa_url, lab.root)
    for pdf in (FROZEN, b"%PDF-1.7 nothing"):
        with pytest.raises(SealRefused):
            archiver.ends_at(pdf)


def test_an_authority_that_is_down_is_unavailable(sealed: bytes, lab: Lab) -> None:
    """Nobody there, or nobody sensible: the file stays as it was, to be tried again."""
    with pytest.raises(SealUnavailable):
        _archiver(closed(), lab.root).extend(sealed)
    with answering(lambda _: b"garbage") as url, pytest.raises(SealUnavailable):
        _archiver(url, lab.root).extend(sealed)


def test_a_stranger_is_no_authority(sealed: bytes, lab: Lab, long_lived: tuple[str, Path]) -> None:
    """An authority that leads to no trust root of ours proves nothing to us."""
    url, _ = long_lived
    with pytest.raises(SealUnavailable):
        _archiver(url, lab.root).extend(sealed)
