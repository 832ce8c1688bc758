"""Settle hops whose sender died before he could say what came of them."""

from dataclasses import dataclass
from datetime import timedelta

from docgen.domain.dispatch import Hop, HopState
from docgen.ports import Clock, Register
from docgen.usecases.dispatch_message import fact_of
from docgen.usecases.keep_hop import keep_hop


@dataclass(frozen=True, kw_only=True)
class SettleHops:
    """Begun to unknown: nobody can say any more whether the message left."""

    register: Register
    clock: Clock
    patience: timedelta = timedelta(minutes=1)
    """No living sender waits so long for an answer."""

    def __call__(self) -> int:
        """How many were settled."""
        with self.register.view() as unit:
            left = unit.hops.unanswered(self.clock.now() - self.patience)
        return sum(self._settled(hop) for hop in left)

    def _settled(self, hop: Hop) -> bool:
        with self.register.begin() as unit:
            # Locked before the hop, as everywhere.
            unit.lock(hop.chain)
            now = {each.id: each for each in unit.hops.of_challenge(hop.challenge_id)}[hop.id]
            if now.state is not HopState.BEGUN:
                return False
            settled = now.uncertain("no answer", at=self.clock.now())
            keep_hop(unit, settled)
            unit.journal.append(hop.chain, fact_of(settled, {}))
            unit.commit()
        return True
