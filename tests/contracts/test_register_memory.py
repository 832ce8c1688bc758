"""What a unit of work remembers of envelopes is what the database would tell it at that moment."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.exc import IntegrityError

from docgen.adapters.db.challenges import SqlChallenges
from docgen.adapters.db.envelopes import SqlEnvelopes
from docgen.adapters.db.journal import SqlJournal
from docgen.adapters.db.register import SqlRegister, SqlUnit
from docgen.adapters.db.seen import Seen
from docgen.domain.envelope import Archived, Detached, Document, Envelope, State, Verb
from docgen.domain.errors import FieldError, StaleEnvelope, Unavailable
from docgen.domain.journal import GENESIS
from docgen.ports import UnitOfWork
from tests.builders import (
    NOW,
    challenge,
    document,
    envelope,
    fact,
    frozen,
    handwritten_consent,
    identifier,
    sealed,
    sha256,
    sms_consent,
)

EXAMPLES, STEPS = 30, 40
_STATES = [*State, *[State.SEALED] * 4]
"""Most can become of what is sealed."""
_HASTY = timedelta(milliseconds=30)
"""For whoever waits for a lock that is not given back before he goes."""

_MOVES: dict[Verb, Callable[[Envelope], Envelope]] = {
    Verb.RENDER: lambda e: e.render({d.id: frozen(d.id) for d in e.documents}),
    Verb.SEND_CODE: lambda e: e.send_code(),
    Verb.CONFIRM: lambda e: e.confirm(sms_consent()),
    Verb.SIGN_BY_HAND: lambda e: e.sign_by_hand(handwritten_consent()),
    Verb.SEAL: lambda e: e.seal({d.id: sealed(d.id) for d in e.documents}),
    Verb.DECLINE: lambda e: e.decline("Қымбат"),
    Verb.EXPIRE: lambda e: e.expire(),
    Verb.VOID: lambda e: e.void("Қате"),
}


def _changes(of: Envelope) -> Sequence[Callable[[Envelope], Envelope]]:
    """All that can become of it now."""
    found = [move for verb, move in _MOVES.items() if of.allows(verb)]
    if of.state is State.SEALED:
        beside = {d.id: Detached(sha256=sha256("cms"), size=3, signed_at=NOW) for d in of.documents}
        found.append(lambda e: e.sign_detached(beside))
    if of.superseded_by is None and of.allows(Verb.VOID):
        found.append(lambda e: e.supersede(identifier()))
    return [*found, lambda e: e.warned((FieldError("/reference", "unusual"),))]


def _next_version(of: Document) -> Archived:
    return Archived(
        number=len(of.archived) + 2, sha256=sha256("stamped"), size=7, authority="CN=TSA",
        stamped_at=NOW, ends_at=NOW + timedelta(days=365),
    )  # fmt: skip


class Units(RuleBasedStateMachine):
    """One unit after another, in each whatever a use case may do, and others at work beside it."""

    ours: SqlRegister
    theirs: SqlRegister
    envelopes = Bundle("envelopes")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.unit: SqlUnit | None = None
        self.reads_only = False
        self.sent = 0
        self.touched: set[str] = set()
        """What the unit was asked for; all else it has not read."""
        self.copies: dict[str, list[Envelope]] = {}
        """What anybody ever read, and may still hold in his hands."""

    @initialize(target=envelopes)
    def made_before(self) -> str:
        """One is there."""
        return self._added(State.SEALED, 2)

    @rule(target=envelopes, state=st.sampled_from(_STATES), documents=st.integers(1, 2))
    @precondition(lambda self: self.unit is None)
    def another(self, state: State, documents: int) -> str:
        """And more, in any state."""
        return self._added(state, documents)

    @rule()
    @precondition(lambda self: self.unit is None)
    def only_read(self) -> None:
        """A reading unit; whatever else is done begins a writing one where there is none."""
        self._open(reads_only=True)

    @rule(commit=st.booleans())
    @precondition(lambda self: self.unit is not None)
    def end(self, *, commit: bool) -> None:
        """What was written lasts or not, and nothing is remembered."""
        if commit and not self.reads_only:
            self._open().commit()
        self._over()

    @rule(envelope_id=envelopes)
    def foresee(self, envelope_id: str) -> None:
        """It will be asked for, or not."""
        self._open().foresee(envelope_id)

    @rule(envelope_id=envelopes)
    @precondition(lambda self: not self.reads_only)
    def send(self, envelope_id: str) -> None:
        """A code that replaces the one before."""
        unit = self._open()
        known = self._read(unit, envelope_id)
        if any(document.frozen is None for document in known.documents):
            return
        self.sent += 1
        unit.challenges.add(challenge(known, issued_at=NOW + timedelta(seconds=self.sent)))

    @rule(envelope_id=envelopes)
    def read(self, envelope_id: str) -> None:
        """It is remembered from now on."""
        self._read(self._open(), envelope_id)

    @rule(envelope_id=envelopes, data=st.data())
    @precondition(lambda self: not self.reads_only)
    def change(self, envelope_id: str, data: st.DataObject) -> None:
        """By what was read in this unit, as use cases do."""
        unit = self._open()
        known = self._read(unit, envelope_id)
        unit.envelopes.save(data.draw(st.sampled_from(_changes(known)))(known))

    @rule(envelope_id=envelopes, data=st.data())
    @precondition(lambda self: not self.reads_only)
    def change_what_was_read_once(self, envelope_id: str, data: st.DataObject) -> None:
        """In another unit, or earlier in this one: refused by its version, or saved.

        What is refused is heard of by the next question at the latest, and the unit is over.
        """
        copy = data.draw(st.sampled_from(self.copies[envelope_id]))
        unit = self._open()
        changed = data.draw(st.sampled_from(_changes(copy)))(copy)
        try:
            unit.envelopes.save(changed)
            unit.look()
        except StaleEnvelope:
            self._over()
        else:
            self.touched.add(envelope_id)

    @rule(envelope_id=envelopes, taken=st.booleans())
    @precondition(lambda self: not self.reads_only)
    def stamp_anew(self, envelope_id: str, *, taken: bool) -> None:
        """A later version beside a sealed document; under a number in use it ends the unit."""
        unit = self._open()
        known = self._read(unit, envelope_id).documents[-1]
        if known.sealed is None:
            return
        number = len(known.archived) + (1 if taken and known.archived else 2)
        try:
            unit.versions.add(known.id, replace(_next_version(known), number=number))
        except IntegrityError:
            assert taken
            self._over()

    @rule(envelope_id=envelopes)
    @precondition(lambda self: not self.reads_only)
    def write_down(self, envelope_id: str) -> None:
        """The journal goes on, and the envelope stays what it is."""
        unit = self._open()
        unit.lock(envelope_id)
        unit.journal.append(envelope_id, fact())

    @rule(envelope_id=envelopes, data=st.data(), stamps=st.booleans())
    def others_at_work(self, envelope_id: str, data: st.DataObject, *, stamps: bool) -> None:
        """They change what nobody holds, and go away from what somebody does."""
        with suppress(Unavailable), self.theirs.begin() as unit:
            known = self._copied(unit.envelopes.get(envelope_id))
            if stamps and known.documents[0].sealed is not None:
                unit.versions.add(known.documents[0].id, _next_version(known.documents[0]))
            else:
                unit.envelopes.save(data.draw(st.sampled_from(_changes(known)))(known))
            unit.journal.append(envelope_id, fact())
            unit.commit()

    @invariant()
    def memory_and_database_say_the_same(self) -> None:
        """To whoever asks within the unit."""
        if self.unit is None:
            return
        for envelope_id in self.touched:
            connection = self.unit._connection
            journal = SqlJournal(connection)
            nobody = Seen(most=0)
            envelopes = SqlEnvelopes(connection, locking=False, journal=journal, seen=nobody)
            anew = envelopes.get(envelope_id)
            assert self.unit.envelopes.get(envelope_id) == anew
            newest = SqlChallenges(connection).latest(envelope_id)
            assert self.unit.challenges.latest(envelope_id) == newest
            hashes = [GENESIS, *(entry.hash for entry in journal.of(envelope_id))]
            assert [entry.previous_hash for entry in journal.of(envelope_id)] == hashes[:-1]
            self._copied(anew)

    def teardown(self) -> None:
        """Nobody holds anything."""
        self._over()

    def _open(self, *, reads_only: bool = False) -> SqlUnit:
        if self.unit is None:
            opened = self.ours.view() if reads_only else self.ours.begin()
            unit = self.stack.enter_context(opened)
            assert isinstance(unit, SqlUnit)
            self.unit, self.reads_only = unit, reads_only
        return self.unit

    def _over(self) -> None:
        self.stack.close()
        self.unit, self.reads_only = None, False
        self.touched.clear()

    def _read(self, unit: UnitOfWork, envelope_id: str) -> Envelope:
        self.touched.add(envelope_id)
        return self._copied(unit.envelopes.get(envelope_id))

    def _copied(self, known: Envelope) -> Envelope:
        copies = self.copies[known.id]
        if known not in copies:
            copies.append(known)
        return known

    def _added(self, state: State, documents: int) -> str:
        made = envelope(state, documents=tuple(document() for _ in range(documents)))
        with self.ours.begin() as unit:
            unit.envelopes.add(made)
            unit.commit()
        self.copies[made.id] = [replace(made, version=1)]
        return made.id


def test_memory_and_database_say_the_same(database_url: str) -> None:
    """Thirty stories of up to forty steps, on either database."""
    here, there = SqlRegister(database_url), SqlRegister(database_url, patience=_HASTY)

    class Here(Units):
        ours, theirs = here, there

    try:
        run_state_machine_as_test(
            Here,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        here.close()
        there.close()
