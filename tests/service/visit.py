"""A subscriber's visit, step by step, over HTTP."""

import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

from tests.processes.running import eventually
from tests.service.installation import ROOT, Installation
from tests.service.line import Ask, Said

ENVELOPES = "/v1/envelopes"
SAMPLE: dict[str, Any] = json.loads((ROOT / "samples" / "envelope.json").read_text("utf-8"))
_CODE = re.compile(r"\b\d{6}\b")


@dataclass(frozen=True)
class Visit:
    """One envelope of an installation."""

    service: Installation
    id: str

    @property
    def path(self) -> str:
        """Where it is."""
        return f"{ENVELOPES}/{self.id}"

    def shown(self) -> dict[str, Any]:
        """The envelope as it is now."""
        said = self.service.ask("GET", self.path)
        assert said.status == 200, said.body
        told: dict[str, Any] = said.told
        return told

    def state(self) -> str:
        """Its state, by the register itself."""
        query = "SELECT state FROM envelopes WHERE id = :id"
        return str(self.service.tables.one(query, id=self.id))

    def reaches(self, state: str) -> bool:
        """Whether it comes to that state in time."""
        return eventually(lambda: self.state() == state)

    def send_code(self, *, key: str | None = None) -> Said:
        """Ask for a code."""
        return self.service.ask("POST", f"{self.path}/code", {}, key=key or fresh())

    def code(self) -> str:
        """A code that was asked for and has arrived."""
        said = self.send_code()
        assert said.status == 202, said.body
        return self.code_of(said.told["challenge"]["id"])

    def code_of(self, challenge_id: str) -> str:
        """The code in the one message of that challenge."""
        (message,) = self.service.messages(challenge_id)
        return code_in(message)

    def try_code(self, code: str, attempt_id: str) -> Ask:
        """The request that confirms."""
        body = {"code": code, "attempt_id": attempt_id}
        return Ask(method="POST", path=f"{self.path}/confirmation", body=body)

    def confirm(self, code: str, attempt_id: str = "A-1") -> Said:
        """Try a code."""
        ask = self.try_code(code, attempt_id)
        return self.service.ask(ask.method, ask.path, ask.body)

    def events(self) -> list[str]:
        """What the journal says happened."""
        said = self.service.ask("GET", f"{self.path}/journal")
        return [entry["event"] for entry in said.told["entries"]]

    def require_sealed_once(self) -> None:
        """It comes to be sealed, by one confirmation and one seal, and the file is good."""
        assert self.reaches("sealed"), (self.state(), self.events())
        events = self.events()
        assert (events.count("confirmed"), events.count("sealed")) == (1, 1), events
        (document,) = self.shown()["documents"]
        frozen = self.fetch(document["links"]["pdf"] + "?version=frozen")
        sealed = self.fetch(document["links"]["pdf"])
        assert sealed.startswith(frozen)
        verdict = self.verdict(sealed)
        assert (verdict["verdict"], verdict["registered"]) == ("valid", True), verdict

    def fetch(self, link: str) -> bytes:
        """The bytes behind a link."""
        said = self.service.ask("GET", link)
        assert said.status == 200, said.body
        return said.body

    def verdict(self, pdf: bytes) -> dict[str, Any]:
        """What the service says of a file."""
        boundary = fresh()
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
        body = head.encode() + b"\r\n" + pdf + f"\r\n--{boundary}--\r\n".encode()
        (said,) = self.service.ask_together(
            [
                Ask(
                    method="POST",
                    path="/v1/verify",
                    body=body,
                    headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
                )
            ]
        )
        assert said.status == 200, said.body
        told: dict[str, Any] = said.told
        return told


def code_in(message: str) -> str:
    """The code that a message holds."""
    found = _CODE.search(message)
    assert found
    return found.group()


def codes_in(service: Installation) -> set[str]:
    """All codes that were sent."""
    return {code_in(text) for text in service.messages()}


def fresh() -> str:
    """A key that nobody has used."""
    return uuid.uuid4().hex


def create(service: Installation, *, key: str | None = None) -> Said:
    """Ask for the sample's envelope."""
    return service.ask("POST", ENVELOPES, SAMPLE, key=key or fresh())


def envelopes(service: Installation) -> int:
    """How many there are."""
    return int(service.tables.one("SELECT count(*) FROM envelopes"))


def begun(service: Installation) -> Visit:
    """A visit whose envelope is ready."""
    said = create(service)
    assert said.status == 201, said.body
    visit = Visit(service, said.told["id"])
    assert visit.reaches("ready")
    return visit
