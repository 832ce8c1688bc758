"""Certificates of the demo: what each of them says, and how long it lives."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
)

DEMO_UNIT: Final = "DEMO"
"""The organisational unit (OU) that marks every certificate of the demo."""

_ORGANISATION: Final = "DEMO «Қазақтелеком» АҚ"
_YEAR: Final = timedelta(days=365)
_BACKDATED: Final = timedelta(hours=1)
_LIST_LIFE: Final = timedelta(days=7)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class StatusUrls:
    """Where a certificate says that its state can be asked for."""

    crl: str
    """The list of what was revoked (RFC 5280, 4.2.1.13)."""
    ocsp: str | None = None
    """Who answers about this one certificate, if anybody does (RFC 5280, 4.2.2.1)."""


class KeyKind(StrEnum):
    """Keys the demo can seal with."""

    RSA_3072 = "rsa3072"
    P_256 = "p256"


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: PrivateKey


def new_key(kind: KeyKind) -> PrivateKey:
    """A fresh private key."""
    if kind is KeyKind.RSA_3072:
        return rsa.generate_private_key(public_exponent=65537, key_size=3072)
    return ec.generate_private_key(ec.SECP256R1())


def kind_of(key: PrivateKey) -> KeyKind | None:
    """Which of our kinds the key is, if any."""
    if isinstance(key, rsa.RSAPrivateKey):
        return KeyKind.RSA_3072 if key.key_size == 3072 else None  # noqa: PLR2004  # as named
    return KeyKind.P_256 if isinstance(key.curve, ec.SECP256R1) else None


def root(now: datetime) -> Pair:
    """A self-signed root of twenty years."""
    key = new_key(KeyKind.P_256)
    name = _name("Қолтаңба ДЕМО түбірі")
    builder = _builder(name, name, key, now=now, life=20 * _YEAR)
    return Pair(_ca(builder, path_length=1).sign(key, hashes.SHA256()), key)


def intermediate(issuer: Pair, *, told_at: StatusUrls, now: datetime) -> Pair:
    """The authority that issues the leaves, for fifteen years."""
    key = new_key(KeyKind.P_256)
    builder = _issued("Қолтаңба ДЕМО куәландыру орталығы", issuer, key, now=now, life=15 * _YEAR)
    builder = _ca(_revocable(builder, told_at), path_length=0)
    return Pair(builder.sign(issuer.key, hashes.SHA256()), key)


def seal(issuer: Pair, *, told_at: StatusUrls, kind: KeyKind, now: datetime) -> Pair:
    """The operator's demo seal, for two years."""
    key = new_key(kind)
    builder = _issued("Қолтаңба ДЕМО мөрі", issuer, key, now=now, life=2 * _YEAR)
    builder = _leaf(_revocable(builder, told_at), non_repudiation=True)
    return Pair(builder.sign(issuer.key, hashes.SHA256()), key)


def time_stamper(issuer: Pair, *, told_at: StatusUrls, now: datetime) -> Pair:
    """The time-stamp authority's certificate, for ten years (RFC 3161, 2.3)."""
    key = new_key(KeyKind.P_256)
    builder = _issued("Қолтаңба ДЕМО уақыт таңбасы", issuer, key, now=now, life=10 * _YEAR)
    builder = _leaf(_revocable(builder, told_at), non_repudiation=False)
    only_stamps = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    builder = builder.add_extension(only_stamps, critical=True)
    return Pair(builder.sign(issuer.key, hashes.SHA256()), key)


def responder(issuer: Pair, *, now: datetime) -> Pair:
    """Whoever answers for the issuer about his certificates, for ten years.

    Nobody has to be asked about him in turn (RFC 6960, 4.2.2.2.1).
    """
    key = new_key(KeyKind.P_256)
    builder = _issued("Қолтаңба ДЕМО жауап берушісі", issuer, key, now=now, life=10 * _YEAR)
    only_answers = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
    builder = (
        _leaf(builder, non_repudiation=False)
        .add_extension(only_answers, critical=False)
        .add_extension(x509.OCSPNoCheck(), critical=False)
    )
    return Pair(builder.sign(issuer.key, hashes.SHA256()), key)


def revocation_list(issuer: Pair, *, now: datetime) -> x509.CertificateRevocationList:
    """A fresh list on which nothing is revoked, good for a week (RFC 5280, 5)."""
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now - _BACKDATED)
        .next_update(now + _LIST_LIFE)
        .add_extension(_authority_key(issuer.key), critical=False)
        .add_extension(x509.CRLNumber(int(now.astimezone(UTC).timestamp())), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )


def tells_at(certificate: x509.Certificate, expected: StatusUrls) -> bool:
    """Whether the certificate names those addresses for its state, and no others."""
    extensions = {each.oid: each.value for each in certificate.extensions}
    wanted = {each.oid: each for each in _status_extensions(expected)}
    pointers = (x509.CRLDistributionPoints.oid, x509.AuthorityInformationAccess.oid)
    return all(extensions.get(oid) == wanted.get(oid) for oid in pointers)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "KZ"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, DEMO_UNIT),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _issued(
    common_name: str, issuer: Pair, key: PrivateKey, *, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    builder = _builder(_name(common_name), issuer.certificate.subject, key, now=now, life=life)
    return builder.add_extension(_authority_key(issuer.key), critical=False)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, *, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + life)
        .add_extension(identifier, critical=False)
    )


def _authority_key(key: PrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _revocable(builder: x509.CertificateBuilder, told_at: StatusUrls) -> x509.CertificateBuilder:
    for each in _status_extensions(told_at):
        builder = builder.add_extension(each, critical=False)
    return builder


def _status_extensions(told_at: StatusUrls) -> Iterator[x509.ExtensionType]:
    at = x509.UniformResourceIdentifier(told_at.crl)
    yield x509.CRLDistributionPoints([x509.DistributionPoint([at], None, None, None)])
    if told_at.ocsp is not None:
        asked = x509.UniformResourceIdentifier(told_at.ocsp)
        answers = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, asked)
        yield x509.AuthorityInformationAccess([answers])


def _ca(builder: x509.CertificateBuilder, *, path_length: int) -> x509.CertificateBuilder:
    return builder.add_extension(
        x509.BasicConstraints(ca=True, path_length=path_length), critical=True
    ).add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)


def _leaf(builder: x509.CertificateBuilder, *, non_repudiation: bool) -> x509.CertificateBuilder:
    usage = _usage(digital_signature=True, content_commitment=non_repudiation)
    return builder.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    ).add_extension(usage, critical=True)


def _usage(**granted: bool) -> x509.KeyUsage:
    usages = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{usage: granted.get(usage, False) for usage in usages})
