"""The operator: the other party of every document."""

from collections.abc import Mapping
from dataclasses import dataclass

from docgen.domain.language import Language
from docgen.domain.subscriber import Bin


@dataclass(frozen=True, kw_only=True)
class Operator:
    """Name, BIN and seat as part 8 of the contract states them, and where subscribers turn to."""

    name: Mapping[Language, str]
    bin: Bin
    address: Mapping[Language, str]
    site: str
    support_phone: str
    support_whatsapp: str
    support_telegram: str
    time_source: str = ""
    """By what its servers' clocks are kept right, as the operator states it."""
