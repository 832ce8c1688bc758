"""Warrant a seal: the register says of it all that whoever orders it says.

The key is held by a process that signs nothing else. Whoever could order anything of it could have
the operator's seal under any paper.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from docgen.domain import evidence
from docgen.domain.envelope import Verb
from docgen.domain.errors import Conflict, NotFound, SealRefused, StaleEnvelope
from docgen.domain.sealing import DetachedOrder, SealAbility, SealOrder
from docgen.usecases.recall_facts import RecallFacts
from docgen.usecases.seal_document import order_of


@dataclass(frozen=True, kw_only=True)
class WarrantSeal:
    """Makes the order again out of the register and compares every byte but the protocol's."""

    recall: RecallFacts
    ability: Callable[[], SealAbility]
    """Of the seal that is held here: the evidence and the protocol name it."""

    def __call__(self, order: SealOrder) -> str:
        """The document's id, where its envelope is confirmed and not sealed, and the order its own.

        Raises SealRefused for any other order, and StaleEnvelope where the journal has gone on
        since the evidence was gathered: then the order is to be made anew.
        """
        named = evidence.names(order.evidence)
        if named is None:
            raise SealRefused("the evidence names no document")
        try:
            recalled = self.recall(named.envelope_id)
            document = recalled.envelope.document(named.document_id)
            recalled.envelope.require(Verb.SEAL)
        except (NotFound, Conflict) as error:
            raise SealRefused("the register knows of no such document to be sealed") from error
        if hashlib.sha256(order.frozen).hexdigest() != document.frozen_hash():
            raise SealRefused("these are not the bytes that were confirmed")
        facts = self.recall.of(document, recalled, seal=self.ability())
        attached = [each.content for each in order.attachments]
        by_hand = attached[0] if attached else None
        due = order_of(facts, frozen=order.frozen, protocol=order.protocol, by_hand=by_hand)
        if replace(due, evidence=order.evidence) != order:
            raise SealRefused("the register says something else of this document")
        if due != order:
            raise StaleEnvelope(named.envelope_id)
        return document.id


@dataclass(frozen=True, kw_only=True)
class WarrantDetached:
    """The same for a signature beside the file: these are bytes that were sealed and registered."""

    recall: RecallFacts

    def __call__(self, order: DetachedOrder) -> None:
        """Raise SealRefused unless these are the document's sealed bytes."""
        try:
            document = self.recall(order.envelope_id).envelope.document(order.document_id)
        except NotFound as error:
            raise SealRefused("the register knows of no such document") from error
        sealed = document.sealed
        if sealed is None or sealed.sha256 != hashlib.sha256(order.pdf).hexdigest():
            raise SealRefused("these are not the bytes that were sealed")
