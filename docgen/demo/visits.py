"""The demo's visits of today, as an order system would have planned them."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from docgen.adapters.db.register import SqlRegister
from docgen.bootstrap import CHANCE, CLOCK
from docgen.bootstrap.database import database_url
from docgen.bootstrap.forms import catalogue
from docgen.bootstrap.surroundings import subject_key
from docgen.demo.people import PEOPLE
from docgen.demo.technician import REGION
from docgen.demo.visit import SAMPLE
from docgen.domain.caller import Caller, Scope
from docgen.domain.language import BOTH
from docgen.domain.pseudonyms import Pseudonyms
from docgen.domain.visit import VisitFilter
from docgen.forms.visit import acceptance_act_of
from docgen.settings import Settings
from docgen.texts import dates
from docgen.usecases.create_envelope import DocumentRequest
from docgen.usecases.plan_visit import PlanVisit, VisitRequest

_ORDER_SYSTEM = Caller(
    key_id="demo", client="demo", owner="demo", region=None, scopes=frozenset(Scope)
)
_SLOTS = ("09:00–11:00", "12:00–14:00", "15:00–17:00")


def plan_today(settings: Settings) -> None:
    """Three visits, where there is none of today."""
    register = SqlRegister(database_url(settings))
    today = dates.local_day(CLOCK.now())
    plan = PlanVisit(
        register=register,
        forms=catalogue(settings),
        clock=CLOCK,
        chance=CHANCE,
        pseudonyms=Pseudonyms(subject_key(settings)),
    )
    try:
        with register.view() as unit:
            wanted = VisitFilter(owner="demo", region=REGION, planned_on=today)
            if unit.visits.find(wanted, after=None, limit=1):
                return
        known = json.loads(SAMPLE.read_text(encoding="utf-8"))
        for number, slot in enumerate(_SLOTS):
            plan(CHANCE.identifier(), _request(known, number, slot, today), caller=_ORDER_SYSTEM)
    finally:
        register.close()


def _request(known: Mapping[str, Any], number: int, slot: str, today: date) -> VisitRequest:
    """The sample visit, each time of another order and with another person."""
    order = str(int(known["order_number"].replace("-", "")) + number)
    visit = {
        **known,
        "order_number": f"{order[0]}-{order[1:]}",
        "visit_date": today.isoformat(),
    } | {name: _with(known[name], changed) for name, changed in PEOPLE[number].items()}
    mapped = acceptance_act_of(visit)
    act = DocumentRequest(form="acceptance_act", languages=BOTH, values=mapped["values"])
    return VisitRequest(
        reference=mapped["reference"] | {"region": REGION},
        planned_on=today,
        slot=slot,
        employee_id=None,
        subscriber=mapped["subscriber"],
        documents=(act,),
    )


def _with(known: object, changed: object) -> object:
    """Of a mapping only the members that are named change."""
    if isinstance(known, Mapping) and isinstance(changed, Mapping):
        return {**known, **changed}
    return changed
