"""When a part is missing: 503 in under a second, nothing lost, and no limit that fails open."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from docgen.adapters.db.register import SqlRegister
from docgen.usecases.authenticate import Authenticate
from tests.api.portal import Portal, portal
from tests.api.program import ENVELOPES, sample
from tests.api.watch import refused
from tests.services.redis_server import RedisServer


@pytest.fixture
def alone(sqlite_url: str, own_redis: RedisServer) -> Iterator[Portal]:
    """With a Redis of its own, which may be treated badly."""
    with portal(sqlite_url, own_redis.url) as built:
        yield built


@pytest.mark.parametrize("silence", ["killed", "frozen"])
def test_code_routes_answer_at_once_without_the_store_of_codes(
    alone: Portal, own_redis: RedisServer, silence: str
) -> None:
    """503 with Retry-After in under a second, whether Redis is gone or only silent."""
    waiting, (sent, code) = alone.created(), alone.code_sent()
    events = alone.world.events(sent)
    own_redis.kill() if silence == "killed" else own_redis.freeze()
    try:
        answers = [
            _timed(lambda: alone.sent_again(waiting)),
            _timed(lambda: alone.tried(sent, code, "a-1")),
        ]
    finally:
        if silence == "frozen":
            own_redis.thaw()

    for answer, taken in answers:
        assert refused(answer, 503, "codes_unavailable")["retryable"]
        assert answer.headers["Retry-After"] == "5"
        assert taken < 1
    assert alone.shown(waiting)["state"] == "ready"
    assert alone.world.events(sent) == events


def _timed(ask: Callable[[], TestResponse]) -> tuple[TestResponse, float]:
    begun = time.monotonic()
    return ask(), time.monotonic() - begun


def test_nothing_is_lost_while_the_store_of_codes_is_away(
    alone: Portal, own_redis: RedisServer
) -> None:
    """After it is back, the same requests under the same keys do what they were to do, once."""
    waiting, (sent, code) = alone.created(), alone.code_sent()
    codes, confirmation = f"{ENVELOPES}/{waiting}/code", f"{ENVELOPES}/{sent}/confirmation"
    attempt = {"code": code, "attempt_id": "a-1"}
    own_redis.kill()
    refused(alone.program.post(codes, {}, once="k-1"), 503, "codes_unavailable")
    refused(alone.program.post(confirmation, attempt, once="k-2"), 503, "codes_unavailable")
    own_redis.start()

    assert alone.program.post(codes, {}, once="k-1").status_code == 202
    assert alone.program.post(confirmation, attempt, once="k-2").status_code == 200
    assert alone.world.events(waiting).count("code_sent") == 1
    assert alone.world.events(sent).count("confirmed") == 1


def test_what_needs_no_codes_goes_on_without_their_store(
    alone: Portal, own_redis: RedisServer
) -> None:
    """Envelopes are made, shown, listed and ended while Redis is away."""
    own_redis.kill()

    envelope_id = alone.created()

    path = f"{ENVELOPES}/{envelope_id}"
    assert alone.program.get(ENVELOPES).status_code == 200
    assert alone.program.get(f"{path}/journal").status_code == 200
    assert alone.program.post(f"{path}/decline", {"reason": "Қымбат"}).status_code == 200


def test_a_service_without_its_store_of_codes_is_not_ready(
    alone: Portal, own_redis: RedisServer
) -> None:
    """`/ready` says so, and `/live` does not mind."""
    assert alone.stranger().get("/ready").get_json() == {"status": "ready"}
    own_redis.kill()

    refused(alone.stranger().get("/ready"), 503, "codes_unavailable")
    assert alone.stranger().get("/live").get_json() == {"status": "live"}


@pytest.fixture
def nowhere(tmp_path: Path) -> Iterator[SqlRegister]:
    """A register whose file cannot be."""
    register = SqlRegister(f"sqlite:///{tmp_path}/absent/register.db")
    yield register
    register.close()


def test_without_a_register_every_guarded_route_is_unavailable(
    here: Portal, nowhere: SqlRegister
) -> None:
    """503, not 401: whose key it is cannot be known."""
    authenticate = Authenticate(register=nowhere, clock=here.world.clock)
    admit = replace(here.docgen.admit_program, authenticate=authenticate)
    cut_off = here.changed(register=nowhere, admit_program=admit)

    for answer in (
        cut_off.program.get("/v1/forms"),
        cut_off.program.post(ENVELOPES, sample()),
        cut_off.stranger().get("/ready"),
    ):
        refused(answer, 503, "unavailable")
        assert answer.headers["Retry-After"] == "5"
    assert cut_off.stranger().get("/live").status_code == 200


def test_a_full_queue_takes_nothing_new(anywhere: Portal) -> None:
    """503 `queue_full`, while what was accepted before is rendered all the same."""
    anywhere.worker.away = True
    full = anywhere.changed(create_envelope=replace(anywhere.docgen.create_envelope, most_owed=2))
    accepted = [full.created(), full.created()]

    answer = full.program.post(ENVELOPES, sample(), once="k-1")

    refused(answer, 503, "queue_full")
    anywhere.world.sweep()
    assert [full.shown(each)["state"] for each in accepted] == ["ready", "ready"]
    assert full.program.post(ENVELOPES, sample(), once="k-1").status_code == 201
