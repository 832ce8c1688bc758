"""Fetch a document's bytes, or a page of it as an image."""

from dataclasses import dataclass
from enum import StrEnum

from docgen.domain.envelope import Document, Envelope, State
from docgen.domain.errors import DocumentNotFound, NotReady
from docgen.ports import Blobs, PageImages


class Version(StrEnum):
    """Which bytes: those the subscriber saw, or those with the seal."""

    FROZEN = "frozen"
    SEALED = "sealed"


@dataclass(frozen=True, kw_only=True)
class Located:
    """Bytes that are there, by their hash, not yet read."""

    sha256: str
    number: str
    version: Version


@dataclass(frozen=True, kw_only=True)
class FetchDocument:
    """Reads frozen or sealed bytes, checked against their hash."""

    blobs: Blobs
    images: PageImages

    def locate(
        self, envelope: Envelope, document_id: str, *, version: Version | None = None
    ) -> Located:
        """The asked version, else the latest there is.

        Raises NotReady while it is a draft, and DocumentNotFound for an unknown document or one
        that is not sealed when the sealed version is asked for.
        """
        document = envelope.document(document_id)
        if document.frozen is None and envelope.state is State.DRAFT:
            raise NotReady("fetch", envelope.state)
        if document.sealed is not None and version is not Version.FROZEN:
            return _located(document, Version.SEALED, document.sealed.sha256)
        if version is Version.SEALED:
            raise DocumentNotFound(document_id)
        return _located(document, Version.FROZEN, document.frozen_hash())

    def locate_detached(self, envelope: Envelope, document_id: str) -> Located:
        """The signature beside the sealed file; raises DocumentNotFound where there is none."""
        document = envelope.document(document_id)
        if document.detached is None:
            raise DocumentNotFound(document_id)
        return _located(document, Version.SEALED, document.detached.sha256)

    def pdf(self, located: Located) -> bytes:
        """The bytes; raises BlobNotFound or BlobDamaged."""
        return self.blobs.get(located.sha256)

    def page(self, located: Located, page: int, *, width: int) -> bytes:
        """A page as an image, so many pixels wide; raises DocumentNotFound beyond the last one."""
        return self.images.image(self.pdf(located), page, width=width)


def _located(document: Document, version: Version, sha256: str) -> Located:
    return Located(sha256=sha256, number=document.number, version=version)
