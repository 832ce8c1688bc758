"""A client of Qoltanba's interface for Python 3.11, of the standard library only: copy it."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

_PATIENCE = 30
_CLOCKS = 300
"""Seconds by which a webhook may be late, and clocks may differ."""


class Problem(Exception):
    """A refusal (RFC 9457); decide by `code`."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        super().__init__(f"{told.get('code')}: {told.get('title')}")
        self.code = str(told.get("code"))
        self.told = told


class NotOurs(Exception):
    """A webhook that was not signed with our secret, or is too old."""


@dataclass(frozen=True, kw_only=True)
class Qoltanba:
    """One installation, called with one key."""

    url: str
    key: str = field(repr=False)
    language: str = "ru"

    def create_envelope(self, envelope: Mapping[str, Any], *, once: str = "") -> dict[str, Any]:
        """Make an envelope; the same `once` makes no second one."""
        return self._post("/v1/envelopes", envelope, once=once or str(uuid.uuid4()))

    def envelope(self, envelope_id: str) -> dict[str, Any]:
        """The envelope as it is now."""
        return self._json("GET", f"/v1/envelopes/{envelope_id}")

    def envelopes(self, **wanted: str) -> dict[str, Any]:
        """Those that are looked for, the newest first: by `order`, `phone`, `state`, `cursor`."""
        return self._json("GET", "/v1/envelopes?" + urlencode(wanted))

    def void(self, envelope_id: str, reason: str) -> dict[str, Any]:
        """Withdraw what was a mistake; whoever has it open is told."""
        return self._post(f"/v1/envelopes/{envelope_id}/void", {"reason": reason})

    def journal(self, envelope_id: str) -> dict[str, Any]:
        """What happened to it, from its making to its seal."""
        return self._json("GET", f"/v1/envelopes/{envelope_id}/journal")

    def ticket(self, envelope_id: str, *, kind: str = "embed", origin: str = "") -> dict[str, Any]:
        """A ticket for the subscriber's browser; each asking gives another one."""
        body = {"kind": kind} | ({"origin": origin} if origin else {})
        return self._post(f"/v1/envelopes/{envelope_id}/tickets", body)

    def pdf(self, envelope_id: str, document_id: str) -> bytes:
        """The document, sealed once it is."""
        return self._ask("GET", f"/v1/envelopes/{envelope_id}/documents/{document_id}/pdf")

    def verify(self, pdf: bytes) -> dict[str, Any]:
        """What the service says of a file."""
        edge = uuid.uuid4().hex
        head = (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="paper.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
        )
        body = head.encode() + pdf + f"\r\n--{edge}--\r\n".encode()
        told = self._ask("POST", "/v1/verify", body, f"multipart/form-data; boundary={edge}")
        verdict: dict[str, Any] = json.loads(told)
        return verdict

    def create_webhook(self, url: str, *, once: str = "") -> dict[str, Any]:
        """Have everything told at that address of yours from now on."""
        return self._post("/v1/webhooks", {"url": url}, once=once or str(uuid.uuid4()))

    def webhooks(self) -> list[dict[str, Any]]:
        """All of them, and whether they are heard."""
        found: list[dict[str, Any]] = self._json("GET", "/v1/webhooks")["webhooks"]
        return found

    def webhook_secret(self, webhook_id: str) -> str:
        """What `read_webhook` wants."""
        return str(self._json("GET", f"/v1/webhooks/{webhook_id}/secret")["secret"])

    def tell_again(self, webhook_id: str, *, since: str, before: str) -> int:
        """Have told anew what you missed between two times (ISO 8601); how many messages."""
        asked = {"from": since, "before": before}
        return int(self._post(f"/v1/webhooks/{webhook_id}/redeliver", asked)["owed"])

    def remove_webhook(self, webhook_id: str) -> None:
        """Tell that address nothing more."""
        self._json("DELETE", f"/v1/webhooks/{webhook_id}")

    def _post(self, path: str, body: Mapping[str, Any], *, once: str = "") -> dict[str, Any]:
        return self._json("POST", path, json.dumps(body).encode(), once)

    def _json(self, method: str, path: str, body: bytes | None = None, once: str = "") -> Any:
        return json.loads(self._ask(method, path, body, "application/json", once))

    def _ask(
        self, method: str, path: str, body: bytes | None = None, kind: str = "", once: str = ""
    ) -> bytes:
        headers = {"Authorization": f"Bearer {self.key}", "Accept-Language": self.language}
        headers |= {"Content-Type": kind} if body is not None else {}
        headers |= {"Idempotency-Key": once} if once else {}
        request = Request(self.url + path, data=body, headers=headers, method=method)  # noqa: S310
        try:
            with urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
                content: bytes = answer.read()
                return content
        except HTTPError as refused:
            raise Problem(json.loads(refused.read())) from None


def read_webhook(secret: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The event of a webhook (Standard Webhooks); raises NotOurs. Keep `webhook-id`: it repeats."""
    message_id = headers.get("webhook-id", "")
    sent_at = headers.get("webhook-timestamp", "")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{sent_at}.".encode() + body
    ours = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    shown = headers.get("webhook-signature", "").split()
    if not any(hmac.compare_digest(ours.encode(), each.encode()) for each in shown):
        raise NotOurs
    if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > _CLOCKS:
        raise NotOurs
    event: dict[str, Any] = json.loads(body)
    return event
