"""One signature judged: is it whole, whose is it, and at which time can that be proved."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation import PdfSignatureStatus, async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureStatus, TimestampSignatureStatus

from docgen.adapters.sealing.key import (
    SEALING_USAGES,
    display_name,
    is_for_documents,
    serial_number,
)
from docgen.adapters.sealing.reasons import Reason
from docgen.adapters.sealing.trust import TrustRoots, validation_store
from docgen.domain.verdict import SealFacts

_USAGE: Final = KeyUsageConstraints(key_usage=SEALING_USAGES, match_all_key_usages=False)
_SOON: Final = timedelta(minutes=15)
"""A stamp made later than that after the signed time was put in place of the first one."""
_OUT_OF_TIME: Final = {
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE,
    AdESIndeterminate.EXPIRED,
    AdESIndeterminate.NOT_YET_VALID,
}


@dataclass(frozen=True)
class Judged:
    """What the signature says, and the finding against it, if any."""

    facts: SealFacts
    reason: Reason | None


async def judge(
    signature: EmbeddedPdfSignature, *, roots: TrustRoots, at: datetime, file: PdfFileReader
) -> Judged:
    """Judge a signature offline with the revocation data in `file`.

    Without a time stamp the certificate must be valid at `at`. With one, only the authority must
    be: the certificate is judged at the stamped time, so it may have expired since (B-T, and B-LT
    where the file proves that nothing was revoked then; ETSI EN 319 142-1, 6.2).
    """
    status = await _validate(signature, roots, at=at, file=file, strict=False)
    if not (status.intact and status.valid):
        return _judged(signature, status, "B-B", Reason.SEAL_BROKEN)
    stamp = status.timestamp_validity
    if stamp is None:
        return _judged(signature, status, "B-B", _distrust(status, roots))
    if not (stamp.intact and stamp.valid):
        return _judged(signature, status, "B-B", Reason.TIMESTAMP_BROKEN)
    if not stamp.trusted:
        late = stamp.trust_problem_indic in _OUT_OF_TIME
        reason = Reason.TIMESTAMP_EXPIRED if late else Reason.TIMESTAMP_NOT_TRUSTED
        return _judged(signature, status, "B-T", reason)
    return await _at_stamped_time(signature, stamp, status=status, roots=roots, file=file)


async def _at_stamped_time(
    signature: EmbeddedPdfSignature,
    stamp: TimestampSignatureStatus,
    *,
    status: PdfSignatureStatus,
    roots: TrustRoots,
    file: PdfFileReader,
) -> Judged:
    then = stamp.timestamp
    claimed = signature.self_reported_timestamp
    if claimed is not None and abs(then - claimed) > _SOON:
        return _judged(signature, status, "B-T", Reason.TIMESTAMP_BROKEN)
    store = validation_store(file)
    if store is not None and (store.crls or store.ocsps):
        proven = await _validate(signature, roots, at=then, file=file, strict=True)
        revoked = _revoked(proven)
        if revoked is not None or _stands(proven):
            return _judged(signature, proven, "B-LT", revoked or _distrust(proven, roots))
    lenient = await _validate(signature, roots, at=then, file=file, strict=False)
    return _judged(signature, lenient, "B-T", _distrust(lenient, roots))


def _stands(status: PdfSignatureStatus) -> bool:
    authority = status.timestamp_validity
    return bool(status.trusted and authority is not None and authority.trusted)


def _revoked(status: PdfSignatureStatus) -> Reason | None:
    authority = status.timestamp_validity
    if authority is not None and authority.revocation_details is not None:
        return Reason.TIMESTAMP_NOT_TRUSTED
    return None if status.revocation_details is None else Reason.SIGNER_REVOKED


async def _validate(
    signature: EmbeddedPdfSignature,
    roots: TrustRoots,
    *,
    at: datetime,
    file: PdfFileReader,
    strict: bool,
) -> PdfSignatureStatus:
    return await async_validate_pdf_signature(
        signature,
        signer_validation_context=roots.offline(at=at, file=file, strict=strict),
        ts_validation_context=roots.offline(at=at, file=file, strict=strict),
        key_usage_settings=_USAGE,
        skip_diff=True,
    )


def _distrust(status: SignatureStatus, roots: TrustRoots) -> Reason | None:
    if status.trust_problem_indic in _OUT_OF_TIME:
        return Reason.SIGNER_EXPIRED
    if not (is_for_documents(status.signing_cert) and roots.allow(status.signing_cert)):
        return Reason.SIGNER_NOT_TRUSTED
    return None if status.trusted else Reason.SIGNER_NOT_TRUSTED


def _judged(
    signature: EmbeddedPdfSignature,
    status: PdfSignatureStatus,
    level: str,
    reason: Reason | None,
) -> Judged:
    stamp = status.timestamp_validity
    facts = SealFacts(
        level=level,
        signer=display_name(signature.signer_cert),
        serial=serial_number(signature.signer_cert),
        time=signature.self_reported_timestamp if stamp is None else stamp.timestamp,
        timestamp_authority=None if stamp is None else display_name(stamp.signing_cert),
    )
    return Judged(facts, reason)
