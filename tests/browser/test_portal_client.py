"""The client that portals copy: it calls the real service as the description has it."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from jsonschema import Draft202012Validator

from tests.api.program import sample
from tests.browser.conftest import EXAMPLE, Site
from tests.browser.serving import App, served, service

_NEEDED = {
    "POST /v1/envelopes", "GET /v1/envelopes", "GET /v1/envelopes/{envelope_id}",
    "POST /v1/envelopes/{envelope_id}/void", "POST /v1/envelopes/{envelope_id}/tickets",
    "GET /v1/envelopes/{envelope_id}/journal",
    "GET /v1/envelopes/{envelope_id}/documents/{document_id}/pdf", "POST /v1/verify",
    "POST /v1/webhooks", "GET /v1/webhooks", "GET /v1/webhooks/{webhook_id}/secret",
    "POST /v1/webhooks/{webhook_id}/redeliver", "DELETE /v1/webhooks/{webhook_id}",
}  # fmt: skip
"""What a portal that has its subscribers sign in its own page does by itself."""


@dataclass(frozen=True)
class Talk:
    """One request of the client's, and what it was answered."""

    environ: WSGIEnvironment
    sent: bytes
    status: str
    answered: bytes


@dataclass
class Listener:
    """Between the client and the service; keeps every word."""

    app: App
    heard: list[Talk] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Pass it on."""
        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"], said = BytesIO(sent), []

        def noted(status: str, *more: Any) -> Any:
            said.append(status)
            return start(status, *more)

        answered = b"".join(self.app(environ, noted))
        self.heard.append(Talk(environ, sent, said[0], answered))
        return [answered]


def test_every_call_is_as_the_description_has_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Path, method, parameters, body and answer of all that a portal needs."""
    monkeypatch.syspath_prepend(str(EXAMPLE))
    listener = Listener(service(site.here, site.now))
    program = site.here.issued(client="cabinet", origins=("https://cabinet.example",))
    with served(listener) as port:
        client = import_module("qoltanba").Qoltanba(
            url=f"http://127.0.0.1:{port}", key=str(program.key)
        )
        _use(client, site)

    described: dict[str, Any] = site.here.stranger().get("/openapi.json").get_json()
    assert {_held(talk, described) for talk in listener.heard} == _NEEDED


def _use(client: Any, site: Site) -> None:
    made = client.create_envelope(sample(), once="order-7")
    assert client.create_envelope(sample(), once="order-7")["id"] == made["id"]
    assert client.envelope(made["id"])["state"] == "ready"
    order = made["reference"]["order_number"]
    assert [each["id"] for each in client.envelopes(order=order)["envelopes"]] == [made["id"]]
    assert client.ticket(made["id"])["origin"] == "https://cabinet.example"
    assert client.ticket(made["id"], kind="link")["origin"] is None
    pdf = client.pdf(made["id"], made["documents"][0]["id"])
    assert pdf.startswith(b"%PDF-")
    assert client.verify(pdf)["verdict"]
    hook = client.create_webhook("http://127.0.0.1:9/hooks")
    assert [each["id"] for each in client.webhooks()] == [hook["id"]]
    assert client.webhook_secret(hook["id"]).startswith("whsec_")
    now = site.here.world.clock.now()
    since, before = ((now + timedelta(hours=each)).isoformat() for each in (-1, 0))
    assert client.tell_again(hook["id"], since=since, before=before) >= 0
    client.remove_webhook(hook["id"])
    assert client.void(made["id"], "Қате")["state"] == "void"
    assert client.journal(made["id"])["entries"]


def _held(talk: Talk, described: dict[str, Any]) -> str:
    """The operation's name; AssertionError where request or answer is not as it is described."""
    environ = talk.environ
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    (template,) = (
        each for each in described["paths"]
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", each), path)
        and method.lower() in described["paths"][each]
    )  # fmt: skip
    operation = described["paths"][template][method.lower()]
    parameters = operation.get("parameters", [])
    query = {name for name, _ in parse_qsl(environ["QUERY_STRING"])}
    assert query <= {each["name"] for each in parameters if each["in"] == "query"}
    for each in parameters:
        header = f"HTTP_{each['name'].upper().replace('-', '_')}"
        assert not (each["in"] == "header" and each.get("required")) or header in environ
    _fits(talk.sent, operation.get("requestBody", {"content": {}})["content"], described)
    status = talk.status.partition(" ")[0]
    assert status.startswith("2"), talk.answered
    _fits(talk.answered, operation["responses"][status].get("content", {}), described)
    return f"{method} {template}"


def _fits(body: bytes, content: dict[str, Any], described: dict[str, Any]) -> None:
    schema = content.get("application/json", {}).get("schema")
    assert schema is not None or not body or "application/json" not in content
    if schema is not None:
        whole = schema | {"components": described["components"]}
        Draft202012Validator(whole).validate(json.loads(body))


def test_a_refusal_is_an_exception_with_its_code(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A portal decides by it."""
    monkeypatch.syspath_prepend(str(EXAMPLE))
    module = import_module("qoltanba")
    client = module.Qoltanba(url=site.service, key="qk_1_2")

    with pytest.raises(module.Problem) as refused:
        client.envelope("0" * 26)

    assert refused.value.code == "unauthenticated"
    assert "qk_1_2" not in repr(client)
