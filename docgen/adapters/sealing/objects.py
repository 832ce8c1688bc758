"""Reading PDF dictionaries safely: references are followed, absence is a plain value."""

from pyhanko.pdf_utils import generic


def entry(holder: generic.PdfObject | None, key: str) -> generic.PdfObject | None:
    """What the key leads to; None where it is absent or the holder is no dictionary."""
    if isinstance(holder, generic.DictionaryObject) and key in holder:
        found: generic.PdfObject = holder.raw_get(key).get_object()
        return found
    return None


def dictionary(holder: generic.PdfObject | None, key: str) -> generic.DictionaryObject:
    """The dictionary under the key; an empty one where there is none."""
    found = entry(holder, key)
    return found if isinstance(found, generic.DictionaryObject) else generic.DictionaryObject()


def elements(holder: generic.PdfObject | None, key: str) -> list[generic.PdfObject]:
    """The elements of the array under the key as they stand there; none where there is none."""
    found = entry(holder, key)
    return list(found) if isinstance(found, generic.ArrayObject) else []
