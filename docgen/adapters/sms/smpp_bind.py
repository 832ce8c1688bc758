"""Staying bound: after every loss another try, at longer and longer intervals."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Final

from docgen.adapters.sms.smpp_pdu import NotSmpp
from docgen.adapters.sms.smpp_session import BindRefused, Centre, Deliver, Session
from docgen.domain.dispatch import plain

log = logging.getLogger(__name__)

WAITS: Final = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between tries; the last one again and again, since some centres lock who tries more."""
_LASTED: Final = 5.0
"""Seconds after which a bind counts as having held."""


@dataclass
class Bind:
    """The one session there is, if there is one."""

    centre: Centre
    deliver: Deliver
    session: Session | None = field(default=None, init=False)
    why: str = field(default="not bound yet", init=False)
    """What was the matter last, as it may be told."""

    async def keep(self) -> None:
        """Bind again and again, until cancelled."""
        tried = 0
        while True:
            began = asyncio.get_running_loop().time()
            await self._hold()
            lasted = (
                asyncio.get_running_loop().time() - began > _LASTED + self.centre.connect_within
            )
            tried = 0 if lasted else tried + 1
            wait = WAITS[min(tried, len(WAITS) - 1)]
            await asyncio.sleep(wait)

    async def _hold(self) -> None:
        """One bind, from the try to its end."""
        try:
            session = await Session.bound(self.centre, self.deliver)
        except (BindRefused, NotSmpp, OSError) as error:
            self.why = _told(error)
            log.warning("the centre cannot be bound to: %s", self.why)
            return
        self.session = session
        log.info("bound to the centre")
        try:
            await session.ended.wait()
            self.why = session.why
            log.warning("the bind is lost: %s", self.why)
        finally:
            if session.ended.is_set():
                self.session = None
                await session.close(session.why)


def _told(error: Exception) -> str:
    """Status of a refusal, else the kind of failure: addresses and names stay out of it."""
    if isinstance(error, BindRefused):
        return f"bind refused: {error}"
    if isinstance(error, OSError) and not isinstance(error, TimeoutError):
        return plain(error.strerror or type(error).__name__)
    return type(error).__name__
