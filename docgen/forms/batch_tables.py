"""A batch's tables become cases: every error at once, each at its cell.

Rows: the first has the keys of columns; rows whose first cell begins with `#` are for people.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from docgen.domain.errors import FieldError, ValuesRejected
from docgen.domain.table import Table, TableRow, cell_name
from docgen.forms.batch_columns import ANY_OF_A_CASE, CASE, OF_ALL, ROWS, Column
from docgen.forms.batch_values import BadCell, as_json
from docgen.forms.debtor_case import read_case_input

MOST_CASES = 10_000
_DEBTORS, _COMMON = "debtors", "common"
_REMARK = "#"
_IGNORED = {"help"}
"""The sheet of the template that explains the others."""


@dataclass(kw_only=True)
class TabledCase:
    """One case on its way out of the tables; cells by the pointers of what they say."""

    name: str
    place: str
    """Of its own row: `/debtors/A3`."""
    given: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)

    def put(self, key: str, value: object, cell: str) -> None:
        """Below its place by dots."""
        inside, pointer = self.given, ""
        *above, last = key.split(".")
        for each in above:
            inside = inside.setdefault(each, {})
            pointer += f"/{each}"
        inside[last] = value
        self.cells[f"{pointer}/{last}"] = cell

    def add(self, table: str, row: Mapping[str, tuple[object, str]], cell: str) -> None:
        """One more row of a table."""
        rows = self.given.setdefault(table, [])
        pointer = f"/{table}/{len(rows)}"
        rows.append({key: value for key, (value, _) in row.items()})
        self.cells[pointer] = cell
        self.cells |= {f"{pointer}/{key}": its for key, (_, its) in row.items()}

    @property
    def year(self) -> int:
        """Of the day that it is reckoned for, once it is without errors."""
        return date.fromisoformat(self.given["as_of"]).year

    def errors(self) -> Iterator[FieldError]:
        """What is wrong in it, at the cell that says so, or at its row."""
        try:
            read_case_input(self.given)
        except ValuesRejected as rejected:
            for found in rejected.errors:
                yield FieldError(self._cell(found.pointer), found.code, found.params)

    def _cell(self, pointer: str) -> str:
        while pointer:
            if pointer in self.cells:
                return self.cells[pointer]
            pointer = pointer.rpartition("/")[0]
        return self.place


def read_batch(tables: Sequence[Table]) -> list[TabledCase]:
    """The cases in their order; raises ValuesRejected for the tables as such and for cells."""
    reading = _Reading()
    named = reading.named(tables)
    for name in named.keys() - {_DEBTORS, _COMMON, *ROWS} - _IGNORED:
        reading.found(f"/{name}", "table_unknown")
    if _DEBTORS not in named:
        reading.found(f"/{_DEBTORS}", "table_missing")
        raise ValuesRejected(tuple(reading.errors))
    reading.debtors(named[_DEBTORS])
    if _COMMON in named:
        reading.common(named[_COMMON])
    for name in ROWS:
        if name in named:
            reading.rows(name, named[name])
    reading.measure()
    if reading.errors:
        raise ValuesRejected(tuple(reading.errors))
    return list(reading.cases.values())


@dataclass(kw_only=True)
class _Reading:
    cases: dict[str, TabledCase] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)

    def found(self, pointer: str, code: str, **params: str) -> None:
        self.errors.append(FieldError(pointer, code, tuple(params.items())))

    def named(self, tables: Sequence[Table]) -> dict[str, Table]:
        """By the names that columns are known by; of two of one name neither goes before."""
        named: dict[str, Table] = {}
        for table in tables:
            name = table.name.strip().casefold()
            if name in named:
                self.found(f"/{name}", "named_twice")
            named[name] = table
        return named

    def measure(self) -> None:
        if not self.cases and not self.errors:
            self.found(f"/{_DEBTORS}", "table_empty")
        if len(self.cases) > MOST_CASES:
            self.found(f"/{_DEBTORS}", "table_too_many_rows")

    def debtors(self, table: Table) -> None:
        for row, cells in self._read(table, ANY_OF_A_CASE):
            place = f"/{_DEBTORS}/{cell_name(0, row.number)}"
            name, at = _named(cells)
            if name is None:
                self.found(place, "required")
            elif name in self.cases:
                self.found(at, "named_twice")
            else:
                case = self.cases[name] = TabledCase(name=name, place=place)
                for key, (value, cell) in cells.items():
                    if key != CASE:
                        case.put(key, value, cell)

    def common(self, table: Table) -> None:
        """Two columns, key and value: what a debtor's row says itself goes first."""
        for row in table.rows[1:]:
            key = str(row.cells.get(0, ""))
            if key.startswith(_REMARK) or 1 not in row.cells:
                continue
            column = ANY_OF_A_CASE.get(key)
            if column is None or key == CASE:
                self.found(f"/{_COMMON}/{cell_name(0, row.number)}", "column_unknown", name=key)
                continue
            cell = f"/{_COMMON}/{cell_name(1, row.number)}"
            value = self._value(column, row, 1, cell)
            for case in self.cases.values():
                if value is not None and f"/{key.replace('.', '/')}" not in case.cells:
                    case.put(key, value, cell)

    def rows(self, name: str, table: Table) -> None:
        for row, cells in self._read(table, {each.key: each for each in ROWS[name]}):
            case, at = _named(cells)
            place = f"/{name}/{cell_name(0, row.number)}"
            if case is None and name not in OF_ALL:
                self.found(place, "required")
                continue
            if case is not None and case not in self.cases:
                self.found(at, "case_unknown")
                continue
            said = {key: each for key, each in cells.items() if key != CASE}
            of = self.cases.values() if case is None else [self.cases[case]]
            for each in of:
                each.add(name, said, place)

    def _read(
        self, table: Table, known: Mapping[str, Column]
    ) -> Iterator[tuple[TableRow, dict[str, tuple[Any, str]]]]:
        head = self._head(table, known)
        for row in table.rows[1:]:
            if str(next(iter(row.cells.values()))).startswith(_REMARK):
                continue
            read = {}
            for place in row.cells:
                if place not in head:
                    continue
                cell = f"/{table.name.strip().casefold()}/{cell_name(place, row.number)}"
                value = self._value(head[place], row, place, cell)
                if value is not None:
                    read[head[place].key] = (value, cell)
            yield row, read

    def _value(self, column: Column, row: TableRow, place: int, cell: str) -> Any:
        try:
            return as_json(column, row.cells[place])
        except BadCell as bad:
            self.found(cell, bad.code)
            return None

    def _head(self, table: Table, known: Mapping[str, Column]) -> dict[int, Column]:
        head: dict[int, Column] = {}
        row = next(iter(table.rows), None)
        for place, value in ({} if row is None else row.cells).items():
            cell = f"/{table.name.strip().casefold()}/{cell_name(place, 1)}"
            key = str(value).strip()
            if key not in known:
                self.found(cell, "column_unknown", name=key[:40])
            elif known[key] in head.values():
                self.found(cell, "named_twice")
            else:
                head[place] = known[key]
        if CASE not in {each.key for each in head.values()}:
            self.found(f"/{table.name.strip().casefold()}/A1", "column_missing", name=CASE)
        return head


def _named(cells: Mapping[str, tuple[Any, str]]) -> tuple[str | None, str]:
    name, cell = cells.get(CASE, (None, ""))
    return (None if name is None else str(name)), cell
