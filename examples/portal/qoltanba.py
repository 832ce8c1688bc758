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
