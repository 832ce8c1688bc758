"""Keys while the first request is still at it, and after it has died."""

from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

import pytest
from werkzeug.test import TestResponse

from docgen.domain.routes import Route
from docgen.usecases.dispatch_message import Way
from docgen.usecases.void import Void
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, sample, spoilt
from tests.api.stand_ins import DeadlyRenderer, DeadlySms, HeldRenderer, HeldSms, Killed
from tests.api.watch import refused
from tests.fakes import FakeRenderer

_LEASE = timedelta(seconds=60)


def _with_gateway(portal: Portal, sms: HeldSms | DeadlySms) -> Portal:
    send_code = portal.docgen.send_code
    ways = (Way(route=Route(name="fake"), gateway=sms),)
    return portal.changed(
        send_code=replace(send_code, dispatch=replace(send_code.dispatch, ways=ways))
    )


def _ids(portal: Portal) -> list[str]:
    return [each["id"] for each in portal.program.get(ENVELOPES).get_json()["envelopes"]]


def test_a_second_request_does_not_overtake_the_first(anywhere: Portal) -> None:
    """409 `request_in_progress` while the first is being rendered; afterwards, its answer."""
    held = HeldRenderer()
    anywhere.world.renderer = held
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(anywhere.program.post, ENVELOPES, sample(), once="k-1")
        held.gate.await_somebody()

        second = anywhere.program.post(ENVELOPES, sample(), once="k-1")
        differs = spoilt("reference", "account_number", value="ACC-2")
        other = anywhere.program.post(ENVELOPES, differs, once="k-1")

        held.gate.opened.set()
        answered = first.result(20)

    assert refused(second, 409, "request_in_progress")["retryable"]
    assert second.headers["Retry-After"] == "1"
    refused(other, 422, "idempotency_key_reused")
    third = anywhere.program.post(ENVELOPES, sample(), once="k-1")
    assert (third.status_code, third.get_data()) == (201, answered.get_data())
    assert _ids(anywhere) == [answered.get_json()["id"]]


def test_a_second_request_does_not_send_beside_the_first(anywhere: Portal) -> None:
    """409 while the gateway has the message of the first; one message in all."""
    held = HeldSms()
    portal = _with_gateway(anywhere, held)
    path = f"{ENVELOPES}/{portal.created()}/code"
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(portal.program.post, path, {}, once="k-1")
        held.gate.await_somebody()

        refused(portal.program.post(path, {}, once="k-1"), 409, "request_in_progress")

        held.gate.opened.set()
        answered = first.result(20)

    assert portal.program.post(path, {}, once="k-1").get_data() == answered.get_data()
    assert len(held.sent) == 1


def test_of_many_at_once_one_is_at_it(anywhere: Portal) -> None:
    """Whatever their order, they make one envelope and hear of that one only."""

    def ask() -> TestResponse:
        return anywhere.program.post(ENVELOPES, sample(), once="k-1")

    with ThreadPoolExecutor(8) as pool:
        futures: list[Future[TestResponse]] = [pool.submit(ask) for _ in range(8)]
        answers = [each.result(30) for each in futures]

    made = [each for each in answers if each.status_code == 201]
    told = Counter(each.status_code for each in answers)
    assert told == Counter({201: len(made), 409: 8 - len(made)})
    assert {each.get_json()["id"] for each in made} == set(_ids(anywhere))
    assert len(_ids(anywhere)) == 1


def test_an_envelope_whose_maker_died_is_not_made_twice(anywhere: Portal) -> None:
    """After the lease the retry goes on with the id of the first; before it, it has to wait."""
    anywhere.world.renderer = DeadlyRenderer()
    with pytest.raises(Killed):
        anywhere.program.post(ENVELOPES, sample(), once="k-1")
    anywhere.world.renderer = FakeRenderer()
    made = _ids(anywhere)

    early = anywhere.program.post(ENVELOPES, sample(), once="k-1")
    anywhere.world.clock.advance(_LEASE)
    late = anywhere.program.post(ENVELOPES, sample(), once="k-1")

    refused(early, 409, "request_in_progress")
    assert (late.status_code, [late.get_json()["id"]]) == (201, made)
    assert _ids(anywhere) == made
    anywhere.world.sweep()
    assert anywhere.shown(made[0])["state"] == "ready"


@pytest.mark.parametrize("taken", [True, False], ids=["taken", "not taken"])
def test_a_message_whose_sender_died_is_not_sent_twice(anywhere: Portal, *, taken: bool) -> None:
    """Nobody knows whether it was; the retry tells of the same code, and a new one can be had."""
    deadly = DeadlySms(taken=taken)
    portal = _with_gateway(anywhere, deadly)
    envelope_id = portal.created()
    path = f"{ENVELOPES}/{envelope_id}/code"
    with pytest.raises(Killed):
        portal.program.post(path, {}, once="k-1")
    deadly.fatal = None
    refused(portal.program.post(path, {}, once="k-1"), 409, "request_in_progress")
    portal.world.clock.advance(_LEASE)

    late = portal.program.post(path, {}, once="k-1")

    assert late.status_code == 202
    assert len(deadly.sent) == int(taken)
    assert portal.tried(envelope_id, portal.world.chance.given[-1], "a-1").status_code == 200


def test_a_fault_frees_its_key_and_keeps_its_effect(here: Portal) -> None:
    """After 500 the retry need not wait, and goes on where the first stopped: no second message."""
    deadly = DeadlySms(fatal=ZeroDivisionError())
    portal = _with_gateway(here, deadly)
    path = f"{ENVELOPES}/{portal.created()}/code"
    refused(portal.program.post(path, {}, once="k-1"), 500, "internal_error")
    deadly.fatal = None

    assert portal.program.post(path, {}, once="k-1").status_code == 202
    assert len(deadly.sent) == 1


def test_the_first_of_two_claims_does_not_answer_for_the_second(here: Portal) -> None:
    """Who was held beyond the lease finds his claim taken over, and the later answer stays."""
    held = HeldSms()
    portal = _with_gateway(here, held)
    path = f"{ENVELOPES}/{portal.created()}/code"
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(portal.program.post, path, {}, once="k-1")
        held.gate.await_somebody()
        portal.world.clock.advance(_LEASE)

        second = portal.program.post(path, {}, once="k-1")

        held.gate.opened.set()
        first.result(20)

    assert second.status_code == 202
    assert portal.program.post(path, {}, once="k-1").get_data() == second.get_data()
    assert len(held.sent) == 1


class _DeadlyVoid(Void):
    """Dies after its commit, before its answer."""

    def __call__(self, envelope_id: str, *, reason: str, actor: str) -> NoReturn:
        """Do it, and die."""
        super().__call__(envelope_id, reason=reason, actor=actor)
        raise Killed


def test_an_end_whose_answer_was_lost_is_told_to_the_retry(anywhere: Portal) -> None:
    """It was done once; another reason under another key is still an illegal move."""
    deadly = _DeadlyVoid(register=anywhere.docgen.void.register, clock=anywhere.docgen.void.clock)
    envelope_id = anywhere.created()
    path, body = f"{ENVELOPES}/{envelope_id}/void", {"reason": "Қате тапсырыс"}
    with pytest.raises(Killed):
        anywhere.changed(void=deadly).program.post(path, body, once="k-1")
    anywhere.world.clock.advance(_LEASE)

    late = anywhere.program.post(path, body, once="k-1")

    assert (late.status_code, late.get_json()["state"]) == (200, "void")
    refused(anywhere.program.post(path, body, once="k-2"), 409, "move_not_allowed")
    assert anywhere.world.events(envelope_id).count("voided") == 1
