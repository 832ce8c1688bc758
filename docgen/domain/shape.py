"""What a template may name: the paths of a context, and what stands under each."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

ROW = "[]"
"""Ends the path of a list's rows: `works[]`."""


class Gives(StrEnum):
    """What a path leads to."""

    TEXT = "text"
    FLAG = "flag"
    GROUP = "group"
    LIST = "list"
    UNKNOWN = "unknown"
    """The rows of a list that was empty."""


Shape = Mapping[str, Gives]


def shape(context: Mapping[str, Any]) -> Shape:
    """Every path of the context; rows of a list count together."""
    return dict(_paths(context, ""))


def gives(given: Shape, path: str) -> Gives | None:
    """What the path leads to; None where the context has nothing of the kind."""
    if path in given:
        return given[path]
    parents = (known for known, kind in given.items() if kind is Gives.UNKNOWN)
    return Gives.UNKNOWN if any(path.startswith(parent) for parent in parents) else None


def leaves(given: Shape, used: set[str]) -> Iterator[str]:
    """Paths that nobody uses, a group or list that is left out wholly once."""
    for path in given:
        parent = path.rpartition(".")[0].removesuffix(ROW)
        if _touched(path, used) or path.endswith(ROW):
            continue
        if not parent or _touched(parent, used):
            yield path


def _touched(path: str, used: set[str]) -> bool:
    return any(each == path or each.startswith((f"{path}.", f"{path}{ROW}")) for each in used)


def _paths(value: object, path: str) -> Iterator[tuple[str, Gives]]:
    if path:
        yield path, _kind(value)
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _paths(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list | tuple):
        if not value:
            yield path + ROW, Gives.UNKNOWN
        for item in value:
            yield from _paths(item, path + ROW)


def _kind(value: object) -> Gives:
    if isinstance(value, Mapping):
        return Gives.GROUP
    if isinstance(value, list | tuple):
        return Gives.LIST
    return Gives.FLAG if isinstance(value, bool) else Gives.TEXT
