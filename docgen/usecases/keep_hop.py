"""Keep what became of a hop, and how far its challenge has come by it."""

from docgen.domain.dispatch import Delivery, Hop, HopState, Purpose, delivery_of
from docgen.ports import UnitOfWork

_FARTHEST = {Delivery.DELIVERED, Delivery.UNDERWAY}
"""No other hop takes a challenge farther: of one that was delivered by another it stays so."""


def keep_hop(unit: UnitOfWork, hop: Hop, *, is_answer: bool = False) -> None:
    """Store the hop and its challenge's delivery; whoever calls has locked the chain before.

    By an answer the challenge also learns by whom its code has gone last. Raises NotFound for a
    hop that was never added.
    """
    unit.hops.save(hop)
    if hop.purpose is not Purpose.CODE:
        return
    delivery = hop.delivery
    if delivery not in _FARTHEST:
        delivery = delivery_of(tuple(unit.hops.of_challenge(hop.challenge_id)))
    went = is_answer and hop.state is HopState.TAKEN
    unit.challenges.carried(hop.challenge_id, delivery, by=hop if went else None)
