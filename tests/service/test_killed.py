"""SIGKILL at the worst moments: each envelope is sealed, once, and nobody gets two messages."""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPException

import pytest

from docgen.usecases.answer_once import AnswerOnce
from tests.processes.running import SECONDS, eventually
from tests.service import processes
from tests.service.gateway import AFTER, BEFORE
from tests.service.installation import Installation
from tests.service.line import Said
from tests.service.visit import Visit, begun, create, envelopes, fresh

LEASE: timedelta = AnswerOnce.lease
on_sqlite_only = pytest.mark.parametrize("service", ["sqlite"], indirect=True)
on_postgres_only = pytest.mark.parametrize("service", ["postgres"], indirect=True)


@contextmanager
def _asking(ask: Callable[[], Said]) -> Iterator[Future[Said]]:
    """A request that is on its way within the block."""
    with ThreadPoolExecutor(1) as thread:
        yield thread.submit(ask)


def _kill_web(service: Installation, asked: Future[Said]) -> None:
    """All processes that answer; whoever waited for an answer gets none, and others go on."""
    service.kill_web_processes()
    assert isinstance(asked.exception(timeout=SECONDS), OSError | HTTPException)
    service.make_whole()


def _again(service: Installation, ask: Callable[[], Said]) -> Said:
    """Ask again under the same key, first too early, then when the first one is given up."""
    early = ask()
    assert (early.status, early.told["code"]) == (409, "request_in_progress"), early.body
    service.tables.age_claims(LEASE)
    return ask()


def test_a_web_process_killed_while_it_awaits_a_document(service: Installation) -> None:
    """The envelope is there; asked again under the same key, it is the same one."""
    begun(service)
    before, key = envelopes(service), fresh()

    def ask() -> Said:
        return create(service, key=key)

    assert service.worker is not None
    with processes.frozen_engine(service.engine), _asking(ask) as asked:
        assert eventually(lambda: envelopes(service) == before + 1)
        _kill_web(service, asked)
    repeated = _again(service, ask)

    assert repeated.status == 201
    assert envelopes(service) == before + 1
    visit = Visit(service, repeated.told["id"])
    assert visit.reaches("ready")
    assert visit.confirm(visit.code()).status == 200
    visit.require_sealed_once()


@pytest.mark.parametrize(("moment", "messages"), [(BEFORE, 0), (AFTER, 1)], ids=[BEFORE, AFTER])
def test_a_web_process_killed_while_it_sends_a_code(
    service: Installation, moment: str, messages: int
) -> None:
    """Asked again under the same key, nothing is sent twice; a sent code still confirms."""
    visit, key = begun(service), fresh()

    def ask() -> Said:
        return visit.send_code(key=key)

    with service.held_gateway(moment) as held, _asking(ask) as asked:
        assert eventually(held.exists)
        _kill_web(service, asked)
    repeated = _again(service, ask)

    assert repeated.status == 202
    challenge = repeated.told["challenge"]["id"]
    assert len(service.messages(challenge)) == messages
    assert ask().told == repeated.told
    assert visit.events().count("code_issued") == 1
    if messages:
        assert visit.confirm(visit.code_of(challenge)).status == 200
        visit.require_sealed_once()


@on_postgres_only
def test_a_web_process_killed_between_redis_and_sql_while_sending(service: Installation) -> None:
    """Nothing was sent: asked again under the same key, the code is sent, without any wait."""
    visit, key = begun(service), fresh()

    def ask() -> Said:
        return visit.send_code(key=key)

    with service.tables.locked(visit.id), _asking(ask) as asked:
        assert eventually(lambda: _issued(service, visit))
        _kill_web(service, asked)
    repeated = _again(service, ask)

    assert repeated.status == 202, repeated.body
    code = visit.code_of(repeated.told["challenge"]["id"])
    assert visit.confirm(code).status == 200
    visit.require_sealed_once()


def _issued(service: Installation, visit: Visit) -> bool:
    """Whether Redis holds a code of the envelope."""
    manifest = visit.shown()["manifest_sha256"]
    with service.redis.client() as client:
        return bool(client.keys(f"otp:*:l:{manifest}"))


