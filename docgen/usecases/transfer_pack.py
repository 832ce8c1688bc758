"""Write down that a pack was handed over: to whom, by whom and how (PDL 22(1)(5))."""

from dataclasses import dataclass

from docgen.domain.errors import Conflict
from docgen.domain.pack_record import Pack, PackEvent, PackState, follow
from docgen.ports import Clock, Register


@dataclass(frozen=True, kw_only=True)
class Handing:
    """One handing over."""

    recipient: str
    """The notary, by name and licence."""
    by: str
    how: str
    """In person, by courier, in the notaries' system."""


@dataclass(frozen=True, kw_only=True)
class TransferPack:
    """Each handing over is an entry of the pack's chain; there may be several."""

    register: Register
    clock: Clock

    def __call__(self, pack_id: str, handing: Handing) -> Pack:
        """The pack; raises PackNotFound, and Conflict for one that is not sealed."""
        with self.register.begin() as unit:
            pack = unit.packs.get(pack_id)
            if pack.state is not PackState.SEALED:
                raise Conflict("the pack is not sealed yet")
            sealed = "" if pack.sealed is None else pack.sealed.package_sha256
            entry = follow(
                unit.packs.entries(pack_id),
                PackEvent.TRANSFERRED,
                pack_id=pack_id,
                at=self.clock.now(),
                actor=handing.by,
                details={
                    "recipient": handing.recipient,
                    "how": handing.how,
                    "package": sealed,
                },
            )
            unit.packs.append(entry)
            unit.commit()
        return pack
