"""Keys of programs held against their own journals: a key that nobody issued lets a stranger in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docgen.domain.caller import ApiKey
from docgen.domain.finding import Finding, Mismatch
from docgen.domain.fingerprint import KEY, of_key
from docgen.domain.journal import Entry

_TABLE = "api_keys"


@dataclass(frozen=True, kw_only=True)
class StoredKey:
    """A key as it lies in the register, and what its journal tells."""

    id: str
    key: ApiKey | None
    """None where the row makes no sense."""
    entries: Sequence[Entry]


def key_findings(stored: StoredKey) -> Iterator[Finding]:
    """Whether it is what was written of it last; when it was used is in no journal."""
    if stored.key is None:
        yield Finding(fault=Mismatch.UNREADABLE, table=_TABLE, row=stored.id)
        return
    told = [entry.details[KEY] for entry in stored.entries if KEY in entry.details]
    if not told:
        yield Finding(fault=Mismatch.UNTOLD, table=_TABLE, row=stored.id)
    elif told[-1] != of_key(stored.key):
        yield Finding(fault=Mismatch.CHANGED, table=_TABLE, row=stored.id)
