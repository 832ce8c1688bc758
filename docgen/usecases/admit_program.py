"""Let a program in by its API key, and show it the envelope it asks about."""

import hashlib
import hmac
from dataclasses import dataclass, field
from functools import partial

from docgen.domain.caller import Caller
from docgen.domain.errors import EnvelopeNotFound
from docgen.ports import UnitOfWork
from docgen.usecases.authenticate import Authenticate
from docgen.usecases.show_envelope import ShowEnvelope, Shown


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """Who calls, and what he asks about, of one moment."""

    caller: Caller
    shown: Shown | None
    """None where no envelope was named, or none that exists for him."""
    secret: str = field(repr=False)
    """The same by every key of his that sees as much, told to nobody: his requests are kept under
    it, and a key that succeeds another asks on where that one did."""


@dataclass(frozen=True, kw_only=True)
class AdmitProgram:
    """Both are read in one unit of work: nearly every request of a program needs them."""

    authenticate: Authenticate
    show: ShowEnvelope
    key: bytes = field(repr=False)

    def __call__(self, key: str, *, address: str = "", envelope_id: str | None = None) -> Admitted:
        """Raises NotAuthenticated or AddressNotAllowed; that no envelope is shown, is no refusal.

        Whether he may do what he asks, and ask it of that envelope, is decided afterwards.
        """
        return self.authenticate.then(
            partial(self._admitted, envelope_id), key, address=address, about=envelope_id
        )

    def _admitted(self, envelope_id: str | None, unit: UnitOfWork, caller: Caller) -> Admitted:
        return Admitted(
            caller=caller,
            shown=None if envelope_id is None else self._shown(envelope_id, unit, caller),
            secret=self._secret(caller),
        )

    def _shown(self, envelope_id: str, unit: UnitOfWork, caller: Caller) -> Shown | None:
        try:
            return self.show.within(unit, envelope_id, caller=caller)
        except EnvelopeNotFound:
            return None

    def _secret(self, caller: Caller) -> str:
        """Of the region, too: what a key of another one asks for is another request."""
        whose = f"program:{caller.asks_as}\n{caller.region or ''}"
        return hmac.digest(self.key, whose.encode(), hashlib.sha256).hex()
