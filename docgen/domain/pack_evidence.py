"""What a sealed volume carries about itself: which pack it is, what is in it, how it came about.

It is shaped as the evidence of a signed document where both say the same: `document` is the
volume, `envelope` the pack with the hashes of all its files, `journal` the pack's own chain.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from docgen.domain.canonical import canonical_json
from docgen.domain.journal import GENESIS, Entry
from docgen.domain.operator import Operator
from docgen.domain.pack_record import Pack
from docgen.domain.sealing import SealAbility

FORMAT = "qoltanba-pack/1"


def build(
    pack: Pack, manifest: Mapping[str, Any], entries: Sequence[Entry], *, operator: Operator,
    seal: SealAbility,
) -> dict[str, Any]:  # fmt: skip
    """The evidence of one volume, as JSON values; times are UTC (ISO 8601)."""
    volume = {"document": pack.id, "sha256": pack.volume_sha256}
    listed = [volume, *({"document": f["path"], "sha256": f["sha256"]} for f in manifest["files"])]
    return {
        "format": FORMAT,
        "document": {
            "id": pack.id,
            "number": pack.id,
            "sha256": pack.volume_sha256,
            "pages": pack.volume_pages,
            "manifest_sha256": pack.manifest_sha256,
        },
        "operator": {
            "name": {str(language): name for language, name in operator.name.items()},
            "bin": operator.bin.value,
        },
        "envelope": {
            "id": pack.id,
            "documents": listed,
            "manifest_sha256": hashlib.sha256(canonical_json({"manifest": listed})).hexdigest(),
        },
        "challenge": None,
        "journal": {
            "entries": [entry.columns() | {"hash": entry.hash} for entry in entries],
            "head": entries[-1].hash if entries else GENESIS,
        },
        "seal": {"holder": seal.holder, "serial": seal.serial, "level": str(seal.level)},
    }


def names(content: bytes) -> str | None:
    """Of which pack the evidence speaks; None where it is none of a pack."""
    try:
        stated = json.loads(content)
        named = stated["document"]["id"] if stated["format"] == FORMAT else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return named if isinstance(named, str) else None
