"""Settings of notary packs, a page of the settings by themselves."""

from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field


class PackSettings(BaseModel):
    """Notary packs: what the contract and the law leave open; the defaults are the safe ones."""

    calendar: Path | None = None
    """TOML file of the official days off; the years it lacks are estimated, and marked so."""
    payment_order: Literal["statutory", "contract"] = "statutory"
    """What a payment goes to first: civil code 282(2), or point 20 of the contract."""
    penalty_basis: Literal["WRITTEN_ACK", "CONTRACT_MECHANISM"] = "WRITTEN_ACK"
    """What a penalty rests on; the second is point 29 alone, and always warned of."""
    due_day_inclusive: bool = True
    """Whether one may still pay on the 25th itself."""
    moved_by_days_off: bool = True
    """Whether a due date on a day off moves to the next working day."""
    day_of_payment: bool = False
    """Whether the day of a payment is a day of delay."""
    most_days_read_as: Literal["thirty_days", "month"] = "thirty_days"
    """How "not above 30 days for each invoice" is read."""
    payment_restarts: bool = False
    """Whether a partial payment alone starts the limitation anew."""
    response_days: int = Field(default=15, ge=0)
    """Calendar days that a debtor has to answer a claim letter."""
    signed_for: tuple[str, ...] = ()
    """Owners in whose envelopes acknowledgements are looked for beside those of the pack's own."""
    other_owners: tuple[str, ...] = ("collection",)
    """Owners whose packs are against the same debtors as the pack's own: looked through for
    another inscription for the debt, and listed when deadlines are."""
    smallest_claim: Decimal = Field(default=Decimal(5000), ge=0)
    """Tenge below which somebody has to say why it is worth the fee."""
    volume_pages: int = Field(default=250, ge=10)
    """Pages that a volume has at most; what is more goes on in another one."""
    volume_megabytes: int = Field(default=50, ge=1, le=200)
    """The same of the files of its papers, in millions of bytes."""
