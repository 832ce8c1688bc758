"""The court list: packs whose inscription the debtor has objected to, as JSON and as a table."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Self

from api.route import Answer, Call, Reply, Route
from api.v1.shapes import Shape
from docgen.domain.caller import Scope
from docgen.domain.language import Language
from docgen.domain.pack_record import Pack
from docgen.domain.pack_states import PackState, day_of
from docgen.texts.phrases import say

_CSV = "text/csv"
_COLUMNS = (
    "number", "account", "debtor", "total", "months", "inscription", "made", "objected", "reason",
    "cancelled", "state", "limitation",
)  # fmt: skip


class CourtRowShape(Shape):
    """One debt that only a court may still give."""

    id: str
    account_number: str
    debtor: str
    total: str
    month_from: date | None
    month_to: date | None
    inscription: str | None
    """Its number."""
    made_on: date | None
    objected_on: date | None
    reason: str | None
    """Of the objection."""
    cancelled_on: date | None
    state: PackState
    limitation_ends: date | None

    @classmethod
    def of(cls, pack: Pack) -> Self:
        """The shape of one."""
        told = {each.state: each for each in pack.outcomes}
        made, objected = told.get(PackState.MADE), told.get(PackState.OBJECTED)
        return cls(
            id=pack.id,
            account_number=pack.account_number,
            debtor=pack.debtor,
            total=str(pack.total),
            month_from=pack.month_from,
            month_to=pack.month_to,
            inscription=None if made is None else made.number,
            made_on=None if made is None else made.on,
            objected_on=None if objected is None else objected.on,
            reason=None if objected is None else objected.reason,
            cancelled_on=day_of(pack.outcomes, PackState.CANCELLED),
            state=pack.state,
            limitation_ends=pack.limitation_ends,
        )


class CourtListShape(Shape):
    """All of them, the newest first."""

    rows: tuple[CourtRowShape, ...]


def show_court_list(call: Call) -> Reply:
    """All of the caller's."""
    return Reply(body=CourtListShape(rows=tuple(CourtRowShape.of(each) for each in _packs(call))))


def export_court_list(call: Call) -> Reply:
    """The same as a table that spreadsheets open: UTF-8 with its mark, semicolons."""
    written = io.StringIO()
    table = csv.writer(written, delimiter=";", lineterminator="\r\n")
    table.writerow(say(f"pack.court.{name}", call.language) for name in _COLUMNS)
    for pack in _packs(call):
        table.writerow(_cells(CourtRowShape.of(pack), call.language))
    name = 'attachment; filename="court-list.csv"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    body = written.getvalue().encode("utf-8-sig")
    return Reply(body=body, media_type=f"{_CSV}; charset=utf-8", headers=headers)


def _packs(call: Call) -> Sequence[Pack]:
    caller = call.caller
    return call.docgen.packs.find.for_the_court(caller.owner, caller.region)


def _cells(row: CourtRowShape, language: Language) -> list[str]:
    months = f"{row.month_from:%m.%Y}–{row.month_to:%m.%Y}" if row.month_from else ""
    return [
        row.id, _plain(row.account_number), _plain(row.debtor), row.total.replace(".", ","),
        months, _plain(row.inscription or ""), _day(row.made_on), _day(row.objected_on),
        _plain(row.reason or ""), _day(row.cancelled_on), say(f"pack.state.{row.state}", language),
        _day(row.limitation_ends),
    ]  # fmt: skip


def _day(day: date | None) -> str:
    return "" if day is None else f"{day:%d.%m.%Y}"


def _plain(text: str) -> str:
    """No spreadsheet takes what people have typed for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


ROUTES = (
    Route(
        method="GET",
        path="/v1/court-list",
        view=show_court_list,
        summary="List packs whose inscription the debtor has objected to",
        tag="packs",
        scope=Scope.PACKS_READ,
        answer=Answer(says="The list", model=CourtListShape),
    ),
    Route(
        method="GET",
        path="/v1/court-list.csv",
        view=export_court_list,
        summary="Export that list as a table",
        tag="packs",
        scope=Scope.PACKS_READ,
        answer=Answer(says="The table, UTF-8, semicolons", media_type=_CSV),
    ),
)
