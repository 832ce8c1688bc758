"""Keep what became of a hop, and how far its challenge has come by it."""

from dataclasses import replace

from docgen.domain.dispatch import Hop, delivery_of
from docgen.ports import UnitOfWork


def keep_hop(unit: UnitOfWork, hop: Hop) -> None:
    """Store the hop and its challenge's delivery; whoever calls has locked the chain before.

    Raises NotFound for a hop that was never added.
    """
    unit.hops.save(hop)
    challenge = unit.challenges.find(hop.challenge_id)
    if challenge is not None:
        delivery = delivery_of(tuple(unit.hops.of_challenge(hop.challenge_id)))
        unit.challenges.save(replace(challenge, delivery=delivery))
