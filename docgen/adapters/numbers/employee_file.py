"""The numbers of employees in a file."""

import logging
from collections.abc import Callable
from pathlib import Path

from docgen.adapters.numbers.reread import Reread
from docgen.domain.subscriber import Phone

log = logging.getLogger(__name__)


class EmployeeFile:
    """Implements ports.EmployeeNumbers; the file is read again when it changes.

    A number a line: in E.164, or as its HMAC in hexadecimal, so that the file names nobody. What
    follows a blank is a remark, and so is a line that begins with `#`.
    """

    def __init__(self, path: Path, *, subject_of: Callable[[Phone], str]) -> None:
        self._file = Reread(path, _known)
        self._subject_of = subject_of

    def has(self, phone: Phone) -> bool:
        """Whether it is there; a file that cannot be read holds nobody."""
        try:
            known = self._file.now()
        except (OSError, ValueError):
            log.warning("the file of employees' numbers cannot be read")
            return False
        return phone.value in known or self._subject_of(phone) in known


class NoEmployees:
    """Implements ports.EmployeeNumbers where no list is kept."""

    def has(self, phone: Phone) -> bool:
        """Nobody's."""
        del phone
        return False


def _known(text: str) -> frozenset[str]:
    words = (line.split(maxsplit=1) for line in text.splitlines())
    return frozenset(each[0].lower() for each in words if each and not each[0].startswith("#"))
