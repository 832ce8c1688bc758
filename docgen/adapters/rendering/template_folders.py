"""The TemplateFiles port: Word files below `templates_kk` and `templates_ru` of some folders."""

import re
from collections.abc import Sequence
from pathlib import Path

from docgen.domain.errors import TemplateRejected
from docgen.domain.language import Language
from docgen.domain.template import TemplateFile

ENDING = ".docx"
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
_OPEN_IN_WORD = "~$"
"""How the files begin that Word lays beside a document while somebody edits it."""


class TemplateFolders:
    """Of several directories the first that has a file of a name wins."""

    def __init__(self, *directories: Path) -> None:
        self._directories = directories

    def path(self, name: str, language: Language) -> Path:
        """Where the file is, or would be looked for last; raises TemplateRejected for no name."""
        if not _NAME.fullmatch(name):
            raise TemplateRejected("not a name of a template")
        paths = [each / f"templates_{language}" / f"{name}{ENDING}" for each in self._directories]
        return next((path for path in paths if path.is_file()), paths[-1])

    def find(self, name: str, language: Language) -> TemplateFile | None:
        """The one that is rendered under that name; raises TemplateRejected if unreadable."""
        path = self.path(name, language)
        if not path.is_file():
            return None
        try:
            content = path.read_bytes()
        except OSError as error:
            raise TemplateRejected(f"{path} cannot be read: {error.strerror}") from error
        return TemplateFile(name=name, shown=self.shown(name, language), content=content)

    def names(self, language: Language) -> Sequence[str]:
        """Names of all there are in that language, in order."""
        folders = [each / f"templates_{language}" for each in self._directories]
        return sorted(
            {
                path.relative_to(folder).with_suffix("").as_posix()
                for folder in folders
                for path in folder.rglob(f"*{ENDING}")
                if not path.name.startswith(_OPEN_IN_WORD)
            }
        )

    def shown(self, name: str, language: Language) -> str:
        """How people find it, or where it would have to lie."""
        path = Path(f"templates_{language}") / f"{name}{ENDING}"
        for directory in self._directories[:-1]:
            if (directory / path).is_file():
                return str(directory / path)
        return str(path)
