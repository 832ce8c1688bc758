"""Verify a file against the register too: is it, byte for byte, what was issued?"""

import hashlib
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from docgen.domain.envelope import Document
from docgen.domain.errors import DocumentNotFound
from docgen.domain.verdict import Report, Verdict
from docgen.ports import Register
from docgen.usecases.verify_document import VerifyDocument

OTHER_BYTES = "other_bytes_than_registered"
OTHER_DOCUMENT = "other_document_than_asked"
SEALED_FILE_REGISTERED = "sealed_file_registered"
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


class Match(StrEnum):
    """How a file's bytes stand to what the register holds of the document it says it is."""

    IDENTICAL = "identical"
    """The very file that was issued."""
    CONTINUED = "continued"
    """The file that was issued, and more after its end: what that is, the file itself tells."""
    SHOWN = "shown"
    """The file that was shown to the subscriber, before the seal."""
    OTHER_BYTES = "other_bytes"
    NOT_ISSUED = "not_issued"
    """Nothing sealed was issued of the document yet."""
    UNREGISTERED = "unregistered"
    """It names no document of this register."""
    OTHER_DOCUMENT = "other_document"
    """It says it is another document than the one that was asked about."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A report, and what the register knows of these bytes."""

    report: Report
    match: Match
    sha256: str
    size: int

    @property
    def registered(self) -> bool:
        """Whether they are, or begin with, what was issued."""
        return self.match in {Match.IDENTICAL, Match.CONTINUED}


@dataclass(frozen=True, kw_only=True)
class VerifyUpload:
    """Judges a file by itself, then by what the register says of the document it claims to be."""

    verify_document: VerifyDocument
    register: Register

    def __call__(self, pdf: bytes, *, token: str | None = None) -> Checked:
        """The report; `token` is of the document that was asked about, if one was.

        Raises UnreadableDocument for what is not a PDF. Bytes added to a registered file after its
        end leave it registered: whether they were allowed, the file itself tells. Other bytes than
        registered are a change after issue.
        """
        report = self.verify_document(pdf)
        document = self._document(report.claimed_token)
        match = _match(pdf, document)
        if token is not None and report.claimed_token not in {None, token}:
            match = Match.OTHER_DOCUMENT
        digest = hashlib.sha256(pdf).hexdigest()
        told = _told(report, match, document)
        return Checked(report=told, match=match, sha256=digest, size=len(pdf))

    def _document(self, token: str | None) -> Document | None:
        """The document of a token, which a stranger may have written."""
        if token is None or not TOKEN.fullmatch(token):
            return None
        with self.register.view() as unit:
            try:
                envelope = unit.envelopes.by_token(token)
            except DocumentNotFound:
                return None
        return next(d for d in envelope.documents if d.verification_token == token)


def _match(pdf: bytes, document: Document | None) -> Match:
    if document is None:
        return Match.UNREGISTERED
    digest = hashlib.sha256(pdf).hexdigest()
    if document.frozen is not None and digest == document.frozen.sha256:
        return Match.SHOWN
    issued = document.sealed
    if issued is None:
        return Match.NOT_ISSUED
    if digest == issued.sha256:
        return Match.IDENTICAL
    begins = hashlib.sha256(pdf[: issued.size]).hexdigest() == issued.sha256
    return Match.CONTINUED if begins else Match.OTHER_BYTES


def _told(report: Report, match: Match, document: Document | None) -> Report:
    """The report with what the register adds to it; it softens nothing."""
    if match is Match.OTHER_DOCUMENT:
        return _and(report, OTHER_DOCUMENT)
    sound = report.verdict in {Verdict.VALID, Verdict.TEST}
    if sound and match is Match.OTHER_BYTES:
        return replace(_and(report, OTHER_BYTES), verdict=Verdict.CHANGED_AFTER_ISSUE)
    is_sealed = document is not None and document.sealed is not None
    if report.verdict is Verdict.UNSEALED and is_sealed:
        return _and(report, SEALED_FILE_REGISTERED)
    return report


def _and(report: Report, reason: str) -> Report:
    return replace(report, reasons=(*report.reasons, reason))
