"""SIGTERM: whatever was begun is finished, and answered."""

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import pytest

from tests.processes.running import eventually
from tests.service import processes
from tests.service.installation import Installation
from tests.service.visit import Visit, begun, create, envelopes

_ENDING = 60


def test_requests_in_the_hands_of_the_web_processes_are_answered(on_sqlite: Installation) -> None:
    """Told to end while eight callers await their documents, they answer all of them first."""
    begun(on_sqlite)
    before, web, worker = envelopes(on_sqlite), on_sqlite.web, on_sqlite.worker
    assert web is not None
    assert worker is not None
    with ThreadPoolExecutor(8) as callers:
        with processes.frozen_engine(on_sqlite.engine):
            asked = [callers.submit(create, on_sqlite) for _ in range(8)]
            assert eventually(lambda: envelopes(on_sqlite) == before + 8)
            assert not all(each.done() for each in asked)
            web.terminate()
            with pytest.raises((OSError, HTTPException)):
                _until_refused(on_sqlite)
        said = [each.result(timeout=_ENDING) for each in asked]

    assert web.wait(_ENDING) == 0
    assert {each.status for each in said} == {201}
    on_sqlite.make_whole()
    for each in said:
        assert Visit(on_sqlite, each.told["id"]).reaches("ready")


def test_a_worker_told_to_end_finishes_the_document_in_its_hands(on_sqlite: Installation) -> None:
    """The envelope is ready when the worker is gone, and nobody else has made it."""
    begun(on_sqlite)
    before, worker = envelopes(on_sqlite), on_sqlite.worker
    assert worker is not None
    engine = processes.engine_in(on_sqlite.engine)
    with ThreadPoolExecutor(1) as caller:
        with processes.frozen_engine(on_sqlite.engine):
            asked = caller.submit(create, on_sqlite)
            assert eventually(lambda: envelopes(on_sqlite) == before + 1)
            assert eventually(lambda: processes.converts(worker.pid))
            worker.terminate()
            assert eventually(lambda: "SIGTERM: finishing" in _last_lines(on_sqlite))
        visit = Visit(on_sqlite, asked.result(timeout=_ENDING).told["id"])

    assert worker.wait(_ENDING) == 0
    assert visit.state() == "ready"
    assert eventually(lambda: not processes.alive(engine))


def _until_refused(service: Installation) -> None:
    """Ask until nobody lets us in any more."""
    for _ in range(200):
        service.ask("GET", "/live")


def _last_lines(service: Installation) -> str:
    return service.worker_log.read_text(encoding="utf-8")[-1000:]
