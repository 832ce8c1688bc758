"""The shelf of templates: read, checked and compiled once, and again when a file changes."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from docgen.adapters.rendering.compose import compose, let_rows_split
from docgen.adapters.rendering.package import check_package
from docgen.adapters.rendering.qr_picture import share_qr_part
from docgen.adapters.rendering.tags import Compiled, compile_tags
from docgen.adapters.rendering.template_folders import TemplateFolders
from docgen.domain.errors import TemplateRejected
from docgen.domain.language import Language

_Stamp = tuple[tuple[int, int, int], ...]
_Key = tuple[str, tuple[Language, ...], bool]


@dataclass(frozen=True, kw_only=True)
class ShelvedTemplate:
    """A compiled template, the SHA-256 of each file, and the one over them in language order."""

    compiled: Compiled
    stories: Mapping[str, Language]
    """The language of each header and footer, by the name of its part."""
    files: Mapping[Language, str]
    sha256: str


class TemplateShelf:
    """Templates below `templates_kk` and `templates_ru` of some directories; the first wins."""

    def __init__(self, *directories: Path) -> None:
        self._folders = TemplateFolders(*directories)
        self._shelved: dict[_Key, tuple[_Stamp, ShelvedTemplate]] = {}

    def get(
        self, name: str, languages: tuple[Language, ...], *, rows_split: bool = False
    ) -> ShelvedTemplate:
        """The template in these languages, in this order; raises TemplateRejected.

        With `rows_split` no row of a table is kept from going over to the next page.
        """
        key = (name, languages, rows_split)
        paths = [self._folders.path(name, language) for language in languages]
        stamp = tuple(_stamp(path) for path in paths)
        shelved = self._shelved.get(key)
        if shelved is None or shelved[0] != stamp:
            shelved = (stamp, _read(name, dict(zip(languages, paths, strict=True)), rows_split))
            self._shelved[key] = shelved
        return shelved[1]

    def sha256(self, name: str, languages: tuple[Language, ...]) -> str:
        """The hash over the template's files as they are now; raises TemplateRejected."""
        return _over(
            hashlib.sha256(self._folders.path(name, language).read_bytes()).digest()
            for language in languages
            if _stamp(self._folders.path(name, language))
        )


def _over(digests: Iterable[bytes]) -> str:
    return hashlib.sha256(b"".join(digests)).hexdigest()


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise TemplateRejected(f"{path.parent.name}/{path.name} is missing") from error
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(name: str, paths: dict[Language, Path], rows_split: bool) -> ShelvedTemplate:  # noqa: FBT001
    halves: list[tuple[Language, bytes]] = []
    digests: list[bytes] = []
    files: dict[Language, str] = {}
    for language, path in paths.items():
        docx = path.read_bytes()
        file_digest = hashlib.sha256(docx)
        files[language] = file_digest.hexdigest()
        digests.append(file_digest.digest())
        try:
            check_package(docx)
        except TemplateRejected as error:
            raise TemplateRejected(f"{language} {name}: {error}") from error
        halves.append((language, docx))
    composed = compose(halves)
    share_qr_part(composed.document)
    if rows_split:
        let_rows_split(composed.document)
    return ShelvedTemplate(
        compiled=compile_tags(composed),
        stories=composed.stories,
        files=files,
        sha256=_over(digests),
    )
