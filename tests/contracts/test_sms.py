"""The contract of SmsGateway, over every route and the tests' own fake."""

import json
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from docgen.adapters.sms.exchange import Exchange
from docgen.adapters.sms.inbox import Inbox
from docgen.adapters.sms.mobizon import Mobizon
from docgen.adapters.sms.smsc_kz import SmscKz
from docgen.domain.dispatch import Message
from docgen.domain.errors import SmsRefused
from docgen.domain.subscriber import Phone
from docgen.ports import SmsGateway
from tests.adapters.sms.linked import linked
from tests.fakes import CountingChance, FakeClock, FakeSms
from tests.services.message_centre import MessageCentre
from tests.services.own_certificate import system_trust
from tests.services.sms_providers import KEY, MobizonStandIn, SmscKzStandIn, at_work

PHONE = Phone("+77015550142")
PATIENCE = timedelta(seconds=20)
"""None of these tests is about time."""


def message(text: str, *, reference: str = "hop-1") -> Message:
    """A message to the subscriber's phone that is worth something for three minutes."""
    return Message(phone=PHONE, text=text, reference=reference, life=timedelta(minutes=3))


Sent = Callable[[], list[tuple[str, str, str]]]


def _inbox(folder: Path) -> Inbox:
    return Inbox(path=folder / "inbox.jsonl", clock=FakeClock(), chance=CountingChance())


@contextmanager
def _over_smsc_kz() -> Iterator[tuple[SmsGateway, Sent]]:
    provider = SmscKzStandIn()
    with at_work(provider) as stand_in:
        exchange = Exchange([stand_in.address], limit=PATIENCE, tls=system_trust())
        with closing(SmscKz(exchange=exchange, api_key=KEY, clock=FakeClock())) as gateway:
            yield gateway, lambda: [(m["phones"], m["mes"], m["id"]) for m in provider.sent]


@contextmanager
def _over_mobizon() -> Iterator[tuple[SmsGateway, Sent]]:
    """It knows no reference of ours: the order of sending stands for it."""
    provider = MobizonStandIn()
    with at_work(provider) as stand_in:
        exchange = Exchange([stand_in.address], limit=PATIENCE, tls=system_trust())
        with closing(Mobizon(exchange=exchange, api_key=KEY, clock=FakeClock())) as gateway:
            yield (
                gateway,
                lambda: [
                    (f"+{m['recipient']}", m["text"], f"hop-{number}")
                    for number, m in enumerate(provider.sent, start=1)
                ],
            )


@contextmanager
def _over_smpp(folder: Path, centre: MessageCentre) -> Iterator[tuple[SmsGateway, Sent]]:
    """The centre is told 16 bits of our reference: the order of sending stands for it."""
    with linked(folder, centre) as gateway:
        yield (
            gateway,
            lambda: [
                (f"+{m['to']}", m["text"], f"hop-{number}")
                for number, m in enumerate(centre.got, start=1)
            ],
        )


@pytest.fixture(params=["inbox", "fake", "smsc_kz", "mobizon", "smpp"])
def gateway(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[SmsGateway, Sent]]:
    """A gateway, and what has arrived: number, text, reference."""
    match request.param:
        case "fake":
            fake = FakeSms()
            yield fake, lambda: [(m.phone.value, m.text, m.reference) for m in fake.sent]
        case "inbox":
            inbox = _inbox(tmp_path)
            yield inbox, lambda: [(m["to"], m["text"], m["reference"]) for m in inbox.messages()]
        case "smsc_kz":
            with _over_smsc_kz() as built:
                yield built
        case "smpp":
            with _over_smpp(tmp_path, request.getfixturevalue("centre")) as built:
                yield built
        case _:
            with _over_mobizon() as built:
                yield built


def test_a_message_arrives_once_as_it_was_written(gateway: tuple[SmsGateway, Sent]) -> None:
    """Number, text with all its letters, and our reference."""
    sms, arrived = gateway

    sms.send(message("Код 000001: «ҚӨҰһ»\n№ 1+2=3 & 100%", reference="hop-1"))

    assert arrived() == [("+77015550142", "Код 000001: «ҚӨҰһ»\n№ 1+2=3 & 100%", "hop-1")]


def test_each_message_has_an_id_of_its_own(gateway: tuple[SmsGateway, Sent]) -> None:
    """The receipt names who took it and under which id."""
    sms, _ = gateway

    taken = [sms.send(message(f"Код {n}", reference=f"hop-{n}")) for n in range(3)]

    assert len({each.message_id for each in taken}) == 3
    assert len({each.provider for each in taken}) == 1


def test_many_at_once_are_all_taken(gateway: tuple[SmsGateway, Sent]) -> None:
    """A gateway is shared by all threads of a process."""
    sms, arrived = gateway
    messages = [message(f"Код {n}", reference=f"hop-{n}") for n in range(40)]

    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(sms.send, messages))

    assert len({each.message_id for each in taken}) == 40
    assert sorted(text for _, text, _ in arrived()) == sorted(m.text for m in messages)


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
