"""What the papers an account has signed say of it: equipment held, debt acknowledged."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What one signed paper changes."""

    handed_out: tuple[str, ...] = ()
    """Serial numbers of equipment that the subscriber now has to give back one day."""
    taken_back: tuple[str, ...] = ()
    """Serial numbers that he has given back, or paid for."""
    acknowledged: Decimal | None = None
    """Tenge that he has acknowledged to owe, instead of what he acknowledged before."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """What follows from all of them, in the order of signing; serials as `serial_key` spells."""

    handed_out: Mapping[str, str] = field(default_factory=dict)
    """Every serial ever handed out, with the number of the paper that did it last."""
    spelled: Mapping[str, str] = field(default_factory=dict)
    """The same serials as that paper spells them."""
    held: frozenset[str] = frozenset()
    """Those not yet given back."""
    acknowledged: Decimal = Decimal(0)

    def after(self, traces: Traces, *, number: str) -> Self:
        """The account once the paper of that number is signed."""
        given = {serial_key(serial): number for serial in traces.handed_out}
        back = {serial_key(serial) for serial in traces.taken_back}
        owed = self.acknowledged if traces.acknowledged is None else traces.acknowledged
        return replace(
            self,
            handed_out={**self.handed_out, **given},
            spelled={**self.spelled, **{serial_key(each): each for each in traces.handed_out}},
            held=(self.held - back) | given.keys(),
            acknowledged=owed,
        )


_LOOK_ALIKE = str.maketrans("авекмнорстухі", "abekmhopctyxi")
"""Cyrillic letters that look like Latin ones, which serial numbers are made of."""


def serial_key(serial: str) -> str:
    """One spelling of a serial number: people mix case, alphabets and hyphens, and leave gaps."""
    return "".join(filter(str.isalnum, serial.casefold().translate(_LOOK_ALIKE)))
