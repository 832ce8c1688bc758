"""The two languages of every document."""

from enum import StrEnum


class Language(StrEnum):
    """A language a document half is written in; ISO 639-1."""

    KK = "kk"
    RU = "ru"


BOTH = (Language.KK, Language.RU)
