"""Let a program in by its API key, and show it the envelope it asks about."""

from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class AdmitProgram:
    """Both are read in one unit of work: nearly every request of a program needs them."""

    authenticate: Authenticate
    show: ShowEnvelope

    def __call__(self, key: str, *, address: str = "", envelope_id: str | None = None) -> Admitted:
        """Raises NotAuthenticated or AddressNotAllowed; that no envelope is shown, is no refusal.

        Whether he may do what he asks, and ask it of that envelope, is decided afterwards.
        """
        return self.authenticate.then(
            partial(self._admitted, envelope_id), key, address=address, about=envelope_id
        )

    def _admitted(self, envelope_id: str | None, unit: UnitOfWork, caller: Caller) -> Admitted:
        if envelope_id is None:
            return Admitted(caller=caller, shown=None)
        try:
            shown = self.show.within(unit, envelope_id, caller=caller)
        except EnvelopeNotFound:
            shown = None
        return Admitted(caller=caller, shown=shown)
