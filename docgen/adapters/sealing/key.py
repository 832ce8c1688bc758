"""The key that seals: read from PKCS#12, judged before it is used."""

from datetime import datetime
from pathlib import Path
from typing import Self

from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from docgen.domain.errors import SealKeyUnusable

DEMO_UNIT = "DEMO"
"""The organisational unit (OU) in the subject of every certificate of the demo's authority."""

SEALING_USAGES = frozenset({"digital_signature", "non_repudiation"})
_FOR_DOCUMENTS = (
    "1.3.6.1.5.5.7.3.36",  # document signing (RFC 9336)
    "1.3.6.1.5.5.7.3.4",  # e-mail protection, which the national authority uses for signing
    "1.2.840.113583.1.1.5",  # Adobe's authentic documents
    "1.3.6.1.4.1.311.10.3.12",  # Microsoft's document signing
)
"""Key usages of which a sealing certificate must have at least one (RFC 5280, 4.2.1.3)."""

_SMALLEST_RSA = 2048
_CURVES = ("secp256r1", "secp384r1", "secp521r1")
_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class HeldKeySigner(Signer):
    """Signs with a private key object kept in memory.

    pyHanko's own signer loads the key again for every signature, and an RSA key's consistency check
    costs more than everything else in a seal.
    """

    def __init__(
        self,
        key: PrivateKey,
        certificate: x509.Certificate,
        *,
        others: tuple[x509.Certificate, ...],
    ) -> None:
        known = SimpleCertificateStore()
        known.register_multiple(others)
        super().__init__(signing_cert=certificate, cert_registry=known, embed_roots=False)
        self._key = key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002  # pyHanko's signature
    ) -> bytes:
        """Sign; a dry run, which only asks for the length, costs nothing."""
        key = self._key
        if dry_run:
            return bytes(_signature_length(key))
        algorithm = _HASHES[digest_algorithm]
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(data, padding.PKCS1v15(), algorithm)
        return key.sign(data, ec.ECDSA(algorithm))


class SealKey:
    """A private key with its certificate and whatever other certificates came with it."""

    def __init__(
        self,
        key: PrivateKey,
        certificate: x509.Certificate,
        *,
        others: tuple[x509.Certificate, ...] = (),
    ) -> None:
        self.signer = HeldKeySigner(key, certificate, others=others)
        self.certificate = certificate
        self.others = others

    @classmethod
    def load(cls, path: Path, passphrase: str, *, allow_demo: bool) -> Self:
        """Read a PKCS#12 file; `allow_demo` admits keys of the demo's authority.

        Raises SealKeyUnusable with a plain reason: absent, unreadable, wrong passphrase, weak, not
        meant for signatures, or a demo key where none is allowed. Validity in time is not judged
        here: see `require_current`.
        """
        key, certificate, others = _read(path, passphrase)
        _require_strength(key)
        _require_usage(certificate)
        if is_demo(certificate) and not allow_demo:
            raise SealKeyUnusable("a demo certificate is refused outside the demo profile")
        return cls(key, certificate, others=others)

    @property
    def holder(self) -> str:
        """Who the certificate says the seal is, as the visible seal shows it."""
        return display_name(self.certificate)

    def require_current(self, now: datetime) -> None:
        """Raise SealKeyUnusable unless the certificate is valid at that moment."""
        if now < self.certificate.not_valid_before:
            raise SealKeyUnusable("the seal certificate is not valid yet")
        if now > self.certificate.not_valid_after:
            raise SealKeyUnusable("the seal certificate has expired")


def is_demo(certificate: x509.Certificate) -> bool:
    """Whether the certificate was made by the demo's authority."""
    units = certificate.subject.native.get("organizational_unit_name", [])
    return DEMO_UNIT in ([units] if isinstance(units, str) else units)


def display_name(certificate: x509.Certificate) -> str:
    """Common name and organisation of the subject, as people know them."""
    subject = certificate.subject.native
    named = [subject.get(part) for part in ("common_name", "organization_name")]
    known = [part for part in named if isinstance(part, str)]
    return ", ".join(dict.fromkeys(known)) or certificate.subject.human_friendly


def serial_number(certificate: x509.Certificate) -> str:
    """The serial number in upper-case hexadecimal, as certificate viewers show it."""
    return f"{certificate.serial_number:X}"


def key_kind(certificate: x509.Certificate) -> str:
    """`RSA-3072`, or `P-256` and its like."""
    public = certificate.public_key
    if public.algorithm == "rsa":
        return f"RSA-{public.bit_size}"
    return f"P-{public.bit_size}"


def _read(
    path: Path, passphrase: str
) -> tuple[PrivateKey, x509.Certificate, tuple[x509.Certificate, ...]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SealKeyUnusable(f"no readable key file at {path}") from error
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(content, passphrase.encode())
    except (ValueError, TypeError) as error:
        raise SealKeyUnusable("not a PKCS#12 file, or another passphrase") from error
    if key is None or certificate is None:
        raise SealKeyUnusable("the PKCS#12 file holds no key with its certificate")
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SealKeyUnusable("only RSA and elliptic-curve keys can seal")
    loaded = [x509.Certificate.load(c.public_bytes(Encoding.DER)) for c in (certificate, *others)]
    return key, loaded[0], tuple(loaded[1:])


def _require_strength(key: PrivateKey) -> None:
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < _SMALLEST_RSA:
            raise SealKeyUnusable(f"an RSA key of {key.key_size} bits is too weak")
    elif key.curve.name not in _CURVES:
        raise SealKeyUnusable(f"the curve {key.curve.name} is not in use for PDF signatures")


def _require_usage(certificate: x509.Certificate) -> None:
    usage = certificate.key_usage_value
    if usage is None or not SEALING_USAGES & usage.native:
        raise SealKeyUnusable("the certificate's key usage does not allow signatures")
    if not is_for_documents(certificate):
        raise SealKeyUnusable("the certificate is not meant for signing documents")


def is_for_documents(certificate: x509.Certificate) -> bool:
    """Whether it is no authority's, and its extended key usage, if any, is about documents.

    So a key for web servers, time stamps or revocation answers under the same root seals nothing.
    """
    if certificate.ca:
        return False
    usages = certificate.extended_key_usage_value
    if usages is None:
        return True
    dotted = [usage.dotted for usage in usages]
    return any(each.startswith(_FOR_DOCUMENTS) for each in dotted)


def _signature_length(key: PrivateKey) -> int:
    """Bytes a signature takes at most; ECDSA's are two integers in DER."""
    if isinstance(key, rsa.RSAPrivateKey):
        return (key.key_size + 7) // 8
    return 2 * ((key.key_size + 7) // 8 + 3) + 4
