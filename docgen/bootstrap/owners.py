"""Whose the operator's own envelopes and packs are."""

from docgen.settings import Settings


def owner_of(settings: Settings) -> str:
    """Whose envelopes and packs people of the staff, and commands, make and see."""
    return settings.staff.owner or ("demo" if settings.profile == "demo" else "operator")


def owners_of(settings: Settings) -> tuple[str, ...]:
    """All whose packs are against the same debtors: the staff, and whoever else is set."""
    return tuple(dict.fromkeys((owner_of(settings), *settings.packs.other_owners)))
