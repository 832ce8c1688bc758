"""A directory of subscribers in a file: CSV or JSON Lines."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from docgen.adapters.numbers.reread import Reread
from docgen.domain.errors import DirectoryUnavailable, InvalidValue
from docgen.domain.number import Belongs, DirectoryAnswer
from docgen.domain.subscriber import Iin, Phone


@dataclass(frozen=True, kw_only=True)
class _Line:
    iin: Iin | None
    sim_changed_at: datetime | None


class FileDirectory:
    """Implements ports.SubscriberDirectory; the file is read again when it changes.

    A line has `phone` (E.164), `iin` and, where known, `sim_changed_at` (ISO 8601 with its zone).
    A number that is not there is unknown; one with another person's IIN is not this person's.
    """

    def __init__(self, path: Path) -> None:
        parse = _csv if path.suffix.lower() == ".csv" else _json_lines
        self._file = Reread(path, lambda text: _by_phone(parse(text)))

    def look_up(self, phone: Phone, iin: Iin) -> DirectoryAnswer:
        """What the file says now; raises DirectoryUnavailable where it cannot be read."""
        try:
            lines = self._file.now().get(phone, ())
        except (OSError, ValueError, KeyError, csv.Error, InvalidValue):
            # Never the reason itself: it would quote the line.
            raise DirectoryUnavailable("the file of subscribers cannot be read") from None
        own = [line for line in lines if line.iin == iin]
        changes = [at for line in own or lines if (at := line.sim_changed_at) is not None]
        return DirectoryAnswer(
            belongs=_belongs(lines, own), sim_changed_at=max(changes) if changes else None
        )


def _belongs(lines: Iterable[_Line], own: list[_Line]) -> Belongs:
    if own:
        return Belongs.YES
    return Belongs.NO if any(line.iin is not None for line in lines) else Belongs.UNKNOWN


def _csv(text: str) -> Iterator[Mapping[str, Any]]:
    yield from csv.DictReader(text.splitlines(), strict=True)


def _json_lines(text: str) -> Iterator[Mapping[str, Any]]:
    for line in text.splitlines():
        if line.strip():
            record = json.loads(line)
            if not isinstance(record, dict):
                raise ValueError("a line is no object")
            yield record


def _by_phone(records: Iterable[Mapping[str, Any]]) -> Mapping[Phone, list[_Line]]:
    found: dict[Phone, list[_Line]] = defaultdict(list)
    for record in records:
        iin, changed = record.get("iin"), record.get("sim_changed_at")
        line = _Line(
            iin=Iin(str(iin)) if iin else None,
            sim_changed_at=_moment(str(changed)) if changed else None,
        )
        found[Phone(str(record["phone"]))].append(line)
    return dict(found)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone")
    return moment
