"""Visits: planned by the order system, worked on by technicians."""

from dataclasses import dataclass

from docgen.bootstrap import CHANCE, CLOCK
from docgen.domain.pseudonyms import Pseudonyms
from docgen.forms.catalogue import Catalogue
from docgen.ports import Chance, Clock, Register
from docgen.usecases.create_envelope import CreateEnvelope
from docgen.usecases.plan_visit import PlanVisit
from docgen.usecases.work_visit import FindVisits, KeepDraft, ShowVisit, SignVisit


@dataclass(frozen=True, kw_only=True)
class VisitDesk:
    """All that can be asked of visits."""

    plan: PlanVisit
    find: FindVisits
    show: ShowVisit
    keep: KeepDraft
    sign: SignVisit
    pseudonyms: Pseudonyms


def visits_of(
    register: Register,
    forms: Catalogue,
    create: CreateEnvelope,
    *,
    pseudonyms: Pseudonyms,
    clock: Clock = CLOCK,
    chance: Chance = CHANCE,
) -> VisitDesk:
    """For a process that is asked."""
    return VisitDesk(
        plan=PlanVisit(
            register=register, forms=forms, clock=clock, chance=chance, pseudonyms=pseudonyms
        ),
        find=FindVisits(register=register),
        show=ShowVisit(register=register),
        keep=KeepDraft(register=register, forms=forms, clock=clock, pseudonyms=pseudonyms),
        sign=SignVisit(register=register, create=create, clock=clock),
        pseudonyms=pseudonyms,
    )
