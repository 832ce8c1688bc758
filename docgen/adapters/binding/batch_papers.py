"""The PaperListing port for batches: a folder, or what was brought along; and documents of ours."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from docgen.adapters.binding.kept_papers import KeptPapers, is_document
from docgen.adapters.binding.paper_folder import PaperFolder
from docgen.ports import Blobs, Register


class FolderAndDocuments:
    """Files below a folder; a path of a sealed document is read from the register."""

    def __init__(self, folder: Path, register: Register, blobs: Blobs, *, owner: str) -> None:
        self._folder = PaperFolder(folder)
        self._kept = KeptPapers(register, blobs, owner=owner, case={})

    def paths(self) -> Sequence[str]:
        """Of the folder."""
        return self._folder.paths()

    def read(self, path: str) -> bytes:
        """The bytes; raises BlobNotFound."""
        return self._kept.read(path) if is_document(path) else self._folder.read(path)

    def detached(self, path: str) -> bytes:
        """The signature beside it, if there is one."""
        return self._kept.detached(path) if is_document(path) else self._folder.detached(path)


class BroughtPapers(KeptPapers):
    """Papers that were brought along, by the paths that whoever brought them gives them."""

    def __init__(
        self, register: Register, blobs: Blobs, *, owner: str, hashes: Mapping[str, str]
    ) -> None:
        papers = [{"path": path, "sha256": sha256} for path, sha256 in hashes.items()]
        super().__init__(register, blobs, owner=owner, case={"papers": papers})
        self._paths = sorted(hashes)

    def paths(self) -> Sequence[str]:
        """All that were given."""
        return self._paths
