"""The PaperFiles port: a folder, out of which no path leads."""

from pathlib import Path

from docgen.domain.errors import BlobNotFound

DETACHED = ".cms"
_LARGEST = 50 * 1024 * 1024


class PaperFolder:
    """Files below one folder; larger ones than 50 MB are not taken."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def read(self, path: str) -> bytes:
        """The bytes; raises BlobNotFound."""
        try:
            found = (self._folder / path).resolve()
            if not found.is_relative_to(self._folder) or not found.is_file():
                raise BlobNotFound("no such file in the folder")
            if found.stat().st_size > _LARGEST:
                raise BlobNotFound("a file that is too large")
            return found.read_bytes()
        except (OSError, ValueError) as error:
            raise BlobNotFound("a file that cannot be read") from error

    def paths(self) -> list[str]:
        """Of all files below it but signatures that lie beside others; links are not followed."""
        found = (each for each in sorted(self._folder.rglob("*")) if each.is_file())
        inside = (each for each in found if each.resolve().is_relative_to(self._folder))
        return [str(each.relative_to(self._folder)) for each in inside if each.suffix != DETACHED]

    def detached(self, path: str) -> bytes:
        """What lies beside it under its name and `.cms`."""
        try:
            return self.read(f"{path}{DETACHED}")
        except BlobNotFound:
            return b""
