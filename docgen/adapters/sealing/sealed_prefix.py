"""The prefix of a file that its first signature covers, and what is inside it."""

import hashlib
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from docgen.adapters.sealing.container import is_plain
from docgen.adapters.sealing.objects import dictionary, elements, entry
from docgen.adapters.sealing.reasons import Reason
from docgen.adapters.sealing.revisions import claimed_ends, open_strictly, revision_ends
from docgen.adapters.sealing.trust import validation_store
from docgen.domain import evidence

_MOST_EVIDENCE = 4 * 1024 * 1024
_FROZEN_AND_SEAL = 2


@dataclass(frozen=True)
class SealedPrefix:
    """The bytes up to the end of the signed revision, read by themselves."""

    content: bytes
    reader: PdfFileReader
    signature: EmbeddedPdfSignature

    @property
    def end(self) -> int:
        """Offset at which the signed revision ends."""
        return len(self.content)

    def first_revision_hash(self) -> str:
        """SHA-256 of the first revision's bytes, its mark and line end included."""
        ends = revision_ends(self.reader, self.content)
        return hashlib.sha256(self.content[: ends[0]]).hexdigest()

    def evidence(self) -> dict[str, Any] | None:
        """Our evidence among the signed attachments, if it is there exactly once."""
        return attached_evidence(self.reader.root)

    def findings(self, stated: dict[str, Any]) -> list[Reason]:
        """Everything about the signed revision that contradicts the evidence or our way."""
        checks = (
            (is_plain(self.signature, validation_store(self.reader)), Reason.SEAL_BROKEN),
            (self._certifies(), Reason.NOT_CERTIFIED),
            (self._is_second_revision(), Reason.REVISIONS_WRONG),
            (
                evidence.confirmed_hash(stated) == self.first_revision_hash()
                and evidence.manifest_holds(stated),
                Reason.HASH_MISMATCH,
            ),
            (self._holds_attached(stated), Reason.ATTACHMENT_MISMATCH),
            (evidence.chain_holds(stated), Reason.JOURNAL_BROKEN),
        )
        return [reason for holds, reason in checks if not holds]

    def _holds_attached(self, stated: dict[str, Any]) -> bool:
        """Whether beside the evidence there are just the files it names, with those bytes."""
        named = evidence.attached(stated)
        found = [name for name, _ in _attachments(self.reader.root)]
        if sorted(found) != sorted([evidence.FILE_NAME, *named]):
            return False
        held = ((_content(self.reader.root, name), sha256) for name, sha256 in named.items())
        return all(
            content is not None and hashlib.sha256(content).hexdigest() == sha256
            for content, sha256 in held
        )

    def _certifies(self) -> bool:
        permissions = dictionary(self.reader.root, "/Perms")
        certification = permissions.raw_get("/DocMDP") if "/DocMDP" in permissions else None
        own = self.signature.sig_field.raw_get("/V")
        return certification == own and self.signature.docmdp_level is MDPPerm.NO_CHANGES

    def _is_second_revision(self) -> bool:
        ends = revision_ends(self.reader, self.content)
        alone = len(self.reader.embedded_signatures) == 1
        return alone and len(ends) == _FROZEN_AND_SEAL and ends[-1] == self.end


def attached_evidence(root: generic.DictionaryObject) -> dict[str, Any] | None:
    """Our evidence among the attachments of a catalog, if it is there exactly once."""
    content = _content(root, evidence.FILE_NAME)
    if content is None or len(content) > _MOST_EVIDENCE:
        return None
    return evidence.parse(content)


def _content(root: generic.DictionaryObject, name: str) -> bytes | None:
    """The bytes of the attachment of that name, if there is exactly one."""
    found = [specification for known, specification in _attachments(root) if known == name]
    stream = entry(dictionary(found[0], "/EF"), "/F") if len(found) == 1 else None
    if not isinstance(stream, generic.StreamObject):
        return None
    try:
        content: bytes = stream.data
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # hostile bytes: what cannot be unpacked is no evidence
        return None
    return content


def find_sealed_prefix(pdf: bytes) -> SealedPrefix | None:
    """The shortest prefix that a signature of its own covers wholly; None where there is none."""
    for end in claimed_ends(pdf):
        prefix = _sealed_at(pdf[:end])
        if prefix is not None:
            return prefix
    return None


def _sealed_at(content: bytes) -> SealedPrefix | None:
    try:
        reader = open_strictly(content)
        for signature in reader.embedded_signatures:
            if _covers(signature, content):
                return SealedPrefix(content, reader, signature)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # hostile bytes: whatever is thrown, no signature is here
        return None
    return None


def _covers(signature: EmbeddedPdfSignature, content: bytes) -> bool:
    """Whether all bytes but the signature's own are signed, and those are nothing else.

    The place of the signature is the only unsigned one: it must hold the signature in plain
    hexadecimal, padded with zeros, and not a byte more.
    """
    if signature.evaluate_signature_coverage() is not SignatureCoverageLevel.ENTIRE_FILE:
        return False
    _, gap_start, gap_end, rest = signature.byte_range
    held = signature.pkcs7_content
    spellings = (held.hex().upper(), held.hex())
    read = cms.ContentInfo.load(held)
    signed = cms.ContentInfo({name: read[name] for name in ("content_type", "content")}).dump()
    return (
        gap_end + rest == len(content)
        and content[gap_start:gap_end] in (b"<%s>" % h.encode("ascii") for h in spellings)
        and held.startswith(signed)
        and not held[len(signed) :].strip(b"\0")
    )


def _attachments(root: generic.DictionaryObject) -> list[tuple[str, generic.PdfObject]]:
    """The flat name tree of attached files, as our seal writes it."""
    listed = elements(dictionary(dictionary(root, "/Names"), "/EmbeddedFiles"), "/Names")
    return [
        (str(name.get_object()), value.get_object())
        for name, value in zip(listed[::2], listed[1::2], strict=False)
    ]
