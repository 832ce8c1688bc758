"""What the lint says: a finding's place and sentence."""

from collections.abc import Iterator

from docgen.domain.language import Language
from docgen.domain.template import Finding, Place, Story
from docgen.texts.phrases import say


def sentence(finding: Finding, language: Language) -> str:
    """What is wrong and how to mend it, in one line."""
    words = {name: " ".join(value.split()) for name, value in finding.params}
    return say(f"lint.{finding.code}", language, **words)


def place(where: Place, language: Language) -> str:
    """`2-кесте, 3-жол, 1-ұяшық`; nothing for the whole file."""
    return ", ".join(_parts(where, language))


def _parts(where: Place, language: Language) -> Iterator[str]:
    if where.story in {Story.HEADER, Story.FOOTER}:
        yield say(f"lint.place.{where.story}", language)
    elif where.story is Story.OTHER:
        yield where.entry
    for name in ("table", "row", "cell", "paragraph"):
        number = getattr(where, name)
        if number:
            yield say(f"lint.place.{name}", language, **{name: number})
    if where.key:
        yield where.key
