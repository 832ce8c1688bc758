"""Providers of messages as their documents describe them, over real sockets."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.services.http_stand_in import Post, Say, StandIn, listening, status, told

KEY = "key-of-the-account"
SMSC_ERRORS = range(1, 10)


@dataclass
class SmscKzStandIn:
    """`send.php` and `status.php` with `fmt=3`; it breaks when `broken` says how."""

    broken: Say | None = None
    error: object = None
    """`error_code` of every answer while it is set."""
    state: int = -1
    sent: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, post: Post) -> Say:
        """The answer to a request."""
        form = post.form
        if self.broken is not None:
            return self.broken
        if form.get("apikey") != KEY or post.method != "POST" or "?" in post.address:
            return told({"error": "authorise error", "error_code": 2})
        if self.error is not None:
            return told({"error": "no", "error_code": self.error, "id": form.get("id", "")})
        match post.address:
            case "/sys/send.php":
                return self._taken(form)
            case "/sys/status.php":
                return self._state(form)
            case _:
                return status("404 Not Found")

    def _taken(self, form: dict[str, str]) -> Say:
        if form.get("charset") != "utf-8" or form.get("fmt") != "3":
            return told({"error": "parameters error", "error_code": 1})
        if not re.fullmatch(r"[0-9A-Za-z._-]{1,40}", form["id"]):
            return told({"error": "parameters error", "error_code": 1})
        if not re.fullmatch(r"(0\d|1\d|2[0-4]):[0-5]\d", form["valid"]):
            return told({"error": "parameters error", "error_code": 1})
        if not re.fullmatch(r"\+7\d{10}", form["phones"]):
            return told({"error": "invalid number", "error_code": 7})
        if any(
            (each["phones"], each["mes"]) == (form["phones"], form["mes"]) for each in self.sent
        ):
            return told({"error": "duplicate request, wait a minute", "error_code": 9})
        self.sent.append(form)
        return told({"id": form["id"], "cnt": 1, "cost": "18.50"})

    def _state(self, form: dict[str, str]) -> Say:
        known = any(
            (each["id"], each["phones"]) == (form["id"], form["phone"]) for each in self.sent
        )
        if not known:
            return told({"status": -3, "error": "message not found"})
        return told({"status": self.state, "last_date": "28.11.2026 12:00:00", "err": 0})


@dataclass
class MobizonStandIn:
    """`SendSmsMessage` and `GetSMSStatus` with `output=json`."""

    broken: Say | None = None
    code: object = 0
    state: object = "ENQUEUD"
    campaign: int = 2
    sent: list[dict[str, str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    """Never given twice."""

    def __call__(self, post: Post) -> Say:
        """The answer to a request."""
        form = post.form
        if self.broken is not None:
            return self.broken
        if form.get("apiKey") != KEY or post.method != "POST" or "?" in post.address:
            return told({"code": 8, "data": "", "message": "Wrong login"})
        if self.code != 0:
            data = {"recipient": f"bad {form.get('recipient')}"}
            return told({"code": self.code, "data": data, "message": form.get("text", "")})
        match post.address:
            case "/service/Message/SendSmsMessage":
                return self._taken(form)
            case "/service/Message/GetSMSStatus":
                return self._states(form)
            case _:
                return told({"code": 4, "data": "", "message": "module"})

    def _taken(self, form: dict[str, str]) -> Say:
        fits = re.fullmatch(r"7\d{10}", form["recipient"]) and (
            60 <= int(form["params[validity]"]) <= 1440
        )
        if not fits:
            return told({"code": 1, "data": {"recipient": "wrong"}, "message": "Validation"})
        self.sent.append(form)
        message_id = 169_275_418 + len(self.ids)
        self.ids.append(str(message_id))
        data = {"campaignId": 245_455_096, "messageId": message_id, "status": self.campaign}
        return told({"code": 0, "data": data, "message": ""})

    def _states(self, form: dict[str, str]) -> Say:
        ids = form["ids"].split(",")
        if len(ids) > 100:
            return told({"code": 12, "data": "", "message": "Too many"})
        listed = [
            {"id": int(each), "status": self.state, "segNum": 1, "statusUpdateTs": None}
            for each in ids
            if each in self.ids
        ]
        return told({"code": 0, "data": listed, "message": ""})


Provider = SmscKzStandIn | MobizonStandIn


@contextmanager
def at_work(provider: Provider) -> Iterator[StandIn]:
    """The provider, listening."""
    with listening(provider) as stand_in:
        yield stand_in
