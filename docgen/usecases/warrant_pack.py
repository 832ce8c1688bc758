"""Warrant a volume's seal: the register says of the pack all that whoever orders it says."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from docgen.domain import pack_evidence
from docgen.domain.errors import NotFound, PackMoveNotAllowed, SealRefused
from docgen.domain.operator import Operator
from docgen.domain.sealing import SealAbility, SealOrder
from docgen.ports import Blobs, Register
from docgen.usecases.seal_pack import order_of
from docgen.usecases.warrant_seal import WarrantSeal


@dataclass(frozen=True, kw_only=True)
class WarrantAny:
    """An order about a pack is held against the pack, any other against the envelope it names."""

    documents: WarrantSeal
    register: Register
    blobs: Blobs
    operator: Operator
    ability: Callable[[], SealAbility]

    def __call__(self, order: SealOrder) -> str:
        """The id of document or pack; raises SealRefused, and StaleEnvelope for documents."""
        named = pack_evidence.names(order.evidence)
        return self.documents(order) if named is None else self._pack(order, named)

    def _pack(self, order: SealOrder, pack_id: str) -> str:
        try:
            with self.register.view() as unit:
                pack, entries = unit.packs.get(pack_id), unit.journal.of(pack_id)
            manifest = json.loads(self.blobs.get(pack.manifest_sha256))
        except (NotFound, PackMoveNotAllowed) as error:
            raise SealRefused("the register knows of no such pack") from error
        if pack.sealed is not None:
            raise SealRefused("the pack is sealed already")
        bound = [each.sha256 for each in pack.volumes]
        frozen = hashlib.sha256(order.frozen).hexdigest()
        if frozen not in bound:
            raise SealRefused("these are not the bytes that were bound")
        number = bound.index(frozen) + 1
        stated = pack_evidence.build(
            pack, manifest, entries, operator=self.operator, seal=self.ability(), number=number
        )
        due = order_of(
            pack, stated, volume=order.frozen, results=order.protocol, operator=self.operator,
            number=number,
        )  # fmt: skip
        if due != order:
            raise SealRefused("the register says something else of this pack")
        return pack.id
