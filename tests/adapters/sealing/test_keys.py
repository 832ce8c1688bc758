"""Which keys may seal."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

from docgen.adapters.authority import certificates
from docgen.adapters.authority.demo import DemoAuthority
from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.key import DEMO_UNIT, SealKey
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.trust import TrustRoots
from docgen.domain.errors import Misconfigured, SealKeyUnusable
from tests.adapters.sealing.conftest import MakeSealer
from tests.adapters.sealing.papers import ShiftedClock, order
from tests.pki.lab import PASSPHRASE, Lab


def test_absent_file_is_told_so(tmp_path: Path) -> None:
    """A path without a file is told so, and not which path."""
    with pytest.raises(SealKeyUnusable, match="no readable key file"):
        SealKey.load(tmp_path / "none.p12", PASSPHRASE, allow_demo=False)


def test_other_bytes_are_no_key(tmp_path: Path) -> None:
    """A file that is not PKCS#12 is no key."""
    path = tmp_path / "seal.p12"
    path.write_bytes(b"not a key at all")
    with pytest.raises(SealKeyUnusable, match="PKCS#12"):
        SealKey.load(path, PASSPHRASE, allow_demo=False)


def test_wrong_passphrase_opens_nothing_and_is_not_repeated(lab: Lab) -> None:
    """The reason names the passphrase as a cause, but never its value."""
    with pytest.raises(SealKeyUnusable, match="passphrase") as caught:
        SealKey.load(lab.pkcs12("ec"), "guessed-1234", allow_demo=False)
    assert "guessed-1234" not in str(caught.value)


def test_certificate_not_meant_for_signatures_is_refused(lab: Lab) -> None:
    """Key usage must hold digitalSignature or nonRepudiation."""
    with pytest.raises(SealKeyUnusable, match="key usage"):
        SealKey.load(lab.pkcs12("server"), PASSPHRASE, allow_demo=False)


def test_short_rsa_key_is_refused(tmp_path: Path) -> None:
    """RSA below 2048 bits seals nothing."""
    path = tmp_path / "weak.p12"
    path.write_bytes(_self_signed(bits=1024))
    with pytest.raises(SealKeyUnusable, match="1024 bits is too weak"):
        SealKey.load(path, "", allow_demo=False)


def test_expired_key_seals_nothing(make_sealer: MakeSealer) -> None:
    """Neither `check` nor `seal` accept a certificate whose time is over."""
    sealer = make_sealer("expired")
    with pytest.raises(SealKeyUnusable, match="has expired"):
        sealer.check()
    with pytest.raises(SealKeyUnusable, match="has expired"):
        sealer.seal(order())


def test_future_key_seals_nothing_yet(make_sealer: MakeSealer) -> None:
    """A certificate whose time has not come is not used."""
    with pytest.raises(SealKeyUnusable, match="not valid yet"):
        make_sealer("future").seal(order())


def test_revoked_key_is_refused_where_an_authority_is_asked(
    make_sealer: MakeSealer, lab: Lab
) -> None:
    """The certificate's own revocation list is read before every seal."""
    with pytest.raises(SealKeyUnusable, match="revoked"):
        make_sealer("revoked", tsa_url=lab.tsa_url).seal(order())


@pytest.mark.parametrize("label", ["rsa", "ec"])
def test_good_key_passes_the_check(make_sealer: MakeSealer, lab: Lab, label: str) -> None:
    """A current key under a trust root raises nothing."""
    make_sealer(label, tsa_url=lab.tsa_url).check()


def test_key_under_another_root_is_refused(lab: Lab, picture: SealPicture, tmp_path: Path) -> None:
    """A seal nobody would trust is not made, and the check says so beforehand."""
    other = certificates.root(ShiftedClock().now())
    path = tmp_path / "other.pem"
    path.write_bytes(other.certificate.public_bytes(Encoding.PEM))
    key = SealKey.load(lab.pkcs12("ec"), PASSPHRASE, allow_demo=False)
    roots = TrustRoots.load([path])
    sealer = PadesSealer(key, roots=roots, clock=ShiftedClock(), picture=picture)
    with pytest.raises(SealKeyUnusable, match="no trust root"):
        sealer.check()


def test_demo_key_is_refused_unless_allowed(tmp_path: Path) -> None:
    """The demo's certificate says that it is one, and only the demo may use it."""
    with DemoAuthority.open(tmp_path / "pki", clock=ShiftedClock()) as demo:
        with pytest.raises(SealKeyUnusable, match="demo certificate"):
            SealKey.load(demo.seal_p12, demo.passphrase, allow_demo=False)
        allowed = SealKey.load(demo.seal_p12, demo.passphrase, allow_demo=True)
    assert allowed.certificate.subject.native["organizational_unit_name"] == DEMO_UNIT


def test_both_sides_mean_the_same_mark() -> None:
    """The mark the demo's authority sets is the one the sealer looks for."""
    assert certificates.DEMO_UNIT == DEMO_UNIT


def test_trust_roots_must_be_certificates(tmp_path: Path) -> None:
    """A trust file without certificates is a mistake of settings, not an empty trust."""
    path = tmp_path / "roots.pem"
    path.write_text("nothing here")
    with pytest.raises(Misconfigured, match="no PEM certificates"):
        TrustRoots.load([path])


def _self_signed(*, bits: int) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Weak")])
    now = ShiftedClock().now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"weak", key, certificate, None, NoEncryption())
