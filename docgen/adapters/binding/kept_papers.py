"""The PaperFiles port over what the register holds: brought along, or sealed documents of ours."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from docgen.domain.envelope import Document
from docgen.domain.errors import BlobNotFound, DocumentNotFound
from docgen.ports import Blobs, Register
from docgen.ports_of_packs import PageCounter

_OURS = re.compile(r"documents/([^/]+?)(?:\.pdf)?")
"""How a case refers to a sealed document: `documents/A3-2026-000042`."""


def is_document(path: str) -> bool:
    """Whether a path means a sealed document of the register."""
    return _OURS.fullmatch(path) is not None


class KeptPapers:
    """Files of one owner: others' papers are not there, whoever knows their hashes."""

    def __init__(
        self, register: Register, blobs: Blobs, *, owner: str, case: Mapping[str, Any]
    ) -> None:
        self._register, self._blobs, self._owner = register, blobs, owner
        self._hashes = {
            str(each["path"]): str(each["sha256"])
            for each in case.get("papers", ())
            if isinstance(each, Mapping) and {"path", "sha256"} <= each.keys()
        }

    def read(self, path: str) -> bytes:
        """The bytes; raises BlobNotFound for what is not this owner's, or is not sealed."""
        document = self._document(path)
        if document is not None:
            return self._blobs.get(document.sealed.sha256 if document.sealed else "")
        sha256 = self._hashes.get(path, "")
        with self._register.view() as unit:
            known = unit.packs.papers(self._owner, [sha256])
        if not known:
            raise BlobNotFound("nobody has brought that paper along")
        return self._blobs.get(sha256)

    def detached(self, path: str) -> bytes:
        """The national signature over a sealed document; papers brought along have none."""
        document = self._document(path)
        if document is None or document.detached is None:
            return b""
        return self._blobs.get(document.detached.sha256)

    def _document(self, path: str) -> Document | None:
        named = _OURS.fullmatch(path)
        if named is None:
            return None
        try:
            with self._register.view() as unit:
                envelope = unit.envelopes.by_number(named[1])
        except DocumentNotFound:
            raise BlobNotFound("no such document") from None
        for document in envelope.documents:
            ours = envelope.owner == self._owner and document.number == named[1]
            if ours and document.sealed is not None:
                return document
        raise BlobNotFound("no such sealed document")


class KnownPages:
    """Implements PageCounter: what was counted when it was brought along is not counted again."""

    def __init__(self, register: Register, counter: PageCounter) -> None:
        self._register, self._counter = register, counter

    def pages(self, pdf: bytes) -> int:
        """How many pages it has; raises UnreadableDocument, and Busy."""
        sha256 = hashlib.sha256(pdf).hexdigest()
        with self._register.view() as unit:
            known = unit.packs.pages_of(sha256)
        return known or self._counter.pages(pdf)
