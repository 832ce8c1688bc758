"""A signer's browser as the service sees it: it opens a ticket and keeps its session in memory."""

from dataclasses import dataclass, replace
from typing import Any

from werkzeug.test import TestResponse

from tests.api.portal import Portal
from tests.api.program import ENVELOPES, Program
from tests.api.watch import PERSON

SIGN = "/v1/sign"
ORIGIN = "https://cabinet.example"


@dataclass(frozen=True, kw_only=True)
class Browser:
    """Calls with a session; `told` is what it was told of it."""

    program: Program
    told: dict[str, Any]

    def get(self, path: str) -> TestResponse:
        """GET below the signing's root."""
        return self.program.get(f"{SIGN}/{path}")

    def post(self, path: str, body: object, **more: Any) -> TestResponse:
        """POST below the signing's root."""
        return self.program.post(f"{SIGN}/{path}", body, **more)

    def shown(self) -> dict[str, Any]:
        """What there is to sign."""
        answer = self.get("envelope")
        assert answer.status_code == 200, answer.get_data()
        told: dict[str, Any] = answer.get_json()
        return told

    def confirm(self, code: str, **changes: Any) -> TestResponse:
        """Type a code under the consent in Kazakh."""
        body = {
            "code": code,
            "attempt_id": "a-1",
            "language": "kk",
            "consent_sha256": self.shown()["consent"]["sha256"]["kk"],
        }
        return self.post("confirmation", body | changes)


def ticket(here: Portal, envelope_id: str, kind: str, **more: Any) -> dict[str, Any]:
    """A new ticket, as a program with one page gets it."""
    program = here.issued(origins=(ORIGIN,))
    answer = program.post(f"{ENVELOPES}/{envelope_id}/tickets", {"kind": kind} | more)
    assert answer.status_code == 201, answer.get_data()
    told: dict[str, Any] = answer.get_json()
    return told


def exchange(here: Portal, token: str) -> TestResponse:
    """The ticket shown, by a browser that has nothing else."""
    return here.stranger().post(f"{SIGN}/session", {"ticket": token})


def browser(here: Portal, envelope_id: str, kind: str = "embed") -> Browser:
    """One that has opened its ticket; of a link not yet proved."""
    answer = exchange(here, ticket(here, envelope_id, kind)["ticket"])
    assert answer.status_code == 201, answer.get_data()
    told = answer.get_json()
    return Browser(program=replace(here.program, key=told["session"], kept=None), told=told)


def proved(here: Portal, envelope_id: str) -> Browser:
    """One that has opened a link, and knows the subscriber."""
    opened = browser(here, envelope_id, "link")
    assert opened.post("proof", {"iin_end": PERSON["iin"][-4:]}).status_code == 200
    return opened
