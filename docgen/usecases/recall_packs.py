"""Recall what the register knows of inscriptions for a debt, whoever asks for another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docgen.domain.case import Case, Inscription, InscriptionState
from docgen.domain.pack_record import Pack
from docgen.domain.pack_states import FOR_THE_COURT, WITH_INSCRIPTION, PackState, day_of
from docgen.ports import Register

_STATES: Mapping[PackState, InscriptionState] = {
    PackState.SUBMITTED: InscriptionState.SUBMITTED,
    **dict.fromkeys(WITH_INSCRIPTION, InscriptionState.ALIVE),
    **dict.fromkeys(FOR_THE_COURT, InscriptionState.CANCELLED),
}


@dataclass(frozen=True, kw_only=True)
class RecallPacks:
    """Packs of the same account that are at a notary, have an inscription, or lost it."""

    register: Register
    owners: Sequence[str] = ()
    """Whose packs count beside those of the pack's own owner: a debt has one inscription."""

    def __call__(self, case: Case, *, owner: str, but: str) -> tuple[Inscription, ...]:
        """Each as an inscription of its months; `but` is the pack that is looked at itself."""
        if case.account_number is None:
            return ()
        with self.register.view() as unit:
            packs = [
                pack
                for each in dict.fromkeys((owner, *self.owners))
                for pack in unit.packs.of_account(each, case.account_number)
            ]
        known = (_inscription(pack) for pack in packs if pack.id != but)
        return tuple(each for each in known if each is not None)


def _inscription(pack: Pack) -> Inscription | None:
    state = _STATES.get(pack.state)
    if state is None or pack.month_from is None or pack.month_to is None:
        return None
    numbers = [each.number for each in pack.outcomes if each.state is PackState.MADE]
    made = day_of(pack.outcomes, PackState.MADE) or pack.as_of
    return Inscription(
        number=(numbers[-1] if numbers else None) or pack.id,
        made_on=made,
        state=state,
        period_from=pack.month_from,
        period_to=pack.month_to,
        on_objection=state is InscriptionState.CANCELLED,
    )
