"""Files as others make them: stamped for an archive, or sealed in ways that we do not."""

import asyncio
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
from pyhanko.sign.timestamps import HTTPTimeStamper
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
    metadata: PdfSignatureMetadata | None = None,
    tsa_url: str | None = None,
    lists: Sequence[Any] = (),
    lock: bool = False,
    **changes: Any,
) -> bytes:
    """Our revision, but signed by pyHanko without any of our sealer's cares."""
    asked = order(**changes)
    reader = PdfFileReader(io.BytesIO(asked.frozen))
    writer = compose(reader, asked, picture=picture, now=ShiftedClock().now())
    if lists:
        DocumentSecurityStore.supply_dss_in_writer(writer, None, crls=lists)
    if lock:
        _lock(writer)
    signer = PdfSigner(
        metadata or _CERTIFIED,
        signer=_signer(lab, label),
        timestamper=None if tsa_url is None else HTTPTimeStamper(tsa_url),
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


def _signer(lab: Lab, label: str) -> SimpleSigner:
    path = lab.pkcs12(label)
    signer = SimpleSigner.load_pkcs12(str(path), passphrase=PASSPHRASE.encode())
    assert isinstance(signer, SimpleSigner)
    return signer
