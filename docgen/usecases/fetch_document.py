"""Fetch a document's bytes, or a page of it as an image."""

from dataclasses import dataclass
from enum import StrEnum

from docgen.domain.envelope import Document, Envelope, State
from docgen.domain.errors import DocumentNotFound, NotReady
from docgen.ports import Blobs, PageImages


class Version(StrEnum):
    """Which bytes: those the subscriber saw, those with the seal, or with later time stamps."""

    FROZEN = "frozen"
    SEALED = "sealed"
    ARCHIVED = "archived"


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
        that is not there in the asked version.
        """
        document = envelope.document(document_id)
        if document.frozen is None and envelope.state is State.DRAFT:
            raise NotReady("fetch", envelope.state)
        hashes = _hashes(document)
        if version is None:
            version = next(iter(hashes), Version.FROZEN)
        if version not in hashes:
            raise DocumentNotFound(document_id)
        return Located(sha256=hashes[version], number=document.number, version=version)

    def locate_detached(self, envelope: Envelope, document_id: str) -> Located:
        """The signature beside the sealed file; raises DocumentNotFound where there is none."""
        document = envelope.document(document_id)
        if document.detached is None:
            raise DocumentNotFound(document_id)
        beside = document.detached.sha256
        return Located(sha256=beside, number=document.number, version=Version.SEALED)

    def pdf(self, located: Located) -> bytes:
        """The bytes; raises BlobNotFound or BlobDamaged."""
        return self.blobs.get(located.sha256)

    def page(self, located: Located, page: int, *, width: int) -> bytes:
        """A page as an image, so many pixels wide; raises DocumentNotFound beyond the last one."""
        return self.images.image(self.pdf(located), page, width=width)

    def text(self, located: Located, page: int) -> str:
        """The words of a page, line by line; raises DocumentNotFound beyond the last one."""
        return self.images.text(self.pdf(located), page)


def _hashes(document: Document) -> dict[Version, str]:
    """The hash of each version there is, the latest first."""
    hashes = {}
    if document.archived:
        hashes[Version.ARCHIVED] = document.archived[-1].sha256
    if document.sealed is not None:
        hashes[Version.SEALED] = document.sealed.sha256
    if document.frozen is not None:
        hashes[Version.FROZEN] = document.frozen.sha256
    return hashes
