"""Tickets and their sessions, in either database."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.caller import hash_of
from docgen.domain.errors import SessionOver, TicketNotFound
from docgen.domain.ticket import SigningSession, Ticket, TicketKind
from tests.builders import NOW, identifier
from tests.contracts.races import at_once

_HOUR = timedelta(hours=1)


def _ticket(**changes: Any) -> Ticket:
    made = Ticket(
        id=identifier(),
        kind=TicketKind.EMBED,
        envelope_id=identifier(),
        client="portal",
        token_sha256=hash_of(identifier()),
        origin="https://cabinet.example",
        created_at=NOW,
        expires_at=NOW + _HOUR,
    )
    return replace(made, **changes)


def _session(ticket: Ticket, **changes: Any) -> SigningSession:
    made = SigningSession(
        id=identifier(),
        ticket_id=ticket.id,
        secret_sha256=hash_of("another"),
        opened_at=NOW,
        expires_at=NOW + _HOUR,
        ends_at=NOW + 2 * _HOUR,
    )
    return replace(made, **changes)


def _add(register: SqlRegister, ticket: Ticket, *sessions: SigningSession) -> None:
    with register.begin() as unit:
        unit.tickets.add(ticket)
        for session in sessions:
            unit.tickets.add_session(session)
        unit.commit()


def _open(ticket_id: str, register: SqlRegister) -> bool:
    with register.begin() as unit:
        first = unit.tickets.opened(ticket_id, now=NOW)
        unit.commit()
    return first


@pytest.mark.parametrize("kind", TicketKind)
def test_a_ticket_comes_back_as_it_was(register: SqlRegister, kind: TicketKind) -> None:
    """Whole, whichever kind it is of."""
    ticket = _ticket(kind=kind, origin=None if kind is TicketKind.LINK else "https://a.example")
    _add(register, ticket)

    with register.view() as unit:
        assert unit.tickets.get(ticket.id) == ticket
        assert unit.tickets.by_hash(ticket.token_sha256) == ticket


def test_an_unknown_ticket_is_not_found(register: SqlRegister) -> None:
    """And an unknown session is over."""
    with register.view() as unit:
        with pytest.raises(TicketNotFound):
            unit.tickets.get("0" * 26)
        with pytest.raises(TicketNotFound):
            unit.tickets.by_hash("0" * 64)
        with pytest.raises(SessionOver):
            unit.tickets.session("0" * 26)


def test_of_eight_at_once_one_is_first(registers: list[SqlRegister]) -> None:
    """SQL decides who exchanged it."""
    ticket = _ticket()
    _add(registers[0], ticket)

    opened = at_once([partial(_open, ticket.id, register) for register in registers])

    assert opened.count(True) == 1
    assert opened.count(False) == 7
    with registers[0].view() as unit:
        assert unit.tickets.get(ticket.id).opened_at == NOW


def test_wrong_proofs_are_counted(register: SqlRegister) -> None:
    """The count, and nothing else, changes."""
    ticket = _ticket()
    _add(register, ticket)

    with register.begin() as unit:
        unit.tickets.miss(unit.tickets.get(ticket.id).missed())
        unit.commit()

    with register.view() as unit:
        assert unit.tickets.get(ticket.id) == replace(ticket, misses=1)


def test_a_session_is_prolonged_and_proved(register: SqlRegister) -> None:
    """What changes of it is kept; what does not stays."""
    ticket = _ticket()
    session = _session(ticket)
    _add(register, ticket, session)
    later = replace(session, expires_at=NOW + 2 * _HOUR, proved_at=NOW)

    with register.begin() as unit:
        unit.tickets.save_session(later)
        unit.commit()

    with register.view() as unit:
        assert unit.tickets.session(session.id) == later


def test_sessions_long_over_are_forgotten(register: SqlRegister) -> None:
    """Those that were over before, and no others."""
    ticket = _ticket()
    old, fresh = _session(ticket), _session(ticket, expires_at=NOW + 3 * _HOUR)
    _add(register, ticket, old, fresh)

    with register.begin() as unit:
        assert unit.tickets.purge_sessions(NOW + 2 * _HOUR) == 1
        unit.commit()

    with register.view() as unit:
        assert unit.tickets.session(fresh.id) == fresh
        with pytest.raises(SessionOver):
            unit.tickets.session(old.id)
