"""Any sequence of calls: no envelope reaches a state that the table of moves does not allow."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from werkzeug.test import TestResponse

from docgen.domain import journal
from docgen.domain.envelope import MOVES, State, Verb
from tests import hands
from tests.api.portal import Portal, portal
from tests.api.program import ENVELOPES, sample
from tests.fakes import FakeScans

EXAMPLES, STEPS = 12, 25
_ALLOWED = {(source, move.target) for move in MOVES.values() for source in move.sources}
_SAID = {
    "rendered": State.READY, "code_issued": State.CODE_SENT, "confirmed": State.CONFIRMED,
    "signed_by_hand": State.CONFIRMED,
    "sealed": State.SEALED, "declined": State.DECLINED, "expired": State.EXPIRED,
    "voided": State.VOID,
}  # fmt: skip
_AGREEING = {Verb.SEND_CODE, Verb.CONFIRM, Verb.SIGN_BY_HAND}
_REFUSALS = {409, 410, 422, 429}


def _walk(path: list[State]) -> bool:
    """Whether each state follows from the one before by a move, or by several at once."""
    return all(_reaches(here, there) for here, there in pairwise(path))


def _reaches(here: State, there: State, depth: int = 4) -> bool:
    if here is there:
        return True
    return depth > 0 and any(
        _reaches(target, there, depth - 1) for source, target in _ALLOWED if source is here
    )


class Visits(RuleBasedStateMachine):
    """Technicians, subscribers and their hands, workers and the clock, in any order."""

    portal: Portal
    envelopes = Bundle("envelopes")

    def __init__(self) -> None:
        super().__init__()
        self.paths: dict[str, list[State]] = {}
        self.codes: dict[str, list[str]] = {}
        self.tries = 0

    @initialize(away=st.booleans())
    def begin(self, *, away: bool) -> None:
        """The worker is there or not."""
        self.portal.worker.away = away

    @rule(target=envelopes, documents=st.integers(1, 2))
    def create(self, documents: int) -> str:
        """A new visit."""
        envelope_id = self.portal.created(documents=documents)
        self.paths[envelope_id] = [State.DRAFT]
        self.codes[envelope_id] = []
        return envelope_id

    @rule(away=st.booleans())
    def worker_comes_or_goes(self, *, away: bool) -> None:
        """Workers die and come back."""
        self.portal.worker.away = away

    @rule()
    def sweep(self) -> None:
        """Whatever stands still is moved on."""
        self.portal.world.sweep()

    @rule(minutes=st.sampled_from([1, 2, 4, 60, 24 * 60, 72 * 60]))
    def time_passes(self, minutes: int) -> None:
        """Codes die, limits open, envelopes expire."""
        self.portal.world.clock.advance(timedelta(minutes=minutes))

    @rule(envelope_id=envelopes)
    def send_code(self, envelope_id: str) -> None:
        """A code, or why not."""
        given, expected = (
            len(self.portal.world.chance.given),
            self._expected(Verb.SEND_CODE, envelope_id),
        )
        answer = self.portal.sent_again(envelope_id)
        assert answer.status_code in {202} | _REFUSALS
        self._require(answer, expected)
        if answer.status_code == 202:
            self.codes[envelope_id] += self.portal.world.chance.given[given:]

    @rule(envelope_id=envelopes, data=st.data())
    def type_a_code(self, envelope_id: str, data: st.DataObject) -> None:
        """A code of this envelope, of another one, or of nobody."""
        known = [code for codes in self.codes.values() for code in codes]
        code = data.draw(st.sampled_from([*known, "999999"]))
        self.tries += 1
        expected = self._expected(Verb.CONFIRM, envelope_id)
        answer = self.portal.tried(envelope_id, code, f"try-{self.tries}")
        assert answer.status_code in {200} | _REFUSALS
        self._require(answer, expected)
        if answer.status_code == 200:
            assert code in self.codes[envelope_id]

    @rule(envelope_id=envelopes)
    def sign_by_hand(self, envelope_id: str) -> None:
        """A signature on the tablet."""
        path = f"{ENVELOPES}/{envelope_id}/handwritten"
        signed = "signed_by_hand" in self.portal.world.events(envelope_id)
        expected = None if signed else self._expected(Verb.SIGN_BY_HAND, envelope_id)
        answer = self.portal.program.post(path, hands.body())
        assert (answer.status_code == 200) == (expected is None)
        self._require(answer, expected)

    @rule(target=envelopes, envelope_id=envelopes)
    def replace_it(self, envelope_id: str) -> object:
        """A new visit in the place of one that is there."""
        body = sample() | {"supersedes": envelope_id}
        expected = self._expected(Verb.VOID, envelope_id)
        if self.portal.world.envelope(envelope_id).superseded_by is not None:
            expected = "already_superseded"
        answer = self.portal.program.post(ENVELOPES, body)
        assert (answer.status_code == 201) == (expected is None)
        self._require(answer, expected)
        if expected is not None:
            return multiple()
        made: str = answer.get_json()["id"]
        self.paths[made], self.codes[made] = [State.DRAFT], []
        assert self.portal.shown(envelope_id)["superseded_by"] == made
        return made

    @rule(envelope_id=envelopes, verb=st.sampled_from(["decline", "void"]))
    def end(self, envelope_id: str, verb: str) -> None:
        """The subscriber or the operator does not go on."""
        path = f"{ENVELOPES}/{envelope_id}/{verb}"
        expected = self._expected(Verb(verb), envelope_id)
        answer = self.portal.program.post(path, {"reason": "Қымбат"})
        assert (answer.status_code == 200) == (expected is None)
        self._require(answer, expected)

    def _expected(self, verb: Verb, envelope_id: str) -> str | None:
        """By which name the table refuses the move now; None where it has it."""
        envelope = self.portal.world.envelope(envelope_id)
        over = self.portal.world.clock.now() >= envelope.expires_at
        if envelope.state in MOVES[verb].sources:
            return "move_not_allowed" if over and verb is not Verb.VOID else None
        if envelope.state is State.DRAFT:
            return "not_ready"
        done = envelope.state in {State.CONFIRMED, State.SEALED}
        return "already_confirmed" if done and verb in _AGREEING else "move_not_allowed"

    def _require(self, answer: TestResponse, expected: str | None) -> None:
        """Refused by that name and no other, or not because of the table at all."""
        told = answer.get_json()
        code = told["code"] if answer.status_code == 409 else None
        assert code == expected, (answer.status_code, told)

    @rule(target=envelopes, envelope_id=consumes(envelopes))
    def look_again(self, envelope_id: str) -> object:
        """Reading changes nothing."""
        before = self.portal.shown(envelope_id)
        assert self.portal.shown(envelope_id) == before
        return multiple(envelope_id)

    @invariant()
    def every_state_follows_from_the_one_before(self) -> None:
        """By the table, and so says the journal, whose chain holds."""
        for envelope_id, path in self.paths.items():
            path.append(self.portal.world.envelope(envelope_id).state)
            assert _walk(path), path
            entries = self.portal.world.journal(envelope_id)
            journal.check(entries)
            told = [_SAID[e.event] for e in entries if e.event.value in _SAID]
            assert _walk([State.DRAFT, *told])
            assert (told or [State.DRAFT])[-1] is path[-1]
            assert told.count(State.CONFIRMED) <= 1
            assert told.count(State.SEALED) <= 1


@pytest.mark.parametrize("where", ["sqlite_url", "postgres_url"])
def test_no_sequence_of_calls_leaves_the_table_of_moves(
    where: str, request: pytest.FixtureRequest, redis_url: str
) -> None:
    """Twelve stories of up to 25 calls each, over either database."""
    with portal(request.getfixturevalue(where), redis_url) as real:
        quick = replace(real.docgen.sign_by_hand, scans=FakeScans())
        built = real.changed(sign_by_hand=quick)

        class Here(Visits):
            portal = built

        run_state_machine_as_test(
            Here,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
