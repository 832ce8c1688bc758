"""Work on a visit: find it, keep what was written down, and make an envelope of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docgen.domain.caller import Caller
from docgen.domain.envelope import Envelope, State
from docgen.domain.errors import DocgenError, EnvelopeNotFound, VisitBegun
from docgen.domain.journal import Event
from docgen.domain.language import Language
from docgen.domain.pseudonyms import Pseudonyms
from docgen.domain.visit import Visit, VisitFilter, VisitState
from docgen.forms.catalogue import Catalogue
from docgen.ports import Clock, Register, UnitOfWork
from docgen.usecases.create_envelope import CreateEnvelope, DocumentRequest, EnvelopeRequest
from docgen.usecases.plan_visit import content_of, note, subject_of, visible
from docgen.usecases.void import Void

_OPEN = {State.DRAFT, State.READY, State.CODE_SENT}
_SIGNED = {State.CONFIRMED, State.SEALED}


@dataclass(frozen=True, kw_only=True)
class SeenVisit:
    """A visit, and the state of its envelope, where it has one."""

    visit: Visit
    envelope_state: State | None = None


@dataclass(frozen=True, kw_only=True)
class FindVisits:
    """Reads lists, in the order in which visits were planned."""

    register: Register

    def __call__(
        self, wanted: VisitFilter, *, after: str | None, limit: int
    ) -> tuple[Sequence[SeenVisit], str | None]:
        """A page, and after which id the next one begins."""
        with self.register.view() as unit:
            found = unit.visits.find(wanted, after=after, limit=limit + 1)
            page = [_seen(unit, each) for each in found[:limit]]
        return page, page[-1].visit.id if len(found) > limit else None


@dataclass(frozen=True, kw_only=True)
class ShowVisit:
    """Reads one."""

    register: Register

    def __call__(self, visit_id: str, *, caller: Caller) -> SeenVisit:
        """The visit; raises VisitNotFound."""
        with self.register.view() as unit:
            return _seen(unit, visible(unit, visit_id, caller))


@dataclass(frozen=True, kw_only=True)
class KeepDraft:
    """Whoever read the latest version may write the next; anybody else is told that there is one.

    What was read is what the tablet began from, so that nothing is overwritten unseen.
    """

    register: Register
    forms: Catalogue
    clock: Clock
    pseudonyms: Pseudonyms

    def __call__(
        self,
        visit_id: str,
        *,
        version: int,
        subscriber: Mapping[str, Any],
        documents: tuple[DocumentRequest, ...],
        caller: Caller,
    ) -> SeenVisit:
        """The next version; raises VisitNotFound, StaleVisit, VisitBegun or ValuesRejected.

        The same content again, as after a lost answer, changes nothing.
        """
        content = content_of(subscriber, documents, self.forms)
        now = self.clock.now()
        with self.register.begin() as unit:
            known = visible(unit, visit_id, caller)
            if known.content == content and known.version == version + 1:
                return _seen(unit, known)
            known.require_version(version)
            if known.state is VisitState.CANCELLED or _state(unit, known) in _SIGNED:
                raise VisitBegun
            kept = known.changed(
                now,
                content=content,
                phone_subject=subject_of(self.pseudonyms, subscriber),
                state=max(known.state, VisitState.BEGUN, key=list(VisitState).index),
            )
            unit.visits.save(kept)
            if known.state is VisitState.PLANNED:
                note(unit, kept, Event.VISIT_CHANGED, at=now, caller=caller)
            unit.commit()
            return SeenVisit(visit=kept, envelope_state=None)


@dataclass(frozen=True, kw_only=True)
class SignVisit:
    """Makes the envelope by the same use case as everybody; an older one that is open is void."""

    register: Register
    create: CreateEnvelope
    void: Void
    clock: Clock

    def __call__(
        self, visit_id: str, *, version: int, envelope_id: str, caller: Caller
    ) -> Envelope:
        """The envelope of that id; raises VisitNotFound, StaleVisit, VisitBegun or ValuesRejected.

        The visit claims the id first: of two tablets at once only one makes an envelope.
        """
        claimed, before = self._claimed(visit_id, version, envelope_id, caller)
        try:
            envelope = self.create(_request(claimed, envelope_id, caller))
        except DocgenError:
            self._unclaim(claimed, before)
            raise
        if before.envelope_id not in {None, envelope_id}:
            self._replace(str(before.envelope_id), caller)
        return envelope

    def _claimed(
        self, visit_id: str, version: int, envelope_id: str, caller: Caller
    ) -> tuple[Visit, Visit]:
        now = self.clock.now()
        with self.register.begin() as unit:
            known = visible(unit, visit_id, caller)
            if known.envelope_id == envelope_id:
                return known, known
            known.require_version(version)
            if known.state is VisitState.CANCELLED or _state(unit, known) in _SIGNED:
                raise VisitBegun
            claimed = known.changed(now, envelope_id=envelope_id, state=VisitState.SIGNING)
            unit.visits.save(claimed)
            note(unit, claimed, Event.VISIT_TO_SIGN, at=now, caller=caller)
            unit.commit()
        return claimed, known

    def _unclaim(self, claimed: Visit, before: Visit) -> None:
        """Nothing came of it: the version that the tablet knows counts again."""
        with self.register.begin() as unit:
            known = unit.visits.get(claimed.id)
            if known == claimed and claimed != before:
                unit.visits.reset(before, was=claimed.version)
                unit.commit()

    def _replace(self, envelope_id: str, caller: Caller) -> None:
        with self.register.view() as unit:
            try:
                state = unit.envelopes.get(envelope_id).state
            except EnvelopeNotFound:
                return
        if state in _OPEN:
            self.void(envelope_id, reason="superseded", actor=caller.actor)


def _request(visit: Visit, envelope_id: str, caller: Caller) -> EnvelopeRequest:
    reference = visit.reference
    named = {"order_number": reference.order_number, "account_number": reference.account_number}
    region = {} if reference.region is None else {"region": reference.region}
    return EnvelopeRequest(
        id=envelope_id,
        owner=caller.owner,
        client=caller.client,
        region=caller.region,
        subscriber=visit.content["subscriber"],
        reference=named | region,
        documents=tuple(
            DocumentRequest(
                form=each["form"],
                languages=tuple(Language(language) for language in each["languages"]),
                values=each["values"],
            )
            for each in visit.content["documents"]
        ),
    )


def _seen(unit: UnitOfWork, visit: Visit) -> SeenVisit:
    return SeenVisit(visit=visit, envelope_state=_state(unit, visit))


def _state(unit: UnitOfWork, visit: Visit) -> State | None:
    """Of its envelope; None where a claim came to nothing."""
    if visit.envelope_id is None:
        return None
    try:
        return unit.envelopes.get(visit.envelope_id).state
    except EnvelopeNotFound:
        return None
