"""Document time stamps that carry a seal beyond its certificates: PAdES B-LTA, renewed in time."""

import asyncio
import io
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from asn1crypto import cms, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    PathError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath

from docgen.adapters.sealing.key import display_name
from docgen.adapters.sealing.revision import FrozenPdfWriter
from docgen.adapters.sealing.revisions import open_strictly
from docgen.adapters.sealing.timestamp import StrictTimeStamper
from docgen.adapters.sealing.trust import TrustRoots, validation_store
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.domain.errors import SealRefused, SealUnavailable
from docgen.domain.sealing import ArchivedPdf
from docgen.domain.verdict import Verdict
from docgen.ports import Clock

_MOST_REQUESTS: Final = 6
_TO_BE_EXTENDED: Final = {"B-LT", "B-LTA"}
_STAMPS: Final = {"time_stamping"}


class PadesArchiver:
    """Implements ports_of_evidence.Archiver (ETSI EN 319 142-1, 5.4.3).

    A revision brings fresh revocation data of the newest proof's authority and of the one that
    stamps now, and the document time stamp over all of it; nothing before it is touched. What is
    given out is what the verifier calls valid at B-LTA. `patience` is for one request, in seconds.
    """

    def __init__(
        self,
        roots: TrustRoots,
        *,
        clock: Clock,
        new_timestamper: Callable[[], StrictTimeStamper],
        patience: float = 4.0,
    ) -> None:
        self._roots = roots
        self._clock = clock
        self._new_timestamper = new_timestamper
        self._timestamper = new_timestamper()
        self._patience = patience
        self._verifier = PadesVerifier(roots, clock=clock)

    def ends_at(self, pdf: bytes) -> datetime:
        """When the first certificate behind the newest proof ends; SealRefused without a seal."""
        return ends_at(pdf)

    def extend(self, pdf: bytes) -> ArchivedPdf:
        """The same bytes plus one revision with a document time stamp, verified.

        Raises SealUnavailable without the authority, SealRefused for a file that is not valid now.
        """
        report = self._verifier.verify(pdf)
        level = None if report.seal is None else report.seal.level
        if report.verdict is not Verdict.VALID or level not in _TO_BE_EXTENDED:
            raise SealRefused(f"{report.verdict} {level}: {', '.join(report.reasons)}")
        try:
            extended = asyncio.run(self._extended(pdf))
        except (RevokedError, InsufficientRevinfoError, PathError, ValidationError) as error:
            self._timestamper = self._new_timestamper()
            if isinstance(error, RevokedError):
                raise SealRefused("the authority behind the newest proof is revoked") from error
            raise SealUnavailable("the revocation service did not do its part") from error
        except (TimestampRequestError, TimeoutError) as error:
            self._timestamper = self._new_timestamper()
            raise SealUnavailable("the time-stamp authority did not do its part") from error
        return self._verified(extended, before=pdf)

    async def _extended(self, pdf: bytes) -> bytes:
        reader = open_strictly(pdf)
        store = validation_store(reader)
        known = [] if store is None else list(store.load_certs())
        now = self._clock.now()
        context = self._roots.online(intermediates=known, timeout=self._patience, at=now)
        try:
            async with asyncio.timeout(_MOST_REQUESTS * self._patience):
                paths = [await _path(_authority(reader), context)]
                own = self._timestamper.validation_paths(context)  # type: ignore[no-untyped-call]
                paths += [path async for path in own]
                return await self._stamped(pdf, paths, context)
        finally:
            await context.aclose()

    async def _stamped(
        self, pdf: bytes, paths: list[ValidationPath], context: ValidationContext
    ) -> bytes:
        writer = FrozenPdfWriter(io.BytesIO(pdf))
        DocumentSecurityStore.supply_dss_in_writer(
            writer, None, paths=paths, validation_context=context
        )
        out = await PdfTimeStamper(self._timestamper).async_timestamp_pdf(
            writer, "sha256", output=io.BytesIO()
        )
        return bytes(out.getvalue())

    def _verified(self, pdf: bytes, *, before: bytes) -> ArchivedPdf:
        """Believe nothing, as when sealing."""
        report = self._verifier.verify(pdf)
        level = None if report.seal is None else report.seal.level
        sound = report.verdict is Verdict.VALID and level == "B-LTA"
        if not (sound and pdf.startswith(before) and len(pdf) > len(before)):
            self._timestamper = self._new_timestamper()
            raise SealUnavailable("the authority's answer does not prove the seal's time")
        newest = open_strictly(pdf).embedded_timestamp_signatures[-1]
        return ArchivedPdf(
            pdf=pdf,
            authority=display_name(newest.signer_cert),
            stamped_at=_stamped_at(newest.signed_data),
            ends_at=newest.signer_cert.not_valid_after,
        )


def ends_at(pdf: bytes) -> datetime:
    """When the first certificate behind the newest proof ends: a time stamp's, or the signer's.

    Raises SealRefused for a file without a seal.
    """
    try:
        reader = open_strictly(pdf)
        certificates = list(_behind_newest(reader))
    except Exception as error:
        raise SealRefused("no seal can be read in this file") from error
    if not certificates:
        raise SealRefused("no seal is in this file")
    first: datetime = min(certificate.not_valid_after for certificate in certificates)
    return first


def _behind_newest(reader: PdfFileReader) -> Iterable[x509.Certificate]:
    if reader.embedded_timestamp_signatures:
        yield reader.embedded_timestamp_signatures[-1].signer_cert
        return
    for signature in reader.embedded_regular_signatures:
        yield signature.signer_cert
        for token in _tokens(signature):
            yield extract_certificate_info(token).signer_cert


def _authority(reader: PdfFileReader) -> x509.Certificate:
    """Whose word the newest proof is."""
    if reader.embedded_timestamp_signatures:
        found: x509.Certificate = reader.embedded_timestamp_signatures[-1].signer_cert
        return found
    token = next(iter(_tokens(reader.embedded_regular_signatures[0])))
    return extract_certificate_info(token).signer_cert


def _tokens(signature: EmbeddedPdfSignature) -> Iterable[cms.SignedData]:
    return extract_tst_data_iter(signature.signer_info, signed=False)


async def _path(certificate: x509.Certificate, context: ValidationContext) -> ValidationPath:
    validator = CertificateValidator(certificate, validation_context=context)
    path: ValidationPath = await validator.async_validate_usage(set(), set(_STAMPS))
    return path


def _stamped_at(token: cms.SignedData) -> datetime:
    stated = token["encap_content_info"]["content"].parsed
    moment: datetime = stated["gen_time"].native
    return moment
