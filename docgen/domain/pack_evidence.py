"""What a sealed volume carries about itself: which pack it is, what is in it, how it came about.

It is shaped as the evidence of a signed document where both say the same: `document` is the
volume, `envelope` the pack with the hashes of all its files and of its other volumes, `journal` the
pack's own chain.
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
    seal: SealAbility, number: int = 1,
) -> dict[str, Any]:  # fmt: skip
    """The evidence of the volume of that number, as JSON values; times are UTC (ISO 8601)."""
    volumes, volume = pack.volumes, pack.volumes[number - 1]
    several = len(volumes) > 1
    named = [f"{pack.id}/{place}" if several else pack.id for place, _ in enumerate(volumes, 1)]
    listed = [
        *({"document": n, "sha256": v.sha256} for n, v in zip(named, volumes, strict=True)),
        *({"document": f["path"], "sha256": f["sha256"]} for f in manifest["files"]),
    ]
    return {
        "format": FORMAT,
        "document": {
            "id": named[number - 1],
            "number": pack.id,
            "sha256": volume.sha256,
            "pages": volume.pages,
            "manifest_sha256": pack.manifest_sha256,
            **({"volume": number, "volumes": len(volumes)} if several else {}),
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
        named = stated["envelope"]["id"] if stated["format"] == FORMAT else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return named if isinstance(named, str) else None
