"""Receipts: kept before the centre hears that we have them, and matched whenever they come."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from docgen.adapters.db import migrate
from docgen.domain.dispatch import Delivery, Hop, HopState
from docgen.domain.journal import Event
from tests.processes.link import LinkProcess
from tests.processes.running import eventually
from tests.processes.sending import TEXT, Sender
from tests.services.message_centre import MessageCentre
from tests.services.postgres_server import PostgresServer

KEPT, TEMPORARY, PERMANENT = 0, 0x64, 0x65
Route = Callable[..., tuple[LinkProcess, Sender]]


@pytest.fixture
def route(tmp_path: Path, centre: MessageCentre, database_url: str) -> Iterator[Route]:
    """Makes a bound link, and a sender over the same register."""
    made: list[tuple[LinkProcess, Sender]] = []

    def make(**settings: str) -> tuple[LinkProcess, Sender]:
        link = LinkProcess(tmp_path, centre, database_url, **settings)
        link.start()
        made.append((link, Sender(database_url, link.gateway)))
        return made[-1]

    yield make
    for link, sender in made:
        link.clear()
        sender.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated register of either kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


on_one_register = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is read from the centre's words, before any register hears of it."""


def _delivered(sender: Sender, hop: Hop) -> bool:
    return eventually(lambda: sender.again(hop).delivery is Delivery.DELIVERED)


def _events(sender: Sender, hop: Hop) -> list[str]:
    with sender.register.view() as unit:
        return [entry.event for entry in unit.journal.of(hop.chain)]


@pytest.mark.parametrize("when", ["before", "after", "twice"])
def test_a_receipt_is_matched(route: Route, centre: MessageCentre, when: str) -> None:
    """Also where it comes before the answer, and once where it comes twice."""
    _, sender = route()
    centre.behave(receipts=when)

    hop = sender.send(TEXT)

    assert hop.state is HopState.TAKEN
    assert _delivered(sender, hop)
    answers = 2 if when == "twice" else 1
    assert eventually(lambda: len(centre.named("receipt answered")) == answers)
    assert {each["status"] for each in centre.named("receipt answered")} == {KEPT}
    assert sender.again(hop).delivery_raw == "DELIVRD err:000"
    assert _events(sender, hop) == [Event.CODE_SENT, Event.CODE_DELIVERED]


def test_a_receipt_is_matched_after_a_restart(route: Route, centre: MessageCentre) -> None:
    """The link remembers nothing; the register does."""
    link, sender = route()
    hop = sender.send(TEXT)
    link.kill()
    link.start()

    assert centre.deliver(id=hop.message_id) == KEPT

    assert _delivered(sender, hop)


@on_one_register
@pytest.mark.parametrize(
    ("setting", "answer", "text", "tlv"),
    [
        ("decimal", "hex", "decimal", False),
        ("hexadecimal", "decimal", "hex", False),
        ("decimal", "hex", "decimal", True),
        ("same", "hex", "decimal", True),
        ("same", "hex", "hex", False),
    ],
)
def test_ids_are_matched_however_they_are_written(
    route: Route, centre: MessageCentre, setting: str, answer: str, text: str, *, tlv: bool
) -> None:
    """The parameter has the answer's form; a text of another form is set up per centre."""
    _, sender = route(RECEIPT_IDS=setting)
    centre.behave(receipts="after", answer_ids=answer, text_ids=text, tlv=tlv)

    assert _delivered(sender, sender.send(TEXT))


@on_one_register
@pytest.mark.parametrize(
    ("stat", "state", "delivery"),
    [
        ("UNDELIV", 5, Delivery.FAILED),
        ("EXPIRED", 3, Delivery.FAILED),
        ("REJECTD", 8, Delivery.FAILED),
        ("UNKNOWN", 7, Delivery.UNKNOWN),
    ],
)
def test_a_message_that_does_not_arrive_is_told(
    route: Route, centre: MessageCentre, stat: str, state: int, delivery: Delivery
) -> None:
    """In the centre's word and in ours."""
    _, sender = route()
    hop = sender.send(TEXT)

    assert centre.deliver(id=hop.message_id, stat=stat, state=state) == KEPT

    known = sender.again(hop)
    assert (known.delivery, known.delivery_raw) == (delivery, f"{stat} err:000")


def test_a_receipt_of_a_message_nobody_knows_is_kept(route: Route, centre: MessageCentre) -> None:
    """Its hop may be written down later."""
    _, sender = route()
    began = datetime.now(UTC)
    receipt = {"receipted_message_id": "beef", "message_state": 2, "esm_class": 4}

    assert centre.deliver(fields={**receipt, "short_message": "-"}) == KEPT

    with sender.register.view() as unit:
        (heard,) = unit.hops.heard("smpp", "beef", since=began)
    assert (heard.delivery, heard.raw) == (Delivery.DELIVERED, "DELIVRD")


@on_one_register
@pytest.mark.parametrize(
    "fields",
    [
        {"short_message": "STOP", "esm_class": 0, "source_addr": "77015550142"},
        {"short_message": "what?", "esm_class": 4},
        {"short_message": "id:77 stat:", "esm_class": 4},
    ],
    ids=["from a phone", "no receipt", "no state"],
)
def test_what_is_no_receipt_is_refused_for_good(
    route: Route, centre: MessageCentre, fields: dict[str, Any]
) -> None:
    """The centre need not send it again, and the bind goes on."""
    link, sender = route()

    assert centre.deliver(fields=fields) == PERMANENT

    assert sender.send(TEXT).state is HopState.TAKEN
    assert link.is_bound()


def test_a_locked_register_costs_no_receipt(
    tmp_path: Path, centre: MessageCentre, sqlite_url: str
) -> None:
    """The centre hears that we could not keep it, and sends it again."""
    link = LinkProcess(tmp_path, centre, sqlite_url)
    link.start()
    sender = Sender(sqlite_url, link.gateway)
    hop = sender.send(TEXT)
    centre.behave(again=True)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        assert centre.deliver(id=hop.message_id) == TEMPORARY
        other.rollback()

    assert centre.deliver(id=hop.message_id) == KEPT

    assert _delivered(sender, hop)
    link.clear()
    sender.close()


def test_a_register_that_is_down_costs_no_receipt(
    short_directory: Path, tmp_path: Path, centre: MessageCentre
) -> None:
    """PostgreSQL stops while receipts come: the centre sends them again until they are kept."""
    folder = short_directory / "postgres-of-the-link"
    folder.mkdir()
    server = PostgresServer(folder)
    server.start()
    url = server.create("register")
    migrate.upgrade(url)
    link = LinkProcess(tmp_path, centre, url)
    link.start()
    sender = Sender(url, link.gateway)
    centre.behave(receipts="after", receipt_delay=1500, again=True)
    hops = [sender.send(f"{TEXT} {number}") for number in range(5)]
    with psycopg.connect(url, autocommit=True) as connection:
        # The tests' servers write down later what they have said is written.
        connection.execute("CHECKPOINT")

    server.stop()
    assert eventually(lambda: _answered(centre, TEMPORARY) >= 5)
    server.start()

    assert all(_delivered(sender, hop) for hop in hops)
    assert _answered(centre, KEPT) == 5
    link.clear()
    sender.close()
    server.stop()


def _answered(centre: MessageCentre, status: int) -> int:
    return sum(each["status"] == status for each in centre.named("receipt answered"))
