"""The stream of visits: callers who repeat what got no answer, and note what they were told."""

import json
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from http.client import HTTPException
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bench.chaos.town import Town
from docgen.usecases.answer_once import AnswerOnce
from tests import hands
from tests.service.installation import ROOT
from tests.service.line import Said

_LATER = {"request_in_progress", "not_ready", "envelope_changed"}
CODE = re.compile(r"#(\d{6})$")
"""How a message with a code ends (WebOTP)."""
_TAKE_OVER = (
    "UPDATE asked_requests SET claimed_at = claimed_at - CAST(:lease AS interval)"
    " WHERE key = :key AND answer IS NULL"
)
_OFTEN = 0.2
"""How many requests that were answered are asked again all the same."""
_PAUSE = 0.2


class Plan(StrEnum):
    """How a visit is to go."""

    SIGN = "sign"
    WRONG_FIRST = "wrong code first"
    DECLINE = "decline"
    VOID = "void"
    VOID_LATE = "void after confirming"
    LEAVE_READY = "leave when ready"
    LEAVE_SENT = "leave with a code sent"
    BY_HAND = "sign by hand"
    QUARREL = "two technicians at once"


_ENDINGS = frozenset((Plan.DECLINE, Plan.VOID))
_EARLY = 0.5
"""How many of those end, and are signed by hand, before any code is sent."""
_WEIGHTS: Mapping[Plan, int] = {
    Plan.SIGN: 56,
    Plan.WRONG_FIRST: 10,
    Plan.DECLINE: 6,
    Plan.VOID: 6,
    Plan.VOID_LATE: 4,
    Plan.LEAVE_READY: 3,
    Plan.LEAVE_SENT: 5,
    Plan.BY_HAND: 6,
    Plan.QUARREL: 10,
}


def plans(chance: random.Random, count: int) -> list[Plan]:
    """So many, each kind of them at least once where there is room."""
    drawn = list(Plan)[:count]
    drawn += chance.choices(
        list(_WEIGHTS), weights=list(_WEIGHTS.values()), k=max(0, count - len(drawn))
    )
    chance.shuffle(drawn)
    return drawn


@dataclass(kw_only=True)
class Visit:
    """What one visit's caller asked for, and what he was told."""

    number: int
    plan: Plan
    envelope_id: str | None = None
    sendings: set[str] = field(default_factory=set)
    """Keys under which a code was asked for."""
    codes: set[str] = field(default_factory=set)
    confirmed: bool = False
    complaints: list[str] = field(default_factory=list)

    @property
    def phone(self) -> str:
        """His own, so that his messages are known."""
        return phone_of(self.number)


