"""SIGKILL at any moment, while portals go on asking: all they began is sealed, once."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException

import pytest

from docgen.usecases.answer_once import AnswerOnce
from tests.service.installation import Installation
from tests.service.line import Said
from tests.service.visit import Visit, create, envelopes, fresh

PORTALS = 3
_LATER = {"request_in_progress", "not_ready", "envelope_changed"}
_PATIENCE = 60


@dataclass(frozen=True)
class Portal:
    """Repeats under the same key whatever got no answer."""

    service: Installation

    def visit(self) -> tuple[Visit, str]:
        """A visit up to its confirmation, and its challenge."""
        creating, sending = fresh(), fresh()
        made = self._told(lambda: create(self.service, key=creating))
        assert made.status == 201, made.body
        visit = Visit(self.service, made.told["id"])
        sent = self._told(lambda: visit.send_code(key=sending))
        assert sent.status == 202, sent.body
        challenge = sent.told["challenge"]["id"]
        if self.service.messages(challenge):
            code = visit.code_of(challenge)
            confirmed = self._told(lambda: visit.confirm(code))
            assert confirmed.status == 200, confirmed.body
        return visit, challenge

    def _told(self, ask: Callable[[], Said]) -> Said:
        """An answer that is not "later"."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            try:
                said = ask()
            except (OSError, HTTPException):
                time.sleep(0.1)
                continue
            if said.status != 503 and (said.status < 400 or said.told["code"] not in _LATER):
                return said
            if said.told["code"] == "request_in_progress":
                # Whoever was at it is dead, but is believed to be at it for a minute.
                self.service.tables.age_claims(AnswerOnce.lease)
            time.sleep(0.1)
        pytest.fail("no answer")


def test_whatever_is_killed_whenever_everything_is_sealed_once(on_postgres: Installation) -> None:
    """Nothing is made or sent twice; a code that never left is the only thing that may be lost."""
    before = envelopes(on_postgres)
    kills = [
        on_postgres.kill_web_processes,
        on_postgres.kill_worker,
        on_postgres.kill_web_master,
        on_postgres.kill_web_processes,
    ]
    random.shuffle(kills)
    with ThreadPoolExecutor(PORTALS) as portals:
        visits = [portals.submit(Portal(on_postgres).visit) for _ in range(PORTALS)]
        for kill in kills:
            time.sleep(random.uniform(0, 0.7))  # noqa: S311 - moments, not secrets
            kill()
            on_postgres.make_whole()
        done = [each.result() for each in visits]

    assert envelopes(on_postgres) == before + PORTALS
    for visit, challenge in done:
        assert visit.events().count("code_issued") == 1
        if on_postgres.messages(challenge):
            visit.require_sealed_once()
