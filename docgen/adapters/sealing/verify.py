"""The verdict on a file, from the file and the trust roots alone."""

import asyncio
import hashlib
import io
import logging
from dataclasses import replace
from typing import Any, Final

from lxml import etree
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from docgen.adapters.sealing.later import Later, examine
from docgen.adapters.sealing.objects import entry
from docgen.adapters.sealing.reasons import Reason, notices, verdict
from docgen.adapters.sealing.revisions import claimed_ends, open_strictly, revision_ends
from docgen.adapters.sealing.sealed_prefix import (
    SealedPrefix,
    attached_evidence,
    find_sealed_prefix,
)
from docgen.adapters.sealing.signature import Judged, judge
from docgen.adapters.sealing.trust import TrustRoots
from docgen.domain import evidence
from docgen.domain.errors import UnreadableDocument
from docgen.domain.verdict import Report, SealFacts, Verdict
from docgen.ports import Clock

__all__ = ["OUR_IDENTIFIERS", "PadesVerifier", "Reason"]

OUR_IDENTIFIERS: Final = "urn:qoltanba:"
"""How the dc:identifier of every document of ours begins."""

_LARGEST: Final = 20 * 1024 * 1024
_HEADER: Final = b"%PDF-"
_IDENTIFIER: Final = "{http://purl.org/dc/elements/1.1/}identifier"

_log = logging.getLogger(__name__)


class PadesVerifier:
    """Judges PAdES seals of ours offline (ETSI EN 319 142-1; ISO 32000-1, 12.8).

    Valid is only: the frozen file plus one certified revision that is intact and trusted, holds our
    evidence with the first revision's hash and an unbroken journal, and is followed by nothing but
    validation data and time stamps. `limit` is the largest file taken, in bytes.
    """

    def __init__(self, roots: TrustRoots, *, clock: Clock, limit: int = _LARGEST) -> None:
        self._roots = roots
        self._clock = clock
        self._limit = limit

    def verify(self, pdf: bytes) -> Report:
        """The report on a file.

        Raises UnreadableDocument for what is not a PDF, is too large, or takes more memory than
        there is: that would be no verdict on the file.
        """
        if len(pdf) > self._limit:
            raise UnreadableDocument(f"larger than {self._limit} bytes")
        if not pdf.startswith(_HEADER):
            raise UnreadableDocument("not a PDF")
        try:
            sealed = find_sealed_prefix(pdf)
            if sealed is None:
                return _without_seal(pdf)
            return asyncio.run(self._judged(pdf, sealed))
        except UnreadableDocument:
            raise
        except MemoryError as error:
            raise UnreadableDocument("too large for the memory there is") from error
        except Exception:  # noqa: BLE001  # hostile bytes must end in a verdict, not a traceback
            _log.info("a file could not be judged", exc_info=True)
            return _report(Reason.STRUCTURE_BROKEN)

    async def _judged(self, pdf: bytes, sealed: SealedPrefix) -> Report:
        now = self._clock.now()
        later = await examine(pdf, sealed, roots=self._roots, now=now)
        judged = await judge(
            sealed.signature, roots=self._roots, at=later.proved_at, file=later.reader
        )
        stated = sealed.evidence()
        against = [Reason.EVIDENCE_MISSING] if stated is None else sealed.findings(stated)
        found = (judged.reason, *against, later.reason)
        report = _report(*(reason for reason in found if reason is not None))
        facts = _facts(judged, later)
        stands = report.verdict is not Verdict.INVALID
        told = tuple(notice.value for notice in notices(facts.level)) if stands else ()
        return replace(report, seal=facts, notices=told, **_stated(sealed, stated))


def _facts(judged: Judged, later: Later) -> SealFacts:
    archived = later.stamps and judged.facts.level == "B-LT"
    return replace(judged.facts, level="B-LTA") if archived else judged.facts


def _stated(sealed: SealedPrefix, stated: dict[str, Any] | None) -> dict[str, Any]:
    if stated is None:
        return {
            "first_revision_hash": sealed.first_revision_hash(),
            "claimed_token": _token(_identifier(sealed.reader)),
        }
    return {
        "claimed_token": evidence.verification_token(stated),
        "first_revision_hash": sealed.first_revision_hash(),
        "confirmed_hash": evidence.confirmed_hash(stated),
        "evidence": stated,
        "journal_chain_ok": evidence.chain_holds(stated),
    }


def _report(*reasons: Reason) -> Report:
    return Report(verdict=verdict(reasons), reasons=tuple(reason.value for reason in reasons))


def _without_seal(pdf: bytes) -> Report:
    """The report on a file in which no signature covers its own revision wholly."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        signed = bool(reader.embedded_signatures)
        token = _token(_identifier(reader))
        stated = attached_evidence(reader.root)
    except MemoryError:
        raise
    except Exception as error:
        if claimed_ends(pdf):
            return _report(Reason.STRUCTURE_BROKEN)
        raise UnreadableDocument("not a readable PDF") from error
    if signed or claimed_ends(pdf):
        return _report(Reason.SEAL_BROKEN)
    if stated is not None:
        report = _report(Reason.SEAL_REMOVED)
        token = token or evidence.verification_token(stated)
    else:
        report = _report(Reason.NOT_OURS if token is None else Reason.SEAL_MISSING)
    return replace(report, first_revision_hash=_first_revision_hash(pdf), claimed_token=token)


def _token(identifier: str | None) -> str | None:
    """The token in an identifier of ours; None in anybody else's."""
    if identifier is None or not identifier.startswith(OUR_IDENTIFIERS):
        return None
    return identifier.rpartition(":")[2]


def _first_revision_hash(pdf: bytes) -> str | None:
    try:
        end = revision_ends(open_strictly(pdf), pdf)[0]
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # hostile bytes: no first revision, no hash
        return None
    return hashlib.sha256(pdf[:end]).hexdigest()


def _identifier(reader: PdfFileReader) -> str | None:
    """The dc:identifier of the XMP metadata, as an element or as an attribute."""
    metadata = entry(reader.root, "/Metadata")
    if not isinstance(metadata, generic.StreamObject):
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        tree = etree.fromstring(metadata.data, parser)
    except etree.XMLSyntaxError:
        return None
    for node in tree.iter(etree.Element):
        if node.tag == _IDENTIFIER:
            return "".join(node.itertext()).strip()
        if _IDENTIFIER in node.attrib:
            return str(node.attrib[_IDENTIFIER])
    return None
