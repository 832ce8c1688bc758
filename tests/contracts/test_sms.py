"""The contract of SmsGateway, over the demo's inbox and the tests' own fake."""

import json
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from docgen.adapters.sms.inbox import Inbox
from docgen.domain.dispatch import Message
from docgen.domain.errors import SmsRefused
from docgen.domain.subscriber import Phone
from docgen.ports import SmsGateway
from tests.fakes import CountingChance, FakeClock, FakeSms

PHONE = Phone("+77015550142")


def message(text: str, *, reference: str = "hop-1") -> Message:
    """A message to the subscriber's phone that is worth something for three minutes."""
    return Message(phone=PHONE, text=text, reference=reference, life=timedelta(minutes=3))


Sent = Callable[[], list[tuple[str, str, str]]]


def _inbox(folder: Path) -> Inbox:
    return Inbox(path=folder / "inbox.jsonl", clock=FakeClock(), chance=CountingChance())


@pytest.fixture(params=["inbox", "fake"])
def gateway(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[SmsGateway, Sent]:
    """A gateway, and what has arrived: number, text, reference."""
    if request.param == "fake":
        fake = FakeSms()
        return fake, lambda: [(m.phone.value, m.text, m.reference) for m in fake.sent]
    inbox = _inbox(tmp_path)
    return inbox, lambda: [(m["to"], m["text"], m["reference"]) for m in inbox.messages()]


def test_a_message_arrives_once_as_it_was_written(gateway: tuple[SmsGateway, Sent]) -> None:
    """Number, text with all its letters, and our reference."""
    sms, arrived = gateway

    sms.send(message("Код 000001: «ҚӨҰһ»\n№ 1", reference="challenge-1"))

    assert arrived() == [("+77015550142", "Код 000001: «ҚӨҰһ»\n№ 1", "challenge-1")]


def test_each_message_has_an_id_of_its_own(gateway: tuple[SmsGateway, Sent]) -> None:
    """The receipt names who took it and under which id."""
    sms, _ = gateway

    receipts = [sms.send(message("Код", reference="same")) for _ in range(3)]

    assert len({receipt.message_id for receipt in receipts}) == 3
    assert len({receipt.provider for receipt in receipts}) == 1


def test_an_inbox_nobody_wrote_to_is_empty(tmp_path: Path) -> None:
    """Before the first message there is no file, and that is no error."""
    assert _inbox(tmp_path).messages() == []


def test_the_inbox_is_its_owners_alone(tmp_path: Path) -> None:
    """Codes lie there in the clear, so no other user of the machine may read them."""
    inbox = _inbox(tmp_path)
    inbox.send(message("Код 000001"))

    assert stat.S_IMODE(inbox.path.stat().st_mode) == 0o600
    assert json.loads(inbox.path.read_text(encoding="utf-8"))["text"] == "Код 000001"


def test_an_inbox_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    """The message counts as not sent, and the error tells neither number nor text."""
    (tmp_path / "inbox.jsonl").mkdir()

    with pytest.raises(SmsRefused) as caught:
        _inbox(tmp_path).send(message("Код 000001"))
    assert "000001" not in str(caught.value)
    assert "5550142" not in f"{caught.value}{caught.value.__cause__}"
