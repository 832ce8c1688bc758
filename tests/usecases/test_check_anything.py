"""Whatever is written over whatever: the check names it, and never stumbles."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from tests.usecases.by_hand import TABLES, TECHNICAL, WATCHED, ByHand, Row
from tests.usecases.evidence import busy
from tests.usecases.world import World

_PLACES = [(table, column.name) for table in WATCHED for column in TABLES[table].columns]
_VALUES = (
    st.none()
    | st.integers(-(2**31), 2**31)
    | st.text(max_size=20)
    | st.binary(max_size=20)
    | st.sampled_from(["", "{}", "[]", "{", "null", "\ud800".encode("utf-8", "surrogatepass")])
)


class _Crowded:
    """The same over SQLite, which lets anything be written anywhere; short to print."""

    def __init__(self, here: World) -> None:
        self.closed = busy(here)
        self.by_hand = ByHand(here.database_url)


@pytest.fixture
def crowded(here: World) -> Iterator[_Crowded]:
    """For all examples, each of which is undone."""
    built = _Crowded(here)
    yield built
    built.by_hand.engine.dispose()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=100,
)
@given(st.sampled_from(_PLACES), st.integers(0, 30), _VALUES)
@example(("journal", "details"), 0, "{")
@example(("documents", "form_values"), 0, '{"x": "\\ud800"}')
@example(("envelopes", "subscriber"), 0, "[]")
@example(("anchors", "day"), 0, "yesterday")
@example(("anchor_tokens", "content"), 0, 7)
@example(("anchor_tokens", "content"), 0, "words")
def test_whatever_is_written_over_a_value_is_named(
    crowded: _Crowded, place: tuple[str, str], number: int, value: object
) -> None:
    """Any value in any place: never a crash, and the row is named unless nothing rests on it."""
    closed, by_hand = crowded.closed, crowded.by_hand
    table, column = place
    rows = by_hand.rows(table)
    row = rows[number % len(rows)]
    undo = _written(by_hand, row, column, value)
    if undo is None:
        return
    try:
        found = closed.changed()
        says_the_same = _says(by_hand, table, rows)
    finally:
        undo()
    named = {each.table for each in found} & _near(table)
    assert says_the_same or place in TECHNICAL or named, (place, row.name, value)


def _says(by_hand: ByHand, table: str, rows: list[Row]) -> bool:
    """Whether the table still reads as it did: JSON spells some values in several ways."""
    try:
        return [row.values for row in by_hand.rows(table)] == [row.values for row in rows]
    except (ValueError, TypeError, DBAPIError):
        return False


def _near(table: str) -> set[str]:
    """Where a row that lost its own key may be named."""
    if table.startswith("anchor"):
        return {"anchors", "anchor_leaves", "anchor_tokens"}
    if table in {"documents", "document_versions"}:
        return {"documents", "document_versions"}
    return {table}


def _written(by_hand: ByHand, row: Row, column: str, value: object) -> Callable[[], None] | None:
    """Write a value past all types; how to undo it, or None where nothing was changed."""
    table, number = row.table.name, by_hand.number_of(row)
    before = by_hand.read(table, column, number=number)
    try:
        by_hand.write(table, column, value, number=number)
        after = by_hand.read(table, column, number=number)
    except (DBAPIError, UnicodeEncodeError):
        after = before
    undo = partial(by_hand.write, table, column, before, number=number)
    if after == before and type(after) is type(before):
        return None
    return undo
