"""The demo authority's directory: keys and certificates kept, made and renewed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from docgen.adapters.authority import certificates
from docgen.adapters.authority.certificates import KeyKind, Pair, PrivateKey, StatusUrls

PASSPHRASE: Final = "demo"  # noqa: S105  # the demo's key protects nothing
"""Passphrase of the demo's PKCS#12 file; the file's mode is what guards it."""

ROOT: Final = "root.pem"
SEAL: Final = "seal.p12"
PORT: Final = "port"
ROOT_CRL: Final = "/crl/root.crl"
ISSUER_CRL: Final = "/crl/intermediate.crl"
ISSUER_OCSP: Final = "/ocsp/intermediate"

_SPARE: Final = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Everything the demo authority consists of."""

    root: Pair
    intermediate: Pair
    responder: Pair
    time_stamper: Pair
    seal: Pair


def make_authority(
    directory: Path, *, port: int, now: datetime, kind: KeyKind = KeyKind.RSA_3072
) -> Authority:
    """Read the authority in that directory, and make what is absent, expired or of another port.

    The root is made once and kept, so that what was sealed before stays trusted. The directory is
    readable by its owner only, and so is every file in it.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.chmod(0o700)
    _write(directory / PORT, str(port).encode())
    base = f"http://127.0.0.1:{port}"
    root = _read(directory, "root", now=now) or _kept(directory, "root", certificates.root(now))
    above = StatusUrls(crl=base + ROOT_CRL)
    issuer = _read(directory, "intermediate", now=now, issuer=root, told_at=above)
    if issuer is None:
        issuer = certificates.intermediate(root, told_at=above, now=now)
        _kept(directory, "intermediate", issuer)
    told_at = StatusUrls(crl=base + ISSUER_CRL, ocsp=base + ISSUER_OCSP)
    responder = _read(directory, "ocsp", now=now, issuer=issuer) or _kept(
        directory, "ocsp", certificates.responder(issuer, now=now)
    )
    stamper = _read(directory, "tsa", now=now, issuer=issuer, told_at=told_at) or _kept(
        directory, "tsa", certificates.time_stamper(issuer, told_at=told_at, now=now)
    )
    seal = _read_seal(directory, now=now, issuer=issuer, told_at=told_at, kind=kind) or _kept_seal(
        directory, certificates.seal(issuer, told_at=told_at, kind=kind, now=now), issuer
    )
    return Authority(
        root=root, intermediate=issuer, responder=responder, time_stamper=stamper, seal=seal
    )


def recorded_port(directory: Path) -> int | None:
    """The port the certificates in that directory name, if any were made."""
    try:
        return int((directory / PORT).read_text())
    except (OSError, ValueError):
        return None


def _read(
    directory: Path,
    name: str,
    *,
    now: datetime,
    issuer: Pair | None = None,
    told_at: StatusUrls | None = None,
) -> Pair | None:
    try:
        certificate = x509.load_pem_x509_certificate((directory / f"{name}.pem").read_bytes())
        key = load_pem_private_key((directory / f"{name}.key").read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        return None
    pair = Pair(certificate, key)  # type: ignore[arg-type]  # judged in the next line
    return pair if _usable(pair, now=now, issuer=issuer, told_at=told_at) else None


def _read_seal(
    directory: Path, *, now: datetime, issuer: Pair, told_at: StatusUrls, kind: KeyKind
) -> Pair | None:
    try:
        content = (directory / SEAL).read_bytes()
        key, certificate, _ = pkcs12.load_key_and_certificates(content, PASSPHRASE.encode())
    except (OSError, ValueError, TypeError):
        return None
    if key is None or certificate is None:
        return None
    pair = Pair(certificate, key)  # type: ignore[arg-type]  # judged in the next line
    fits = (
        _usable(pair, now=now, issuer=issuer, told_at=told_at)
        and certificates.kind_of(pair.key) is kind
    )
    return pair if fits else None


def _usable(pair: Pair, *, now: datetime, issuer: Pair | None, told_at: StatusUrls | None) -> bool:
    """Whether the pair belongs together, lives a while yet, and has that issuer and port."""
    certificate = pair.certificate
    if not isinstance(pair.key, PrivateKey) or pair.key.public_key() != certificate.public_key():
        return False
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - _SPARE:
        return False
    try:
        certificate.verify_directly_issued_by((issuer or pair).certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return told_at is None or certificates.tells_at(certificate, told_at)


def _kept(directory: Path, name: str, pair: Pair) -> Pair:
    secret = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(directory / f"{name}.key", secret)
    _write(directory / f"{name}.pem", pair.certificate.public_bytes(Encoding.PEM))
    return pair


def _kept_seal(directory: Path, pair: Pair, issuer: Pair) -> Pair:
    content = pkcs12.serialize_key_and_certificates(
        b"seal",
        pair.key,
        pair.certificate,
        [issuer.certificate],
        BestAvailableEncryption(PASSPHRASE.encode()),
    )
    _write(directory / SEAL, content)
    return pair


def _write(path: Path, content: bytes) -> None:
    """Replace a file in one step; it is never readable by others, not even for a moment."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600, exist_ok=False)
    fresh.write_bytes(content)
    fresh.replace(path)
