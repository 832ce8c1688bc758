"""The forms there are."""

from docgen.forms.catalogue import BUILT_IN, Catalogue
from docgen.settings import Settings


def catalogue(settings: Settings) -> Catalogue:
    """The forms: the operator's own folders first, then the built-in ones."""
    return Catalogue((*settings.forms, BUILT_IN))
