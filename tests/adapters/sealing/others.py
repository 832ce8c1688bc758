"""Files as others make them: stamped for an archive, or sealed in ways that we do not."""

import asyncio
import hashlib
import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from asn1crypto import cms
from certomancer.registry import CertLabel
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization import pkcs12 as packing
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
)
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper, SimpleSigner
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import NoOpStampStyle

from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.revision import FIELD_NAME, FrozenPdfWriter, compose
from docgen.adapters.sealing.trust import TrustRoots
from tests.adapters.sealing.papers import ShiftedClock, order
from tests.pki.lab import PASSPHRASE, Lab

_CERTIFIED = PdfSignatureMetadata(
    field_name=FIELD_NAME,
    subfilter=SigSeedSubFilter.PADES,
    certify=True,
    docmdp_permissions=MDPPerm.NO_CHANGES,
)


def archived(pdf: bytes, tsa_url: str, *roots: Path) -> bytes:
    """The file with a document time stamp of that authority, as an archive adds it."""
    return asyncio.run(_stamped(pdf, tsa_url, TrustRoots.load(roots)))


async def _stamped(pdf: bytes, tsa_url: str, roots: TrustRoots) -> bytes:
    context = roots.online(intermediates=(), timeout=4)
    stamper = HTTPTimeStamper(tsa_url)
    writer = FrozenPdfWriter(io.BytesIO(pdf))
    try:
        paths = [path async for path in stamper.validation_paths(context)]
        DocumentSecurityStore.supply_dss_in_writer(
            writer, None, paths=paths, validation_context=context, embed_roots=False
        )
        out = await PdfTimeStamper(stamper).async_timestamp_pdf(
            writer, "sha256", output=io.BytesIO()
        )
    finally:
        await context.aclose()
    return bytes(out.getvalue())


def signed_without_evidence(pdf: bytes, lab: Lab) -> bytes:
    """The file certified by the lab's signer with pyHanko as it is: no evidence, no protocol."""
    metadata = PdfSignatureMetadata(field_name="Other", certify=True)
    field = SigFieldSpec(sig_field_name="Other", box=(10, 10, 100, 50))
    signer = PdfSigner(metadata, signer=_signer(lab, "ec"), new_field_spec=field)
    return bytes(signer.sign_pdf(FrozenPdfWriter(io.BytesIO(pdf)), output=io.BytesIO()).getvalue())


def sealed_otherwise(
    lab: Lab,
    picture: SealPicture,
    *,
    label: str = "ec",
    pkcs12: Path | None = None,
    stamper: TimeStamper | None = None,
    metadata: PdfSignatureMetadata | None = None,
    tsa_url: str | None = None,
    lists: Sequence[Any] = (),
    lock: bool = False,
    **changes: Any,
) -> bytes:
    """Our revision, but signed by pyHanko without any of our sealer's cares."""
    asked = changes.pop("asked", None) or order(**changes)
    reader = PdfFileReader(io.BytesIO(asked.frozen))
    writer = compose(reader, asked, picture=picture, now=ShiftedClock().now())
    if lists:
        DocumentSecurityStore.supply_dss_in_writer(writer, None, crls=lists)
    if lock:
        _lock(writer)
    signer = PdfSigner(
        metadata or _CERTIFIED,
        signer=_signer(lab, label) if pkcs12 is None else _loaded(pkcs12),
        timestamper=stamper or (None if tsa_url is None else HTTPTimeStamper(tsa_url)),
        stamp_style=NoOpStampStyle(),
    )
    signed = signer.sign_pdf(writer, existing_fields_only=True, output=io.BytesIO())
    return bytes(signed.getvalue())


def _lock(writer: IncrementalPdfFileWriter) -> None:
    """Let the field itself forbid all changes, which is no certification."""
    field = writer.root["/AcroForm"]["/Fields"][0]
    forbidding = FieldMDPSpec(FieldMDPAction.ALL).as_sig_field_lock()
    forbidding[pdf_name("/P")] = generic.NumberObject(MDPPerm.NO_CHANGES.value)
    field[pdf_name("/Lock")] = forbidding
    writer.update_container(field)


class ForgedStamper(HTTPTimeStamper):
    """Gets a genuine token from a trusted authority, but over other bytes than these."""

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """The token."""
        other = hashlib.new(md_algorithm, b"other bytes" + message_digest).digest()
        return await super().async_timestamp(other, md_algorithm)


def impostor(lab: Lab, directory: Path) -> Path:
    """PKCS#12 of a seal that has every name of the lab's: only the keys are somebody else's."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [_subject(lab, label) for label in ("issuer", "ec")]
    issuer, seal = (_certificate(name, names[0], keys) for name in names)
    content = packing.serialize_key_and_certificates(
        b"impostor", keys[1], seal, [issuer], BestAvailableEncryption(PASSPHRASE.encode())
    )
    path = directory / "impostor.p12"
    path.write_bytes(content)
    return path


def _subject(lab: Lab, label: str) -> x509.Name:
    der = lab.architecture.get_cert(CertLabel(label)).dump()
    return x509.load_der_x509_certificate(der).subject


def _certificate(
    subject: x509.Name, issuer: x509.Name, keys: Sequence[ec.EllipticCurvePrivateKey]
) -> x509.Certificate:
    """A certificate for the first key where the subject is the issuer, else for the second."""
    is_issuer, now = subject == issuer, ShiftedClock().now()
    usages = dict.fromkeys(
        (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
            "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
        ), False,
    )  # fmt: skip
    usages |= {"key_cert_sign": True} if is_issuer else {"content_commitment": True}
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(keys[0 if is_issuer else 1].public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=100))
        .add_extension(x509.KeyUsage(**usages), critical=True)
        .add_extension(x509.BasicConstraints(ca=is_issuer, path_length=None), critical=True)
    )
    return builder.sign(keys[0], hashes.SHA256())


def _signer(lab: Lab, label: str) -> SimpleSigner:
    return _loaded(lab.pkcs12(label))


def _loaded(path: Path) -> SimpleSigner:
    signer = SimpleSigner.load_pkcs12(str(path), passphrase=PASSPHRASE.encode())
    assert isinstance(signer, SimpleSigner)
    return signer
