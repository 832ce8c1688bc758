"""Envelopes brought to each state of their life, by calls from outside."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from docgen.domain.envelope import State
from tests.api.portal import Portal
from tests.api.program import ENVELOPES


def _draft(here: Portal) -> str:
    here.worker.away = True
    return here.created()


def _code_sent(here: Portal) -> str:
    return here.code_sent()[0]


def _confirmed(here: Portal) -> str:
    envelope_id, code = here.code_sent()
    here.worker.away = True
    here.tried(envelope_id, code, "a-1")
    return envelope_id


def _declined(here: Portal) -> str:
    envelope_id = here.created()
    here.program.post(f"{ENVELOPES}/{envelope_id}/decline", {"reason": "Қымбат"})
    return envelope_id


def _void(here: Portal) -> str:
    envelope_id = _draft(here)
    here.program.post(f"{ENVELOPES}/{envelope_id}/void", {"reason": "Қате тапсырыс"})
    return envelope_id


def _expired(here: Portal) -> str:
    envelope_id = here.created()
    here.world.clock.advance(timedelta(hours=72))
    here.world.sweep()
    return envelope_id


MADE: Mapping[State, Callable[[Portal], str]] = {
    State.DRAFT: _draft,
    State.READY: lambda here: here.created(),
    State.CODE_SENT: _code_sent,
    State.CONFIRMED: _confirmed,
    State.SEALED: lambda here: here.confirmed(),
    State.DECLINED: _declined,
    State.EXPIRED: _expired,
    State.VOID: _void,
}
