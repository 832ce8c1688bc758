"""Whether tags agree: with the other language, and with what the form gives."""

from collections.abc import Iterator, Sequence

from docgen.domain.faults import Fault
from docgen.domain.shape import Gives, Shape, gives, leaves
from docgen.domain.template import Finding, Tag, TagKind, found

NUMBER = "document.number"
"""What no document goes without."""

_SAID = {
    TagKind.PRINT: "{{{{ {} }}}}",
    TagKind.LOOP: "{{% for … in {} %}}",
    TagKind.CONDITION: "{{% if {} %}}",
}


def between_languages(
    here: Sequence[Tag], there: Sequence[Tag], other: str
) -> Iterator[Finding]:  # fmt: skip
    """What stands here but not in the other file, each once."""
    known = {(tag.kind, tag.path) for tag in there}
    for tag in here:
        if (tag.kind, tag.path) not in known:
            known.add((tag.kind, tag.path))
            said = _SAID[tag.kind].format(tag.path)
            yield found(Fault.NOT_IN_OTHER_LANGUAGE, tag.place, tag=said, other=other)


def with_context(tags: Sequence[Tag], given: Shape) -> Iterator[Finding]:
    """Tags that name what the context does not give, or want of it what it is not."""
    for tag in tags:
        unknown = [name for name in tag.names if gives(given, name) is None]
        for name in unknown:
            yield found(Fault.VARIABLE_UNKNOWN, tag.place, variable=name)
        if unknown:
            continue
        kind = gives(given, tag.path)
        if tag.kind is TagKind.LOOP and kind not in {Gives.LIST, Gives.UNKNOWN}:
            yield found(Fault.LOOP_OVER_NO_LIST, tag.place, variable=tag.path)
        if tag.kind is TagKind.PRINT and kind in {Gives.LIST, Gives.GROUP, Gives.FLAG}:
            yield found(Fault.VARIABLE_NOT_TEXT, tag.place, variable=tag.path)


def unused(tags: Sequence[Tag], own: Shape) -> Iterator[Finding]:
    """What the form gives and no tag uses."""
    used = {name for tag in tags for name in tag.names}
    for path in leaves(own, used):
        yield found(Fault.VARIABLE_UNUSED, variable=path)


def number(tags: Sequence[Tag]) -> Iterator[Finding]:
    """A document without its number."""
    if not any(NUMBER in tag.names for tag in tags):
        yield found(Fault.NUMBER_MISSING, variable=NUMBER)
