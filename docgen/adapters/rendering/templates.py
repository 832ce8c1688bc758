"""The shelf of templates: read, checked and compiled once, and again when a file changes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docgen.adapters.rendering.compose import compose
from docgen.adapters.rendering.package import check_package
from docgen.adapters.rendering.qr_picture import share_qr_part
from docgen.adapters.rendering.tags import Compiled, compile_tags
from docgen.adapters.rendering.template_folders import TemplateFolders
from docgen.domain.errors import TemplateRejected
from docgen.domain.language import Language

_Stamp = tuple[tuple[int, int, int], ...]
_Key = tuple[str, tuple[Language, ...]]


@dataclass(frozen=True, kw_only=True)
class ShelvedTemplate:
    """A compiled template, the SHA-256 of each file, and the one over them in language order."""

    compiled: Compiled
    files: Mapping[Language, str]
    sha256: str


class TemplateShelf:
    """Templates below `templates_kk` and `templates_ru` of some directories; the first wins."""

    def __init__(self, *directories: Path) -> None:
        self._folders = TemplateFolders(*directories)
        self._shelved: dict[_Key, tuple[_Stamp, ShelvedTemplate]] = {}

    def get(self, name: str, languages: tuple[Language, ...]) -> ShelvedTemplate:
        """The template in these languages, in this order; raises TemplateRejected."""
        paths = [self._folders.path(name, language) for language in languages]
        stamp = tuple(_stamp(path) for path in paths)
        shelved = self._shelved.get((name, languages))
        if shelved is None or shelved[0] != stamp:
            shelved = (stamp, _read(name, dict(zip(languages, paths, strict=True))))
            self._shelved[name, languages] = shelved
        return shelved[1]


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise TemplateRejected(f"{path.parent.name}/{path.name} is missing") from error
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(name: str, paths: dict[Language, Path]) -> ShelvedTemplate:
    halves: list[tuple[Language, bytes]] = []
    digest = hashlib.sha256()
    files: dict[Language, str] = {}
    for language, path in paths.items():
        docx = path.read_bytes()
        file_digest = hashlib.sha256(docx)
        files[language] = file_digest.hexdigest()
        digest.update(file_digest.digest())
        try:
            check_package(docx)
        except TemplateRejected as error:
            raise TemplateRejected(f"{language} {name}: {error}") from error
        halves.append((language, docx))
    composed = compose(halves)
    share_qr_part(composed.document)
    return ShelvedTemplate(compiled=compile_tags(composed), files=files, sha256=digest.hexdigest())
