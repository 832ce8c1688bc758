"""Tables of invented debtors, as a collection department would hand them over."""

import csv
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from docgen.domain.errors import InvalidIdNumber
from docgen.domain.subscriber import Iin
from tests.packs.cases import SAMPLES, complete

Tables = dict[str, list[list[Any]]]
_OWN = ("as_of", "account_number", "venue", "suspended_on", "open_dispute")
_SHARED = ("creditor", "representative", "contract", "notary")
_NESTED = ("debtor", "checked", "address", "fee", "acknowledgement")


def tables(count: int) -> Tables:
    """So many debtors like that of the complete case, each with his own IIN, account and sums."""
    case = complete()
    own = {name: case[name] for name in _OWN} | {
        key: value for name in _NESTED for key, value in _flat(case[name], name)
    }
    own |= {f"contract.application.{k}": v for k, v in case["contract"]["application"].items()}
    del own["acknowledgement.document"]
    made: Tables = {
        "debtors": [["case", *own]],
        "common": [["key", "value"]],
        "invoices": [["case", "month", "kind", "charged", "number", "note"]],
        "payments": [["case", "date", "amount"]],
        "notices": [["case", "kind", "channel", "sent_at", "result", "result_at"]],
        "papers": [["case", "slot", "original"]],
        "overrides": [["case", "rule", "by", "reason"]],
    }
    for name in _SHARED:
        made["common"] += [
            [key, value] for key, value in _flat(case[name], name) if "application" not in key
        ]
    for paper in case["papers"]:
        if "original" in paper:
            made["papers"].append([None, paper["slot"], paper["original"]])
    made["overrides"] += [
        [None, each["rule"], each["by"], each["reason"]] for each in case["overrides"]
    ]
    for number, iin in zip(range(1, count + 1), _iins(), strict=False):
        _add(made, case, own, number=number, iin=iin)
    return made


def _add(
    made: Tables, case: Mapping[str, Any], own: Mapping[str, Any], *, number: int, iin: str
) -> None:
    name = f"D-{number:05}"
    account = f"5800987{number:05}"
    mine = dict(own) | {"account_number": account, "debtor.iin": iin}
    made["debtors"].append([name, *mine.values()])
    for table in ("invoices", "payments", "notices"):
        keys = made[table][0][1:]
        for row in case[table]:
            values = [row.get(key) for key in keys]
            if "number" in keys:
                values[keys.index("number")] = f"{row['number']}-{number}"
            made[table].append([name, *values])


def _iins() -> Any:
    """Of people born on the debtor's day, with sound control digits."""
    serial = 1000
    while True:
        for digit in range(10):
            try:
                yield Iin(f"8505123{serial:04}{digit}").value
            except InvalidIdNumber:
                continue
        serial += 1


def _flat(given: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    found = []
    for key, value in given.items():
        place = f"{name}.{key}"
        found += _flat(value, place) if isinstance(value, dict) else [(place, value)]
    return found


def papers(folder: Path) -> Path:
    """The sample's papers as those of every debtor."""
    shutil.copytree(SAMPLES / "debtor_papers", folder / "common")
    return folder


def workbook(file: Path, given: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """As an .xlsx file, a sheet for each table."""
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in given.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(file)
    return file


def csv_folder(
    folder: Path,
    given: Mapping[str, Sequence[Sequence[Any]]],
    *,
    encoding: str = "utf-8-sig",
    delimiter: str = ";",
) -> Path:
    """As a folder of files."""
    folder.mkdir()
    for name, rows in given.items():
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(rows)
    return folder
