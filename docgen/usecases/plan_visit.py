"""Plan a visit; change or cancel it while nobody has begun it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from docgen.domain.caller import Caller
from docgen.domain.envelope import Reference
from docgen.domain.errors import (
    FieldError,
    FormNotFound,
    InvalidPhone,
    ValuesRejected,
    VisitNotFound,
)
from docgen.domain.fingerprint import VISIT, of_visit
from docgen.domain.journal import Event, Fact
from docgen.domain.pseudonyms import Pseudonyms
from docgen.domain.visit import Visit, VisitState
from docgen.forms.catalogue import Catalogue
from docgen.forms.identity import parse_phone, read_reference
from docgen.ports import Chance, Clock, Register, UnitOfWork
from docgen.usecases.create_envelope import DocumentRequest


@dataclass(frozen=True, kw_only=True)
class VisitRequest:
    """What is known beforehand; subscriber and values may be there in part."""

    reference: object
    planned_on: date
    slot: str | None
    employee_id: str | None
    subscriber: Mapping[str, Any]
    documents: tuple[DocumentRequest, ...]


@dataclass(frozen=True, kw_only=True)
class PlanVisit:
    """Writes visits down as they are told."""

    register: Register
    forms: Catalogue
    clock: Clock
    chance: Chance
    pseudonyms: Pseudonyms

    def __call__(self, visit_id: str, request: VisitRequest, *, caller: Caller) -> Visit:
        """The visit of that id, made once however often it is asked for; raises ValuesRejected."""
        now = self.clock.now()
        visit = Visit(
            id=visit_id,
            owner=caller.owner,
            client=caller.client,
            reference=self._reference(request, caller),
            planned_on=request.planned_on,
            slot=request.slot,
            employee_id=request.employee_id,
            phone_subject=subject_of(self.pseudonyms, request.subscriber),
            content=content_of(request.subscriber, request.documents, self.forms),
            created_at=now,
            changed_at=now,
            salt=self.chance.token(),
        )
        with self.register.begin() as unit:
            with suppress(VisitNotFound):
                return unit.visits.get(visit_id)
            unit.visits.add(visit)
            note(unit, visit, Event.VISIT_PLANNED, at=now, caller=caller)
            unit.commit()
        return visit

    def change(
        self, visit_id: str, request: VisitRequest, *, version: int, caller: Caller
    ) -> Visit:
        """All of it anew; raises VisitNotFound, StaleVisit, VisitBegun or ValuesRejected."""
        reference = self._reference(request, caller)
        content = content_of(request.subscriber, request.documents, self.forms)
        now = self.clock.now()
        with self.register.begin() as unit:
            known = visible(unit, visit_id, caller)
            known.require_planned()
            known.require_version(version)
            visit = known.changed(
                now,
                reference=reference,
                planned_on=request.planned_on,
                slot=request.slot,
                employee_id=request.employee_id,
                phone_subject=subject_of(self.pseudonyms, request.subscriber),
                content=content,
            )
            unit.visits.save(visit)
            note(unit, visit, Event.VISIT_CHANGED, at=now, caller=caller)
            unit.commit()
        return visit

    def cancel(self, visit_id: str, *, caller: Caller) -> Visit:
        """Nobody goes; what was cancelled before stays so. Raises VisitNotFound or VisitBegun."""
        now = self.clock.now()
        with self.register.begin() as unit:
            known = visible(unit, visit_id, caller)
            if known.state is VisitState.CANCELLED:
                return known
            known.require_planned()
            visit = known.changed(now, state=VisitState.CANCELLED)
            unit.visits.save(visit)
            note(unit, visit, Event.VISIT_CANCELLED, at=now, caller=caller)
            unit.commit()
        return visit

    def _reference(self, request: VisitRequest, caller: Caller) -> Reference:
        reference = read_reference(request.reference)
        if caller.region is None or caller.region == reference.region:
            return reference
        if reference.region is not None:
            raise ValuesRejected((FieldError("/reference/region", "region_not_yours"),))
        return replace(reference, region=caller.region)


def visible(unit: UnitOfWork, visit_id: str, caller: Caller) -> Visit:
    """The visit, if the caller may see it; raises VisitNotFound."""
    visit = unit.visits.get(visit_id)
    if not caller.may_see(visit.owner, visit.reference.region):
        raise VisitNotFound(visit_id)
    return visit


def content_of(
    subscriber: Mapping[str, Any], documents: tuple[DocumentRequest, ...], forms: Catalogue
) -> dict[str, Any]:
    """As a visit keeps it; raises ValuesRejected for forms and languages that there are not."""
    for place, each in enumerate(documents):
        root = f"/documents/{place}"
        try:
            form = forms.get(each.form)
        except FormNotFound:
            raise ValuesRejected((FieldError(f"{root}/form", "form_unknown"),)) from None
        form.check_languages(each.languages, root=f"{root}/languages")
        if not isinstance(each.values, Mapping):
            raise ValuesRejected((FieldError(f"{root}/values", "wrong_type"),))
    listed = [
        {"form": each.form, "languages": [*each.languages], "values": _plain(each.values)}
        for each in documents
    ]
    return {"subscriber": _plain(subscriber), "documents": listed}


def subject_of(pseudonyms: Pseudonyms, subscriber: Mapping[str, Any]) -> str | None:
    """What stands for the number of a subscriber, where there is a whole one already."""
    given = subscriber.get("phone")
    try:
        return pseudonyms.of_phone(parse_phone(given if isinstance(given, str) else ""))
    except InvalidPhone:
        return None


def note(unit: UnitOfWork, visit: Visit, event: Event, *, at: datetime, caller: Caller) -> None:
    """Write into the visit's own journal what has become of it: ids, and what its row says now."""
    details = {
        "version": str(visit.version),
        "order": visit.reference.order_number,
        VISIT: of_visit(visit),
    }
    if visit.envelope_id is not None:
        details["envelope"] = visit.envelope_id
    fact = Fact(event=event, at=at, actor=caller.actor, details=details)
    unit.journal.append(visit.id, fact)


def _plain(value: Any) -> Any:
    """As JSON keeps it: a number with a fraction as the text it was."""
    match value:
        case Decimal():
            return str(value)
        case Mapping():
            return {str(name): _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
    return value