def test_a_web_process_killed_between_redis_and_sql_while_confirming(
    service: Installation,
) -> None:
    """The code is used up, the consent is not written: the same attempt completes it."""
    visit = begun(service)
    code = visit.code()
    with (
        service.tables.locked(visit.id),
        _asking(lambda: visit.confirm(code)) as asked,
    ):
        assert eventually(lambda: _spent(service))
        _kill_web(service, asked)
    assert visit.state() == "code_sent"

    assert visit.confirm(code, "A-other").status in {409, 410}
    assert visit.confirm(code).status == 200
    assert visit.confirm(code).status == 200
    visit.require_sealed_once()


def _spent(service: Installation) -> bool:
    """Whether Redis holds a used code whose challenge SQL knows as sent."""
    (challenge,) = service.tables.rows(
        "SELECT id FROM challenges ORDER BY issued_at DESC, id DESC LIMIT 1"
    )
    with service.redis.client() as client:
        (key,) = client.keys(f"otp:*:c:{challenge[0]}")
        return client.hget(key, "used") is not None


@on_postgres_only
def test_the_web_master_killed_with_a_request_in_its_hands(service: Installation) -> None:
    """Its orphans answer what they hold and end; started anew, the same key gets the same."""
    begun(service)
    before, key = envelopes(service), fresh()
    assert service.worker is not None
    with (
        processes.frozen_engine(service.engine),
        _asking(lambda: create(service, key=key)) as asked,
    ):
        assert eventually(lambda: envelopes(service) == before + 1)
        service.kill_web_master()
    answered = asked.result(timeout=SECONDS)
    service.make_whole()
    repeated = create(service, key=key)

    assert (answered.status, repeated.status) == (201, 201)
    assert answered.body == repeated.body
    assert envelopes(service) == before + 1
    visit = Visit(service, answered.told["id"])
    assert visit.reaches("ready")
    assert visit.confirm(visit.code()).status == 200
    visit.require_sealed_once()


@on_sqlite_only
def test_everything_killed_right_after_a_confirmation(service: Installation) -> None:
    """Whoever was told "confirmed" gets his seal, though nobody is left who heard of it."""
    visit = begun(service)
    code = visit.code()
    with service.stamps.shut():
        assert visit.confirm(code).status == 200
        service.kill_worker()
        service.kill_web_master()
        with service.redis.client() as client:
            for key in client.keys("qoltanba:*"):
                client.delete(key)
    assert visit.state() == "confirmed"

    service.make_whole()

    visit.require_sealed_once()


@on_postgres_only
def test_a_worker_killed_while_it_renders_and_seals(service: Installation) -> None:
    """One envelope waits for its document, another for its stamp: both get them, once."""
    sealing, before = begun(service), envelopes(service)
    code = sealing.code()
    assert service.worker is not None
    with service.stamps.shut():
        assert sealing.confirm(code).status == 200
        assert eventually(lambda: service.stamps.asked > 0)
        engine = processes.engine_in(service.engine)
        with (
            processes.frozen_engine(service.engine),
            _asking(lambda: create(service)) as asked,
        ):
            assert eventually(lambda: envelopes(service) == before + 1)
            service.kill_worker()
        made = asked.result(timeout=SECONDS)
    assert sealing.state() == "confirmed"
    assert made.told["state"] == "draft"
    assert eventually(lambda: not processes.alive(engine))

    service.make_whole()

    sealing.require_sealed_once()
    rendering = Visit(service, made.told["id"])
    assert rendering.reaches("ready")
    assert rendering.confirm(rendering.code()).status == 200
    rendering.require_sealed_once()


@on_sqlite_only
def test_a_worker_killed_between_the_sealed_file_and_the_register(service: Installation) -> None:
    """A file nobody knows of stays behind; the one that counts is sealed afterwards, whole."""
    visit = begun(service)
    code = visit.code()
    with service.stamps.shut():
        assert visit.confirm(code).status == 200
        assert eventually(lambda: service.stamps.asked > 0)
        before = _blobs(service)
        with service.tables.locked(visit.id):
            service.stamps.open()
            assert eventually(lambda: _blobs(service) > before)
            service.kill_worker()
    assert visit.state() == "confirmed"

    service.make_whole()

    visit.require_sealed_once()
    for path in (service.var / "blobs").rglob("[0-9a-f]" * 64):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name


def _blobs(service: Installation) -> int:
    return len(list((service.var / "blobs").rglob("[0-9a-f]" * 64)))
