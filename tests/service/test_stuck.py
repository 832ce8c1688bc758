"""What stands still for a week, over the whole service."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from docgen.serve import command
from tests.processes.running import eventually
from tests.service.installation import Installation
from tests.service.visit import Visit, begun
from tests.services.programs import await_answer, start

LATE, WEEK = "tests.service.last_week", timedelta(days=7)


@contextmanager
def _a_week_ago(service: Installation) -> Iterator[None]:
    """The same installation within the block, by the clock of a week ago; then nobody runs."""
    service.kill_worker()
    service.kill_web_master()
    surrounded = service.surrounded(DOCGEN_WEB__PROCESSES="1")
    worker = start([*surrounded, sys.executable, "-m", LATE, "worker"], log=service.worker_log)
    shared = service.ground.folder / "last-week"
    shared.mkdir()
    web = start([*surrounded, *command(shared), f"{LATE}:app"], log=service.web_log)
    try:
        await_answer(web, answers=service.answers, log=service.web_log)
        yield
    finally:
        for process in (web, worker):
            process.terminate()
        for process in (web, worker):
            process.wait(40)


def _stuck(service: Installation) -> list[dict[str, Any]]:
    listed = service.run("stuck", "--json")
    assert listed.returncode == 0, listed.stderr
    return list(json.loads(listed.stdout))


def test_a_week_old_confirmation_is_listed_and_sealed(on_postgres: Installation) -> None:
    """Nobody came for a week and the queue has forgotten it: it is named, then picked up."""
    with _a_week_ago(on_postgres):
        visit = begun(on_postgres)
        code = visit.code()
        on_postgres.kill_sealer()
        assert visit.confirm(code).status == 200
        assert eventually(lambda: "seal_waits" in visit.events())
    with on_postgres.redis.client() as client:
        for key in client.keys("qoltanba:*"):
            client.delete(key)

    (listed,) = [each for each in _stuck(on_postgres) if each["envelope_id"] == visit.id]
    assert listed["state"] == "confirmed"
    assert listed["reason"] == "seal_unavailable"
    assert listed["age_seconds"] >= WEEK.total_seconds()

    on_postgres.make_whole()
    Visit(on_postgres, visit.id).require_sealed_once()
    assert visit.id not in {each["envelope_id"] for each in _stuck(on_postgres)}
