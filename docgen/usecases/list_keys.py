"""List the API keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from docgen.domain.caller import ApiKey
from docgen.ports import Register


@dataclass(frozen=True, kw_only=True)
class ListKeys:
    """All keys there are or were."""

    register: Register

    def __call__(self) -> Sequence[ApiKey]:
        """The keys, the oldest first."""
        with self.register.view() as unit:
            return unit.keys.all()
