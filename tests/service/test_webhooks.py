"""Real processes tell a real receiver: it fails at first, and in the end knows everything once."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

import pytest
import standardwebhooks

from docgen.domain.journal import Event
from docgen.domain.webhook import TOPICS
from tests.processes.running import eventually
from tests.service.installation import Installation
from tests.service.visit import Visit, begun, fresh
from tests.services.receiver import ACCEPTED, Received, Receiver, receiver

_SOON = 40
_SLOW_SECONDS = 4
"""Longer than a round waits for anybody, and shorter than an answer may take."""
_LAG = 8
"""Seconds; less than the ten for which a silent receiver is waited for."""
_FAILING = (
    b"HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n",
    b"",
    b"HTTP/1.1 2",
    b"HTTP/1.1 302 x\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
)


@dataclass(frozen=True)
class Hook:
    """A webhook of the service, and whoever hears it."""

    service: Installation
    hears: Receiver
    link: str

    def told(self, visit: Visit) -> set[str]:
        """Ids of the messages about a visit that have come, however often."""
        bodies = [(r.headers["webhook-id"], json.loads(r.body)) for r in self.hears.received]
        return {name for name, body in bodies if body["data"]["envelope_id"] == visit.id}


@pytest.fixture
def hook(service: Installation) -> Iterator[Hook]:
    """Told everything, and removed afterwards."""
    with receiver() as hears:
        said = service.ask("POST", "/v1/webhooks", {"url": hears.url}, key=fresh())
        assert said.status == 201, said.body
        yield Hook(service, hears, said.told["link"])
        service.make_whole()
        assert service.ask("DELETE", said.told["link"]).status == 200


def _expected(visit: Visit) -> set[str]:
    """Ids of all that its journal says and that is to be told."""
    query = "SELECT sequence, event FROM journal WHERE envelope_id = :id"
    rows = visit.service.tables.rows(query, id=visit.id)
    return {f"evt_{visit.id}_{n}" for n, event in rows if Event(event) in TOPICS}


def test_a_receiver_that_fails_at_first_hears_everything_in_the_end(hook: Hook) -> None:
    """500, no answer, half of one, a redirect at the first try of each: all come at the second."""
    failing = cycle(_FAILING)
    tries: Counter[str] = Counter()

    def answer(request: Received) -> bytes:
        tries[request.headers["webhook-id"]] += 1
        return next(failing) if tries[request.headers["webhook-id"]] == 1 else ACCEPTED

    hook.hears.answer_to = answer
    visit = begun(hook.service)
    assert visit.confirm(visit.code()).status == 200
    visit.require_sealed_once()

    # What was not taken comes again after five seconds.
    expected = _expected(visit)
    assert eventually(lambda: all(tries[each] == 2 for each in expected), seconds=_SOON)
    assert hook.told(visit) == expected
    wordings = {(r.headers["webhook-id"], r.body) for r in hook.hears.received}
    assert len(wordings) == len({name for name, _ in wordings})
    assert set(tries.values()) == {2}
    said = hook.service.ask("GET", f"{hook.link}/secret")
    library = standardwebhooks.Webhook(said.told["secret"])
    for request in hook.hears.received:
        library.verify(request.body, request.headers)


def test_a_worker_told_to_end_notes_what_a_slow_receiver_answers(hook: Hook) -> None:
    """What was begun is answered in time, and told by nobody a second time."""
    slow = threading.Event()

    def answer(request: Received) -> bytes:
        if json.loads(request.body)["type"] == "envelope.created":
            slow.set()
            time.sleep(_SLOW_SECONDS)
        return ACCEPTED

    hook.hears.answer_to = answer
    visit = begun(hook.service)
    worker = hook.service.worker
    assert worker is not None
    assert slow.wait(_SOON)

    worker.terminate()

    assert worker.wait(_SOON) == 0
    query = "SELECT state FROM webhook_deliveries WHERE message_id = :id"
    (first,) = hook.service.tables.rows(query, id=f"evt_{visit.id}_1")
    assert first == ("delivered",)


def test_a_receiver_that_does_not_answer_makes_no_other_wait(hook: Hook) -> None:
    """Of real processes, too: the other has heard everything before the first slow answer."""
    with receiver() as silent:
        ended = threading.Event()

        def answer(_: Received) -> bytes:
            ended.wait(_SOON)
            return ACCEPTED

        silent.answer_to = answer
        wanted = {"url": silent.url}
        said = hook.service.ask("POST", "/v1/webhooks", wanted, key=fresh())
        assert said.status == 201, said.body
        for _ in range(3):
            last = begun(hook.service)

            def is_told(visit: Visit = last) -> bool:
                return hook.told(visit) == _expected(visit)

            assert eventually(is_told, seconds=_LAG)
        ended.set()
        assert hook.service.ask("DELETE", said.told["link"]).status == 200
