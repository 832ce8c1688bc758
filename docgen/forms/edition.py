"""Editions: which Word files a form was made of when, and under which order of the contract."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from docgen.domain.errors import Misconfigured
from docgen.domain.language import Language

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,30}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Edition:
    """The text of a form between two changes; what is in it never changes."""

    name: str
    since: date
    """The first day on which new documents are made of it."""
    order: str
    """Number of the order that the contract was approved by."""
    order_date: date
    templates: Mapping[Language, str]
    """SHA-256 of the Word file in each language, in hexadecimal."""
    texts: str
    """SHA-256 of the form's `texts.toml`, whose sentences are printed too; empty if not pinned."""


def read_editions(table: Mapping[str, Mapping[str, Any]]) -> tuple[Edition, ...]:
    """The editions in an `editions.toml`, the oldest first; raises Misconfigured."""
    found = sorted(
        (_read(name, facts) for name, facts in table.items()), key=lambda each: each.since
    )
    if not found:
        raise Misconfigured("a form has at least one edition")
    if len({each.since for each in found}) != len(found):
        raise Misconfigured("two editions begin on the same day")
    return tuple(found)


def in_force(editions: Sequence[Edition], day: date) -> Edition:
    """The latest that has begun by that day; the first for days before all of them."""
    begun = [each for each in editions if each.since <= day]
    return begun[-1] if begun else editions[0]


def _read(name: str, facts: Mapping[str, Any]) -> Edition:
    if not _NAME.fullmatch(name):
        raise Misconfigured(f"{name} is not a name of an edition")
    templates = {lang: str(facts[lang.value]) for lang in Language if lang.value in facts}
    if not all(_SHA256.fullmatch(each) for each in templates.values()):
        raise Misconfigured(f"edition {name}: a Word file is named by its SHA-256")
    for key in ("since", "order_date"):
        if type(facts[key]) is not date:
            raise Misconfigured(f"edition {name}: {key} is a date")
    return Edition(
        name=name,
        since=facts["since"],
        order=str(facts["order"]),
        order_date=facts["order_date"],
        templates=templates,
        texts=str(facts.get("texts", "")),
    )