class GivenUp(Exception):
    """There was no answer in all that time, or nothing to go on with."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One program; whatever has no answer is asked again under the same key."""

    town: Town
    chance: random.Random
    until: float
    """By the monotonic clock; after that nobody asks any more."""
    hurry: bool = False
    """Whether claims of killed processes are taken over at once, not after their minute."""

    def __call__(self, visit: Visit) -> None:
        """Let it go as it is planned, as far as it gets."""
        try:
            self._visit(visit)
        except GivenUp:
            return

    def _visit(self, visit: Visit) -> None:
        key = self._key()
        made = self._twice(
            visit, lambda: self._post("/v1/envelopes", asked(visit.number), key), key
        )
        if made.status != 201:
            visit.complaints.append(f"not made: {made.status} {made.told.get('errors')}")
            return
        visit.envelope_id = made.told["id"]
        self._await_ready(visit)
        if visit.plan is Plan.LEAVE_READY:
            return
        if visit.plan is Plan.BY_HAND and self.chance.random() < _EARLY:
            self._sign_by_hand(visit)
            return
        if visit.plan in _ENDINGS and self.chance.random() < _EARLY:
            self._end(visit, visit.plan.value)
            return
        self._sign(visit, self._code(visit))

    def _sign(self, visit: Visit, code: str) -> None:
        match visit.plan:
            case Plan.LEAVE_SENT:
                return
            case Plan.DECLINE | Plan.VOID:
                self._end(visit, visit.plan.value)
            case Plan.BY_HAND:
                self._sign_by_hand(visit)
            case Plan.QUARREL:
                self._quarrel(visit, code)
            case Plan.WRONG_FIRST:
                self._confirm(visit, f"{(int(code) + 1) % 1_000_000:06}")
                self._confirm(visit, code)
            case Plan.VOID_LATE:
                self._confirm(visit, code)
                self._end(visit, "void")
            case _:
                self._confirm(visit, code)

    def _await_ready(self, visit: Visit) -> None:
        while self._state(visit) == "draft":
            self._wait()

    def _state(self, visit: Visit) -> str:
        path = f"/v1/envelopes/{visit.envelope_id}"
        said = self._told(visit, lambda: self.town.ask("GET", path), None)
        if said.status != 200:
            visit.complaints.append(f"not shown: {said.status}")
            raise GivenUp
        return str(said.told["state"])

    def _code(self, visit: Visit) -> str:
        """A code on the phone; it may take several sendings, and every one its wait."""
        while True:
            before = len(self._codes(visit))
            key = self._key()
            visit.sendings.add(key)
            path = f"/v1/envelopes/{visit.envelope_id}/code"
            said = self._twice(visit, partial(self._post, path, {}, key), key)
            if said.status not in {202, 429}:
                raise GivenUp  # it expired meanwhile
            end = time.monotonic() + 5
            while said.status == 202 and time.monotonic() < end:
                if len(self._codes(visit)) > before:
                    return self._codes(visit)[-1]
                self._wait()
            self._wait(float(said.headers.get("retry-after", "5")))

    def _codes(self, visit: Visit) -> list[str]:
        codes = [code_in(text) for text in self.town.inbox.texts(visit.phone) if CODE.search(text)]
        visit.codes.update(codes)
        return codes

    def _confirm(self, visit: Visit, code: str) -> int:
        body = {"code": code, "attempt_id": f"A-{self._key()}"}
        path = f"/v1/envelopes/{visit.envelope_id}/confirmation"
        said = self._twice(visit, lambda: self.town.ask("POST", path, body), None)
        visit.confirmed |= said.status == 200
        return said.status

    def _sign_by_hand(self, visit: Visit) -> int:
        path, key = f"/v1/envelopes/{visit.envelope_id}/handwritten", self._key()
        said = self._twice(visit, lambda: self._post(path, hands.body(), key), key)
        visit.confirmed |= said.status == 200
        return said.status

    def _end(self, visit: Visit, verb: str) -> int:
        path, key = f"/v1/envelopes/{visit.envelope_id}/{verb}", self._key()
        return self._twice(visit, lambda: self._post(path, {"reason": "тексеру"}, key), key).status

    def _quarrel(self, visit: Visit, code: str) -> None:
        """Several want different things at the same moment: at most one of the endings counts."""
        wishes: list[Callable[[], int]] = [
            lambda: self._confirm(visit, code),
            lambda: self._end(visit, "decline"),
            lambda: self._end(visit, "void"),
            lambda: self._sign_by_hand(visit),
            lambda: self._confirm(visit, code),
        ]
        self.chance.shuffle(wishes)
        gate = threading.Barrier(len(wishes))

        def wish(one: Callable[[], int]) -> int | None:
            gate.wait()
            with suppress(GivenUp):
                return one()
            return None

        with ThreadPoolExecutor(len(wishes)) as technicians:
            list(technicians.map(wish, wishes))

    def _twice(self, visit: Visit, ask: Callable[[], Said], key: str | None) -> Said:
        """The answer; often it is asked again, as if it had been lost, and must be the same."""
        said = self._told(visit, ask, key)
        if self.chance.random() < _OFTEN and said.status < 300:
            again = self._told(visit, ask, key)
            if (again.status, again.body) != (said.status, said.body):
                visit.complaints.append(f"asked again: {said.body!r}, then {again.body!r}")
        return said

    def _told(self, visit: Visit, ask: Callable[[], Said], key: str | None) -> Said:
        """An answer that is not "later"."""
        broken = False
        while True:
            try:
                said = ask()
            except (OSError, HTTPException) as failure:
                broken |= not isinstance(failure, TimeoutError)
                self._wait()
                continue
            code = said.told.get("code", "") if said.status >= 400 else ""
            if said.status == 500:
                visit.complaints.append(f"a fault of ours: {said.body!r}")
            elif said.status != 503 and code not in _LATER:
                return said
            if code == "request_in_progress" and broken and self.hurry:
                self._take_over(key)
            self._wait()

    def _take_over(self, key: str | None) -> None:
        """Whoever claimed it died with the connection; here it was a minute ago."""
        with suppress(SQLAlchemyError):
            self.town.tables.rows(_TAKE_OVER, key=key, lease=AnswerOnce.lease)

    def _post(self, path: str, body: Any, key: str) -> Said:
        return self.town.ask("POST", path, body, key=key)

    def _wait(self, seconds: float = _PAUSE) -> None:
        if time.monotonic() + seconds > self.until:
            raise GivenUp
        time.sleep(seconds)

    def _key(self) -> str:
        return f"{self.chance.getrandbits(128):032x}"


def phone_of(number: int) -> str:
    """The phone of a visit, and of no other one: by it its messages are known."""
    return f"+7701555{number:04}"


def code_in(message: str) -> str:
    """The code that a message holds."""
    found = CODE.search(message)
    assert found
    return found.group(1)


def asked(number: int) -> dict[str, Any]:
    """An application and its act, of one order and one account that no other visit has."""
    order, account = f"1-3{number:08}", f"7511{number:08}"
    application, act = (
        json.loads((ROOT / "docgen/forms" / form / "example.json").read_text("utf-8"))
        for form in ("application", "acceptance_act")
    )
    for each in (application, act):
        each["values"]["order_number"] = order
    for service in act["values"]["services"]:
        service["account_number"] = account
    subscriber = act["subscriber"] | {"phone": phone_of(number)}
    return {
        "subscriber": subscriber,
        "reference": {"order_number": order, "account_number": account},
        "documents": [
            {"form": "application", "languages": ["ru"], "values": application["values"]},
            {"form": "acceptance_act", "languages": ["kk", "ru"], "values": act["values"]},
        ],
    }
