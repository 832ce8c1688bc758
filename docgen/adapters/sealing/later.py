"""What follows the signed revision: validation data and time stamps, or something else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.diff_analysis.form_rules_api import FormUpdatingRule
from pyhanko.sign.diff_analysis.policies import StandardDiffPolicy
from pyhanko.sign.diff_analysis.rules.file_structure_rules import (
    CatalogModificationRule,
    ObjectStreamRule,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.rules.form_field_rules import (
    DSSCompareRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
)
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation import async_validate_pdf_timestamp
from pyhanko.sign.validation.status import SignatureCoverageLevel

from docgen.adapters.sealing.layout import is_tight
from docgen.adapters.sealing.reasons import Reason
from docgen.adapters.sealing.revisions import open_strictly, revision_ends
from docgen.adapters.sealing.sealed_prefix import SealedPrefix
from docgen.adapters.sealing.trust import TrustRoots

_UPDATE: Final = ModificationLevel.LTA_UPDATES
_POLICY: Final = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(ignored_keys=frozenset({"/AcroForm", "/DSS", "/Extensions"})),
        XrefStreamRule().as_qualified(_UPDATE),
        ObjectStreamRule().as_qualified(_UPDATE),
        DSSCompareRule().as_qualified(_UPDATE),
    ],
    form_rule=FormUpdatingRule(field_rules=[SigFieldCreationRule(), SigFieldModificationRule()]),
    ignore_orphaned_objects=False,
    ignore_identical_objects=False,
)
"""What an archive needs to add later, and nothing else: no metadata, no orphans, no pages."""

_SHOWING: Final = {"/AP", "/Kids", "/A", "/AA", "/MK"}
_WHOLE: Final = {
    SignatureCoverageLevel.ENTIRE_FILE,
    SignatureCoverageLevel.ENTIRE_REVISION,
}


@dataclass(frozen=True, kw_only=True)
class Later:
    """The file as it is now, and the finding against what was added, if any."""

    reader: PdfFileReader
    proved_at: datetime
    """The moment at which the seal must stand: now, or the oldest archive time stamp's."""
    stamps: int = 0
    reason: Reason | None = None


async def examine(pdf: bytes, sealed: SealedPrefix, *, roots: TrustRoots, now: datetime) -> Later:
    """Judge the bytes after the signed revision.

    Where they are not beyond doubt, they count for nothing: the seal is then judged now, by what
    the signed revision itself holds.
    """
    untouched = Later(reader=sealed.reader, proved_at=now)
    if sealed.end == len(pdf):
        return untouched
    try:
        reader = open_strictly(pdf)
        reason = _structure(pdf, reader, sealed) or _differences(reader)
        if reason is None:
            return await _archive(reader, sealed, roots=roots, now=now)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # hostile bytes: unreadable additions are changes
        reason = Reason.CHANGED_AFTER_SEALING
    return Later(reader=sealed.reader, proved_at=now, reason=reason)


def _structure(pdf: bytes, reader: PdfFileReader, sealed: SealedPrefix) -> Reason | None:
    ends = revision_ends(reader, pdf)
    if ends[-1] != len(pdf):
        return Reason.BYTES_AFTER_END
    history = revision_ends(sealed.reader, sealed.content)
    if ends[: len(history)] != history or len(ends) == len(history):
        return Reason.CHANGED_AFTER_SEALING
    for revision in range(len(history), len(ends)):
        before = reader.trailer.flatten(revision - 1)["/Size"]
        start, end = ends[revision - 1], ends[revision]
        if not is_tight(pdf, start, end, size_before=int(before)):
            return Reason.CHANGED_AFTER_SEALING
    return None


def _differences(reader: PdfFileReader) -> Reason | None:
    signed = 1
    for revision in range(signed + 1, reader.xrefs.total_revisions):
        if _roots(reader, revision) != _roots(reader, signed):
            return Reason.CHANGED_AFTER_SEALING
    fields = list(enumerate_sig_fields(reader))
    if len(fields) != 1 + len(reader.embedded_timestamp_signatures):
        return Reason.CHANGED_AFTER_SEALING
    if not all(_is_invisible(reference.get_object()) for _, _, reference in fields[1:]):
        return Reason.CHANGED_AFTER_SEALING
    result = _POLICY.review_file(reader, signed, doc_mdp=MDPPerm.NO_CHANGES)
    allowed = isinstance(result, DiffResult) and result.modification_level <= _UPDATE
    return None if allowed else Reason.CHANGED_AFTER_SEALING


def _is_invisible(field: generic.PdfObject) -> bool:
    """Whether a later field can show nothing: no appearance, and an area of plain zero."""
    if not isinstance(field, generic.DictionaryObject) or _SHOWING.intersection(field):
        return False
    box = field.raw_get("/Rect") if "/Rect" in field else generic.ArrayObject()
    if not isinstance(box, generic.ArrayObject):
        return False
    numbers = [n for n in box if isinstance(n, generic.NumberObject | generic.FloatObject)]
    if len(numbers) != len(box) or len(box) not in {0, 4}:
        return False
    return not numbers or (numbers[0] == numbers[2] and numbers[1] == numbers[3])


def _roots(reader: PdfFileReader, revision: int) -> list[generic.PdfObject | None]:
    """What the trailer of a revision points at: catalog, metadata, encryption."""
    trailer = reader.trailer.flatten(revision)
    keys = ("/Root", "/Info", "/Encrypt")
    return [trailer.raw_get(key) if key in trailer else None for key in keys]


async def _archive(
    reader: PdfFileReader, sealed: SealedPrefix, *, roots: TrustRoots, now: datetime
) -> Later:
    """Follow the archive time stamps backwards: each must stand when the next one was made."""
    moment = now
    stamps = reader.embedded_timestamp_signatures
    for stamp in reversed(stamps):
        context = roots.offline(at=moment, file=reader, strict=False)
        status = await async_validate_pdf_timestamp(stamp, context, skip_diff=True)
        whole = stamp.coverage in _WHOLE
        if not (whole and status.intact and status.valid and status.trusted):
            reason = Reason.LATER_TIMESTAMP_NOT_TRUSTED
            return Later(reader=sealed.reader, proved_at=now, reason=reason)
        moment = status.timestamp
    return Later(reader=reader, proved_at=moment, stamps=len(stamps))
