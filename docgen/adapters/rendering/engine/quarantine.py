"""What killed or hung its process repeatedly is kept out for an hour."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

LASTS = 3600.0
"""Seconds of quarantine; strikes that are older count no more."""
DOCUMENT_STRIKES = 2
TEMPLATE_STRIKES = 3
"""By so many different documents."""
MOST = 1000
"""Entries kept of each kind; the oldest are forgotten first."""


class Quarantine:
    """Strikes against documents and templates; the time is told by the caller, in seconds.

    After an hour there is one more try: if that fails too, the next hour begins.
    """

    def __init__(self) -> None:
        self._documents = _Ledger(DOCUMENT_STRIKES)
        self._templates = _Ledger(TEMPLATE_STRIKES)
        self._numbers = count()

    def strike(self, document: str, template: str, *, now: float) -> tuple[str, ...]:
        """A document killed or hung its process; which of `document`, `template` it locks up."""
        locked = []
        if self._documents.strike(document, by=next(self._numbers), now=now):
            locked.append("document")
        if self._templates.strike(template, by=document, now=now):
            locked.append("template")
        return tuple(locked)

    def served(self, document: str, template: str) -> None:
        """A document was answered properly, so its earlier strikes were not its fault."""
        self._documents.forgive(document, by=None)
        self._templates.forgive(template, by=document)

    def refuses(self, document: str, template: str, *, now: float) -> str:
        """`document` or `template` if that is in quarantine, else an empty string."""
        if self._documents.locks(document, now=now):
            return "document"
        return "template" if self._templates.locks(template, now=now) else ""

    def told(self, *, now: float) -> list[dict[str, Any]]:
        """All that is in quarantine: `kind`, `digest` and `seconds` left."""
        return [
            {"kind": kind, "digest": digest, "seconds": round(seconds)}
            for kind, ledger in (("document", self._documents), ("template", self._templates))
            for digest, seconds in ledger.locked(now=now)
        ]


@dataclass
class _Entry:
    strikes: dict[Hashable, float] = field(default_factory=dict)
    until: float = 0.0
    """The end of its quarantine, if it ever was in one."""


class _Ledger:
    """The strikes of one kind of thing."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: dict[str, _Entry] = {}

    def strike(self, key: str, *, by: Hashable, now: float) -> bool:
        entry = self._entries.pop(key, None) or _Entry()
        # Put back at the end: the first is then the one that has been quiet longest.
        self._entries[key] = entry
        if len(self._entries) > MOST:
            del self._entries[next(iter(self._entries))]
        if now < entry.until:
            return False
        fresh = {who: when for who, when in entry.strikes.items() if when > now - LASTS}
        entry.strikes = fresh | {by: now}
        if not entry.until and len(entry.strikes) < self._limit:
            return False
        entry.strikes, entry.until = {}, now + LASTS
        return True

    def forgive(self, key: str, *, by: Hashable | None) -> None:
        """Forget the strikes by that one, or all of them; a passed trial forgets all too."""
        entry = self._entries.get(key)
        if entry is None:
            return
        if by is not None and not entry.until:
            entry.strikes.pop(by, None)
        else:
            entry.strikes = {}
        if not entry.strikes:
            del self._entries[key]

    def locks(self, key: str, *, now: float) -> bool:
        return key in self._entries and now < self._entries[key].until

    def locked(self, *, now: float) -> list[tuple[str, float]]:
        return [
            (key, entry.until - now) for key, entry in self._entries.items() if now < entry.until
        ]
