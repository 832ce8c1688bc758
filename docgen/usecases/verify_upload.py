"""Verify a file against the register too: is it, byte for byte, what was issued?"""

import hashlib
from dataclasses import dataclass, replace

from docgen.domain.envelope import Sealed
from docgen.domain.errors import EnvelopeNotFound
from docgen.domain.verdict import Report, Verdict
from docgen.ports import Register
from docgen.usecases.verify_document import VerifyDocument

OTHER_BYTES = "other_bytes_than_registered"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A report, and whether the register knows these bytes."""

    report: Report
    registered: bool


@dataclass(frozen=True, kw_only=True)
class VerifyUpload:
    """Judges a file by itself, then by what the register says of the document it claims to be."""

    verify_document: VerifyDocument
    register: Register

    def __call__(self, pdf: bytes) -> Checked:
        """The report; raises UnreadableDocument for what is not a PDF.

        Bytes added to a registered file after its end leave it registered: whether they were
        allowed, the file itself tells. Other bytes than registered are a change after issue.
        """
        report = self.verify_document(pdf)
        issued = self._issued(report)
        if issued is None:
            return Checked(report=report, registered=False)
        registered = hashlib.sha256(pdf[: issued.size]).hexdigest() == issued.sha256
        if not registered and report.verdict is Verdict.VALID:
            report = replace(
                report,
                verdict=Verdict.CHANGED_AFTER_ISSUE,
                reasons=(*report.reasons, OTHER_BYTES),
            )
        return Checked(report=report, registered=registered)

    def _issued(self, report: Report) -> Sealed | None:
        """What was issued of the document that the file's evidence names, if anything was."""
        envelope_id, document_id = _named(report, "envelope"), _named(report, "document")
        if envelope_id is None or document_id is None:
            return None
        with self.register.view() as unit:
            try:
                envelope = unit.envelopes.get(envelope_id)
            except EnvelopeNotFound:
                return None
        return next((d.sealed for d in envelope.documents if d.id == document_id), None)


def _named(report: Report, part: str) -> str | None:
    """An id out of the evidence, which a stranger may have written."""
    stated = (report.evidence or {}).get(part)
    value = stated.get("id") if isinstance(stated, dict) else None
    is_id = isinstance(value, str) and value.isascii() and value.isalnum()
    return value if is_id else None
