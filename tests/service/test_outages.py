"""Redis or PostgreSQL away: what needs them says so at once, the rest goes on, nothing is lost."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

import pytest

from tests.processes.running import eventually
from tests.service.installation import PROCESSES, Installation
from tests.service.line import Ask, Said
from tests.service.visit import ENVELOPES, SAMPLE, Visit, begun, create, fresh
from tests.services.postgres_server import PostgresServer

AT_ONCE = 1.0
AMONG_MANY = 3.0
"""Twenty callers at once share the machine with the service, and with whatever else runs there."""
CALLERS = 20


@contextmanager
def _without_redis(service: Installation, how: str) -> Iterator[None]:
    """Redis is dead, or lives and says nothing."""
    if how == "frozen":
        service.redis.freeze()
        try:
            yield
        finally:
            service.redis.thaw()
            # For so long each process that saw it silent refuses without asking.
            time.sleep(1)
    else:
        service.redis.kill()
        try:
            yield
        finally:
            service.redis.start()


def _require_refused(said: Said, code: str, *, seconds: float = AT_ONCE) -> None:
    assert (said.status, said.told["code"]) == (503, code), said.body
    assert said.headers["content-type"] == "application/problem+json"
    assert int(said.headers["retry-after"]) == said.told["retry_after"] > 0
    assert said.told["retryable"] is True
    assert said.seconds < seconds, said.seconds


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_without_redis_codes_are_refused_at_once_and_nothing_is_lost(
    service: Installation, how: str
) -> None:
    """Alone and among many; envelopes are shown and made; afterwards all is signed and sealed."""
    sent, ready = begun(service), begun(service)
    code = sent.code()
    with _without_redis(service, how):
        _require_refused(sent.confirm(code), "codes_unavailable")
        _require_refused(ready.send_code(), "codes_unavailable")
        _require_refused(service.ask("GET", "/ready"), "codes_unavailable")
        for said in service.ask_together(_code_requests(sent, ready, code), lines=CALLERS):
            _require_refused(said, "codes_unavailable", seconds=AMONG_MANY)
        assert service.ask("GET", "/live").status == 200
        assert sent.shown()["state"] == "code_sent"
        made = create(service)
        # Nobody is told of it, but a sweep may pass by.
        assert (made.status, made.told["state"] in {"draft", "ready"}) == (201, True), made.body
        assert made.seconds < 2 * AT_ONCE
    draft = Visit(service, made.told["id"])
    assert sent.confirm(code).status == 200
    assert draft.reaches("ready")
    assert draft.confirm(draft.code()).status == 200
    for visit in (sent, draft):
        visit.require_sealed_once()
    # A Redis that wakes up does what it was told meanwhile: a wait may stand for a code not sent.
    assert ready.send_code().status in ({202} if how == "killed" else {202, 429})


def _code_requests(sent: Visit, ready: Visit, code: str) -> list[Ask]:
    """As many of each kind; one attempt again and again, since Redis may still do what it hears."""
    confirming = [sent.try_code(code, "A-1")] * CALLERS
    sending = [
        Ask(method="POST", path=f"{ready.path}/code", body={}, headers={"Idempotency-Key": fresh()})
        for _ in range(CALLERS)
    ]
    return [ask for pair in zip(confirming, sending, strict=True) for ask in pair]


def test_without_postgresql_everything_is_refused_at_once_until_it_is_back(
    on_postgres: Installation, service_postgres: PostgresServer
) -> None:
    """The processes live on, those that die are replaced, and all go on by themselves."""
    visit = begun(on_postgres)
    code = visit.code()
    service_postgres.stop()
    try:
        on_postgres.kill_web_processes()
        assert eventually(lambda: len(on_postgres.web_processes()) == PROCESSES)
        assert eventually(lambda: _lives(on_postgres))
        for said in on_postgres.ask_together(_all_requests(visit, code), lines=CALLERS):
            _require_refused(said, "unavailable", seconds=AMONG_MANY)
        _require_refused(on_postgres.ask("GET", "/ready"), "unavailable")
        assert on_postgres.ask("GET", "/live").status == 200
        assert "qoltanba_work_known 0.0" in on_postgres.ask("GET", "/metrics").body.decode()
    finally:
        service_postgres.start()

    assert eventually(on_postgres.answers)
    assert visit.confirm(code).status == 200
    visit.require_sealed_once()


def _lives(service: Installation) -> bool:
    try:
        return service.ask("GET", "/live").status == 200
    except (OSError, HTTPException):
        return False


def _all_requests(visit: Visit, code: str) -> list[Ask]:
    creating = Ask(method="POST", path=ENVELOPES, body=SAMPLE, headers={"Idempotency-Key": fresh()})
    showing = Ask(method="GET", path=visit.path)
    return [creating, showing, visit.try_code(code, "A-1")] * CALLERS
