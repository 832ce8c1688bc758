"""Programs that call from outside, and what they send."""

import copy
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from docgen.domain.caller import ApiKey
from tests.api.stage import Works, application, working_on
from tests.api.watch import PERSON, Watch

SAMPLE = Path(__file__).parents[2] / "samples" / "envelope.json"
ENVELOPES = "/v1/envelopes"
FRESH = "fresh"
"""An idempotency key that nobody has used."""

_numbers = itertools.count(1)


def sample() -> dict[str, Any]:
    """A body for a new envelope, of a person whom no example or description names."""
    loaded: dict[str, Any] = json.loads(SAMPLE.read_text(encoding="utf-8"))
    loaded["subscriber"] |= {"iin": PERSON["iin"], "phone": f"+7{PERSON['phone']}"}
    return loaded


def spoilt(*path: str | int, value: object) -> dict[str, Any]:
    """The sample with another value at that place."""
    body = copy.deepcopy(sample())
    place: Any = body
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return body


@dataclass(frozen=True, kw_only=True)
class Program:
    """Calls with a key; what it gets is looked over."""

    works: Works
    watch: Watch
    key: str | None
    kept: ApiKey | None = None
    speaks: str = "ru"

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> TestResponse:
        """GET."""
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, body: object, *, once: str | None = FRESH) -> TestResponse:
        """POST a body as JSON, under an idempotency key."""
        return self.send(path, json.dumps(body).encode(), once=once)

    def send(
        self,
        path: str,
        content: bytes,
        *,
        once: str | None = FRESH,
        media_type: str = "application/json",
    ) -> TestResponse:
        """POST these bytes."""
        headers = {} if once is None else {"Idempotency-Key": once}
        if once == FRESH:
            headers = {"Idempotency-Key": f"key-{next(_numbers)}"}
        return self.ask("POST", path, headers=headers, data=content, content_type=media_type)

    def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> TestResponse:
        """Any request."""
        known = {"Accept-Language": self.speaks}
        if self.key is not None:
            known["Authorization"] = f"Bearer {self.key}"
        own = known | dict(headers or {})
        return self.watch.look(self.unwatched(method, path, headers=own, **more))

    def unwatched(self, method: str, path: str, **more: Any) -> TestResponse:
        """A request without a key, whose answer nobody looks over."""
        # Every request has a client of its own, so that threads can share the program.
        with working_on(self.works):
            return application().test_client(use_cookies=False).open(path, method=method, **more)
