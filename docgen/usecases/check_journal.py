"""Check the journal: every chain holds, and every envelope's chain is there and tells its state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docgen.domain import journal
from docgen.domain.envelope import State
from docgen.domain.errors import ChainBroken
from docgen.domain.journal import Entry, Event
from docgen.ports import Register, UnitOfWork

_TOLD_BY: Mapping[State, Event] = {
    State.DRAFT: Event.CREATED,
    State.READY: Event.RENDERED,
    State.CODE_SENT: Event.CODE_ISSUED,
    State.CONFIRMED: Event.CONFIRMED,
    State.SEALED: Event.SEALED,
    State.DECLINED: Event.DECLINED,
    State.EXPIRED: Event.EXPIRED,
    State.VOID: Event.VOIDED,
}


@dataclass(frozen=True, kw_only=True)
class Checked:
    """How much was found in order."""

    envelopes: int
    """Chains, those of numbers' verifications among them."""
    entries: int


@dataclass(frozen=True, kw_only=True)
class CheckJournal:
    """Recomputes every hash, and holds every chain against its envelope."""

    register: Register

    def __call__(self) -> Checked:
        """What was checked; raises ChainBroken at the first entry that is wrong or missing.

        A chain whose envelope was erased is checked by itself.
        """
        with self.register.view() as unit:
            chains = {each: unit.journal.of(each) for each in unit.journal.envelope_ids()}
            for chain in chains.values():
                journal.check(chain)
            _check_states(unit, chains)
            _check_verifications(unit, chains)
        return Checked(envelopes=len(chains), entries=sum(map(len, chains.values())))


def _check_states(unit: UnitOfWork, chains: Mapping[str, Sequence[Entry]]) -> None:
    """What an envelope has become was written down: neither chain nor tail was cut off."""
    for state, event in _TOLD_BY.items():
        for envelope_id in unit.envelopes.in_state(state):
            chain = chains.get(envelope_id, ())
            _require(envelope_id, chain, event)


def _check_verifications(unit: UnitOfWork, chains: Mapping[str, Sequence[Entry]]) -> None:
    for confirmed, event in ((False, Event.NUMBER_GIVEN), (True, Event.NUMBER_VERIFIED)):
        for verification_id in unit.verifications.ids(confirmed=confirmed):
            _require(verification_id, chains.get(verification_id, ()), event)


def _require(chain_id: str, chain: Sequence[Entry], event: Event) -> None:
    if all(entry.event is not event for entry in chain):
        raise ChainBroken(chain_id, len(chain) + 1)
