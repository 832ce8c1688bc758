"""What the page on webhooks shows: its receiver runs, its example is shaped as what is told."""

import base64
import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from docgen.domain.webhook import Topic, Webhook
from tests.processes.running import eventually, free_port
from tests.usecases.telling import Desk, telling
from tests.usecases.world import world

_PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")


def _shown(language: str) -> str:
    (block,) = re.findall(rf"^```{language}\n(.*?)^```", _PAGE, re.MULTILINE | re.DOTALL)
    return str(block)


@pytest.fixture
def desk(sqlite_url: str, redis_url: str) -> Iterator[Desk]:
    """Whoever keeps the register, what is told is the same."""
    over = world(sqlite_url, redis_url)
    with closing(over.register), telling(over) as built:
        yield built


@contextmanager
def _receiver(secret: str) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """The page's receiver, at a port of its own."""
    port = free_port()
    program = _shown("python").replace("5001", str(port))
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "SECRET": secret},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert eventually(lambda: _posted(port, b"", {}) is not None, seconds=60)
            yield port, process
        finally:
            process.kill()


def _posted(port: int, body: bytes, headers: Mapping[str, str]) -> int | None:
    unsigned = {"webhook-id": "", "webhook-timestamp": "", "webhook-signature": "v1,no"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/hooks", body=body, headers=unsigned | dict(headers))
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def _secret(desk: Desk, webhook: Webhook) -> str:
    return "whsec_" + base64.b64encode(desk.secret_of(webhook.id, 1)).decode()


def test_its_receiver_takes_what_we_signed_and_nothing_else(desk: Desk) -> None:
    """A changed byte, another time and another secret are each refused."""
    webhook = desk.webhook(Topic.ENVELOPE_CREATED)
    desk.world.created()
    desk.told()
    (request,) = desk.receiver.received
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    headers = {name: request.headers[name] for name in names}
    altered = request.body.replace(b"created", b"altered")

    with _receiver(_secret(desk, webhook)) as (port, process):
        assert _posted(port, request.body, headers) == 204
        assert _posted(port, altered, headers) == 401
        assert _posted(port, request.body, headers | {"webhook-timestamp": "1"}) == 401
        assert process.stdout is not None
        said = process.stdout.readline()
    with _receiver("whsec_" + base64.b64encode(b"another").decode()) as (port, _process):
        assert _posted(port, request.body, headers) == 401

    assert said == f"{headers['webhook-id']} {request.body.decode()}\n"


def test_its_example_is_shaped_as_what_is_told(desk: Desk) -> None:
    """Members, ids, numbers and times as a receiver will see them."""
    desk.webhook(Topic.ENVELOPE_CREATED)
    desk.world.created()
    desk.told()
    told = json.loads(desk.receiver.received[0].body)

    assert _shapes(json.loads(_shown("json"))) == _shapes(told) | {"type": "envelope.sealed"}


def _shapes(value: Any) -> Any:
    """With a 9 for each digit and capital, so that only the form is left."""
    if isinstance(value, dict):
        kept = {name: _shapes(each) for name, each in value.items()}
        return kept | {name: value[name] for name in ("type", "form") if name in value}
    if isinstance(value, list):
        return [_shapes(each) for each in value]
    return re.sub(r"[0-9A-Z]", "9", value) if isinstance(value, str) else type(value).__name__
