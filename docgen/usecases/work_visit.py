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
                state=VisitState.BEGUN,
            )
            unit.visits.save(kept)
            if known.state is not VisitState.BEGUN:
                note(unit, kept, Event.VISIT_CHANGED, at=now, caller=caller)
            unit.commit()
            return SeenVisit(visit=kept, envelope_state=None)


@dataclass(frozen=True, kw_only=True)
class SignVisit:
    """Makes the envelope by the same use case as everybody, in the place of an older open one."""

    register: Register
    create: CreateEnvelope
    clock: Clock

    def __call__(
        self, visit_id: str, *, version: int, envelope_id: str, caller: Caller
    ) -> Envelope:
        """The envelope of that id; raises VisitNotFound, StaleVisit, VisitBegun or ValuesRejected.

        The visit claims the id first: of two tablets at once only one makes an envelope.
        """
        claimed, before = self._claimed(visit_id, version, envelope_id, caller)
        try:
            return self.create(self._request(claimed, envelope_id, caller))
        except DocgenError:
            self._unclaim(claimed, before, caller)
            raise

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

    def _unclaim(self, claimed: Visit, before: Visit, caller: Caller) -> None:
        """Nothing came of it: the version that the tablet knows counts again."""
        with self.register.begin() as unit:
            known = unit.visits.get(claimed.id)
            if known == claimed and claimed != before:
                unit.visits.reset(before, was=claimed.version)
                note(unit, before, Event.VISIT_CHANGED, at=self.clock.now(), caller=caller)
                unit.commit()

    def _request(self, visit: Visit, envelope_id: str, caller: Caller) -> EnvelopeRequest:
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
            supersedes=self._open_one(visit.id, but=envelope_id),
        )

    def _open_one(self, visit_id: str, *, but: str) -> str | None:
        """The newest other envelope of the visit that could still be signed.

        By the journal: the visit itself names the one that is being made, and a claim that came to
        nothing hides none.
        """
        with self.register.view() as unit:
            told = [e.details.get("envelope") for e in unit.journal.of(visit_id)]
            for envelope_id in reversed(told):
                if envelope_id not in {None, but} and _state_of(unit, envelope_id) in _OPEN:
                    return envelope_id
        return None


def _seen(unit: UnitOfWork, visit: Visit) -> SeenVisit:
    return SeenVisit(visit=visit, envelope_state=_state(unit, visit))


def _state(unit: UnitOfWork, visit: Visit) -> State | None:
    """Of its envelope; None where a claim came to nothing."""
    return _state_of(unit, visit.envelope_id)


def _state_of(unit: UnitOfWork, envelope_id: str | None) -> State | None:
    if envelope_id is None:
        return None
    try:
        return unit.envelopes.get(envelope_id).state
    except EnvelopeNotFound:
        return None
