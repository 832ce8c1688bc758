"""The link in a thread of the tests'."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from docgen.adapters.sms.smpp import SmppGateway
from docgen.adapters.sms.smpp_link import Link, Profile
from docgen.adapters.sms.smpp_place import Place
from docgen.adapters.sms.smpp_session import Centre
from docgen.domain.dispatch import Receipt
from docgen.domain.errors import SmsRefused
from tests.fakes import FakeClock
from tests.processes.running import eventually
from tests.services.message_centre import PASSWORD, SYSTEM_ID, MessageCentre


@contextmanager
def linked(
    folder: Path,
    centre: MessageCentre,
    *,
    enquire_every: float = 15.0,
    take: Callable[[Receipt], object] = repr,
) -> Iterator[SmppGateway]:
    """A link in a thread of ours, bound while the block lasts; its gateway."""
    link = Link(
        centre=Centre(
            host="127.0.0.1",
            port=centre.port,
            system_id=SYSTEM_ID,
            password=PASSWORD,
            enquire_every=enquire_every,
            answer_within=1.0,
        ),
        profile=Profile(sender="TELECOM", rate=500, window=2),
        place=Place(folder / "link.sock"),
        take=take,
        clock=FakeClock(),
    )
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    running = threading.Thread(target=lambda: loop.run_until_complete(link.run(stop)))
    running.start()
    gateway = SmppGateway(socket=folder / "link.sock")
    try:
        assert eventually(lambda: is_bound(gateway))
        yield gateway
    finally:
        loop.call_soon_threadsafe(stop.set)
        running.join()
        loop.close()


def is_bound(gateway: SmppGateway) -> bool:
    """Whether messages could go."""
    try:
        return bool(gateway.status()["bound"])
    except SmsRefused:
        return False
