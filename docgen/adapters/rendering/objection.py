"""A broken rule of templates: as an error where a document is made, as a finding in the lint."""

from docgen.domain.errors import TemplateRejected
from docgen.domain.faults import Fault
from docgen.domain.template import WHOLE, Place, found


class Objection(TemplateRejected):
    """Why a Word file is refused, in a sentence for the log, and the finding it is."""

    def __init__(self, said: str, code: Fault, place: Place = WHOLE, /, **params: object) -> None:
        super().__init__(said)
        self.finding = found(code, place, **params)


def damaged(said: str) -> Objection:
    """The package is not what Word would have saved."""
    return Objection(said, Fault.PACKAGE_DAMAGED, reason=said)


def too_large(said: str) -> Objection:
    """The package is more than anybody may make us read."""
    return Objection(said, Fault.PACKAGE_TOO_LARGE, reason=said)
