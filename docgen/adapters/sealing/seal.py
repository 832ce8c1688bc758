"""The operator's seal over a frozen PDF: one revision, certified, verified before it is given."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Final

from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSignatureMetadata,
    PdfSigner,
    SigDSSPlacementPreference,
)
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import NoOpStampStyle
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    PathBuildingError,
    PathError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath

from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.archive import ends_at
from docgen.adapters.sealing.fitness import require_fit
from docgen.adapters.sealing.key import SEALING_USAGES, SealKey, serial_number
from docgen.adapters.sealing.places import SEAL, places, required
from docgen.adapters.sealing.reasons import Reason
from docgen.adapters.sealing.revision import FIELD_NAME, FrozenPdfWriter, compose
from docgen.adapters.sealing.timestamp import StrictTimeStamper
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.domain.envelope import SealLevel
from docgen.domain.errors import DocgenError, SealKeyUnusable, SealRefused, SealUnavailable
from docgen.domain.sealing import Rehearsal, SealAbility, SealedPdf, SealOrder
from docgen.domain.verdict import Report, SealFacts, Verdict
from docgen.ports import Clock

_MOST_REQUESTS: Final = 4
_AUTHORITY_AT_FAULT: Final = {
    Reason.TIMESTAMP_BROKEN,
    Reason.TIMESTAMP_EXPIRED,
    Reason.TIMESTAMP_NOT_TRUSTED,
}


class PadesSealer:
    """Seals as PAdES baseline (ETSI EN 319 142-1), certified with no changes allowed.

    With a time-stamp authority the level is B-LT within the one revision; without, B-B. An
    authority or a revocation service that does not answer properly within seconds means
    SealUnavailable, never a lesser seal: `patience` is for one request, in seconds. One object
    serves all threads.
    """

    def __init__(
        self,
        key: SealKey,
        *,
        roots: TrustRoots,
        clock: Clock,
        picture: SealPicture,
        tsa_url: str | None = None,
        tsa_policy: str | None = None,
        patience: float = 4.0,
    ) -> None:
        self._key = key
        self._roots = roots
        self._clock = clock
        self._picture = picture
        self._tsa_url, self._tsa_policy = tsa_url, tsa_policy
        self._patience = patience
        self._verifier = PadesVerifier(roots, clock=clock)
        self._start_anew()

    def seal(self, order: SealOrder) -> SealedPdf:
        """Seal and verify; the result begins with the frozen bytes.

        Raises SealRefused for a file that must not be sealed, SealKeyUnusable for a key that is
        expired, revoked or leads nowhere, SealUnavailable where the authority cannot do its part.
        """
        pdf = self._signed_over(order)
        _, facts = self._require_valid(pdf)
        return self._sealed(pdf, facts)

    def rehearse(self, order: SealOrder) -> Rehearsal:
        """Seal and verify, and let the sealed bytes go nowhere; raises as `seal` does."""
        begun = self._clock.now()
        pdf = self._signed_over(order)
        signed = self._clock.now()
        report, _ = self._require_valid(pdf)
        return Rehearsal(
            report=report, sealing=signed - begun, verifying=self._clock.now() - signed
        )

    def examine(self, frozen: bytes, caption: tuple[str, ...]) -> None:
        """Raise SealRefused unless the file is fit, has a place for the seal, and the words fit."""
        required(places(require_fit(frozen)), SEAL)
        self._picture.require_room((*caption, self._key.holder))

    def check(self) -> SealAbility:
        """What it could do now; raises SealKeyUnusable as far as that shows offline."""
        now = self._clock.now()
        self._key.require_current(now)
        certificate = self._key.certificate
        revocable = certificate.crl_distribution_points or certificate.ocsp_urls
        if self._tsa_url is not None and not revocable:
            raise SealKeyUnusable("the seal certificate names no revocation service")
        context = self._roots.offline(at=now, file=None, strict=False)
        validator = CertificateValidator(
            certificate, intermediate_certs=self._key.others, validation_context=context
        )
        try:
            asyncio.run(validator.async_validate_usage(set()))
        except (PathError, ValidationError) as error:
            raise SealKeyUnusable("the seal certificate leads to no trust root") from error
        if not self._roots.allow(certificate):
            raise SealKeyUnusable("the seal certificate is none of the allowed signers")
        self._key.require_pair()
        return SealAbility(
            holder=self._key.holder,
            serial=serial_number(certificate),
            key=self._key.kind,
            valid_until=certificate.not_valid_after,
            level=self._level,
        )

    @property
    def _level(self) -> SealLevel:
        return SealLevel.B_B if self._tsa_url is None else SealLevel.B_LT

    def _signed_over(self, order: SealOrder) -> bytes:
        now = self._clock.now()
        self._key.require_current(now)
        reader = require_fit(order.frozen)
        try:
            shown = replace(order, caption=(*order.caption, self._key.holder))
            writer = compose(reader, shown, picture=self._picture, now=now)
            pdf = asyncio.run(self._signed(writer, order, now))
        except DocgenError:
            raise
        except (TimestampRequestError, TimeoutError, PathError, ValidationError) as error:
            self._start_anew()
            raise SealUnavailable("the time-stamp authority did not do its part") from error
        except SigningError as error:
            self._start_anew()
            raise _key_failure(error) from error
        except Exception as error:
            self._start_anew()
            raise SealRefused("the file could not be sealed") from error
        if not pdf.startswith(order.frozen):
            raise SealRefused("the seal would change the frozen bytes")
        return pdf

    def _start_anew(self) -> None:
        """Forget what was measured: one answer of the authority, and the size of a container."""
        self._reserved: int | None = None
        self._timestamper: StrictTimeStamper | None = None
        if self._tsa_url is not None:
            self._timestamper = StrictTimeStamper(
                self._tsa_url, timeout=self._patience, policy=self._tsa_policy
            )

    async def _signed(self, writer: FrozenPdfWriter, order: SealOrder, now: datetime) -> bytes:
        context = None
        if self._timestamper is not None:
            context = self._roots.online(intermediates=self._key.others, timeout=self._patience)
        try:
            async with asyncio.timeout(_MOST_REQUESTS * self._patience):
                return await self._sign(writer, self._signer(order, context), now)
        finally:
            if context is not None:
                await context.aclose()

    def _signer(self, order: SealOrder, context: ValidationContext | None) -> PdfSigner:
        usage = self._key.certificate.key_usage_value.native
        metadata = PdfSignatureMetadata(
            field_name=FIELD_NAME,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            reason=order.reason,
            location=order.location,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            signer_key_usage=usage & SEALING_USAGES,
            validation_context=context,
            embed_validation_info=context is not None,
            dss_settings=DSSContentSettings(
                include_vri=False,
                placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE,
            ),
        )
        return PdfSigner(
            metadata,
            signer=self._key.signer,
            timestamper=self._timestamper,
            stamp_style=NoOpStampStyle(),
        )

    async def _sign(self, writer: FrozenPdfWriter, signer: PdfSigner, now: datetime) -> bytes:
        session = signer.init_signing_session(writer, existing_fields_only=True)
        session.system_time = now
        information = await session.perform_presign_validation(writer)
        if information is not None:
            _add_roots(writer, information.validation_paths)
        reserved = self._reserved
        if reserved is None:
            # A dry run, to measure: one key's containers are alike, and half as much is added.
            reserved = await session.estimate_signature_container_size(information)
            self._reserved = reserved
        document = session.prepare_tbs_document(information, reserved)
        prepared, output = document.digest_tbs_document(output=BytesIO())
        signed = await document.perform_signature(
            document_digest=prepared.document_digest,
            pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=now),
        )
        await signed.post_signature_processing(output)
        output.seek(0)
        return bytes(output.read())

    def _require_valid(self, pdf: bytes) -> tuple[Report, SealFacts]:
        """Believe nothing: what is given out is what the verifier calls valid, at the level due."""
        report = self._verifier.verify(pdf)
        facts = report.seal
        if report.verdict is Verdict.VALID and facts is not None and facts.level == self._level:
            return report, facts
        self._start_anew()
        if _AUTHORITY_AT_FAULT.intersection(report.reasons) or report.verdict is Verdict.VALID:
            raise SealUnavailable("the authority's answers do not prove the seal's time")
        raise SealRefused(f"the sealed file would not be valid: {', '.join(report.reasons)}")

    def _sealed(self, pdf: bytes, facts: SealFacts) -> SealedPdf:
        return SealedPdf(
            pdf=pdf,
            level=SealLevel(facts.level),
            signer=facts.signer,
            serial=serial_number(self._key.certificate),
            sealed_at=self._clock.now() if facts.time is None else facts.time,
            ends_at=self._key.certificate.not_valid_after
            if self._tsa_url is None
            else ends_at(pdf),
        )


def _add_roots(writer: FrozenPdfWriter, paths: Iterable[ValidationPath]) -> None:
    """Put the roots among the validation data, where the seal covers them; the container has none.

    Whoever judges trusts roots of his own, but some tools read a root's list by these.
    """
    roots = {path.first.sha256: path.first for path in paths}
    DocumentSecurityStore.supply_dss_in_writer(writer, None, certs=roots.values())


def _key_failure(error: SigningError) -> DocgenError:
    """What a failed validation of our own certificate means."""
    cause = error.__cause__
    if isinstance(cause, RevokedError):
        return SealKeyUnusable("the seal certificate is revoked")
    if isinstance(cause, PathBuildingError):
        return SealKeyUnusable("the seal certificate leads to no trust root")
    if isinstance(cause, InsufficientRevinfoError):
        return SealUnavailable("the revocation service did not answer")
    if isinstance(cause, ValidationError):
        return SealKeyUnusable("the seal certificate is not valid")
    return SealRefused("the file could not be signed")
