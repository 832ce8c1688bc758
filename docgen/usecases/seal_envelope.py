"""Seal a confirmed envelope: each document gets one signed revision with its evidence."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from docgen.domain.consent import HandwrittenConsent
from docgen.domain.copy import CopyPolicy, owed
from docgen.domain.envelope import Document, Envelope, Sealed, State, Verb
from docgen.domain.errors import DocgenError, StaleEnvelope
from docgen.domain.fingerprint import fingerprints
from docgen.domain.journal import Entry, Event, Fact, says
from docgen.domain.operator import Operator
from docgen.domain.recalled import Recalled
from docgen.domain.sealing import SealAbility
from docgen.domain.work import OutboxRow, Task
from docgen.forms.catalogue import Catalogue
from docgen.ports import Blobs, Clock, Register, Renderer, Sealer, UnitOfWork
from docgen.usecases.recall_facts import RecallFacts
from docgen.usecases.seal_document import SealDocument

_AGAIN = 2
"""How often a seal that something was written under is made anew at once; then the sweep does."""


@dataclass(frozen=True, kw_only=True)
class SealEnvelope:
    """Confirmed to sealed; repeatable, and nothing is ever sealed twice."""

    register: Register
    forms: Catalogue
    renderer: Renderer
    sealer: Sealer
    blobs: Blobs
    clock: Clock
    operator: Operator
    public_url: str
    copies: CopyPolicy = field(default_factory=CopyPolicy)
    """What the subscriber is owed after the seal."""
    owes_detached: bool = False
    """Whether a national signature beside the file is to follow."""

    def __call__(self, envelope_id: str) -> None:
        """Do it unless done or somebody is at it; raises what hinders it."""
        with self.register.hold(envelope_id) as ours:
            if ours:
                self._seal_as_it_is(envelope_id)

    def _seal_as_it_is(self, envelope_id: str) -> None:
        """Word of the code's arrival often comes meanwhile: then it is sealed with that."""
        for _ in range(_AGAIN):
            with suppress(StaleEnvelope):
                return self._seal(envelope_id)
        return self._seal(envelope_id)

    def _seal(self, envelope_id: str) -> None:
        recalled = self._recall(envelope_id)
        envelope = recalled.envelope
        if envelope.state is State.SEALED:
            return
        envelope.require(Verb.SEAL)
        try:
            seal = self.sealer.check()
            sealed = {
                document.id: self._seal_document(document, recalled, seal)
                for document in envelope.documents
            }
        except StaleEnvelope:
            # Something was written meanwhile, and the next time tells it too: no trouble to note.
            raise
        except DocgenError as failure:
            self._note(envelope_id, recalled.entries, failure)
            raise
        self._record(envelope.seal(sealed), sealed, after=recalled.entries[-1])

    @property
    def _recall(self) -> RecallFacts:
        return RecallFacts(
            register=self.register,
            forms=self.forms,
            operator=self.operator,
            public_url=self.public_url,
        )

    def _seal_document(self, document: Document, recalled: Recalled, seal: SealAbility) -> Sealed:
        facts = self._recall.of(document, recalled, seal=seal)
        seal_document = SealDocument(renderer=self.renderer, sealer=self.sealer)
        consent = facts.consent
        hand = consent.sha256 if isinstance(consent, HandwrittenConsent) else None
        by_hand = None if hand is None else self.blobs.get(hand)
        made = seal_document(facts, self.blobs.get(document.frozen_hash()), by_hand)
        return Sealed(
            sha256=self.blobs.put(made.file.pdf),
            size=len(made.file.pdf),
            level=made.file.level,
            signer=made.file.signer,
            serial=made.file.serial,
            evidence_sha256=hashlib.sha256(made.evidence).hexdigest(),
            sealed_at=made.file.sealed_at,
            ends_at=made.file.ends_at,
        )

    def _record(self, envelope: Envelope, sealed: Mapping[str, Sealed], *, after: Entry) -> None:
        """Right after the last that the evidence in its papers tells of."""
        now = self.clock.now()
        details = {
            f"document.{d.number}": f"{sealed[d.id].level} {sealed[d.id].sha256}"
            for d in envelope.documents
        } | fingerprints(envelope)
        with self.register.begin() as unit:
            unit.journal.follow(after)
            unit.envelopes.save(envelope)
            fact = Fact(event=Event.SEALED, at=now, actor="system", details=details)
            unit.journal.append(envelope.id, fact)
            unit.outbox.settle(Task.SEAL, envelope.id, now=now)
            if not envelope.is_test:
                self._owe(unit, envelope, now)
            unit.commit()

    def _owe(self, unit: UnitOfWork, envelope: Envelope, now: datetime) -> None:
        """What follows from a seal that binds somebody."""
        for copy in owed(envelope.id, self.copies, email=envelope.subscriber.email, now=now):
            unit.copies.add(copy)
        if self.owes_detached:
            unit.outbox.add(_owed(envelope.id, now))

    def _note(self, envelope_id: str, entries: Sequence[Entry], failure: DocgenError) -> None:
        """Say once what it waits for; saying it at every retry would bury the rest."""
        fact = Fact(
            event=Event.SEAL_WAITS if failure.retryable else Event.SEAL_FAILED,
            at=self.clock.now(),
            actor="system",
            details={"error": failure.code},
        )
        if entries and says(entries[-1], fact):
            return
        with self.register.begin() as unit:
            # One that was withdrawn meanwhile waits for no seal, and its journal is at its end.
            if unit.envelopes.get(envelope_id).allows(Verb.SEAL):
                unit.journal.append(envelope_id, fact)
                unit.commit()


def _owed(envelope_id: str, now: datetime) -> OutboxRow:
    """An envelope is sealed once, so its own id makes one that nobody else has."""
    return OutboxRow(
        id=f"{envelope_id}-detached",
        task=Task.SIGN_DETACHED,
        envelope_id=envelope_id,
        created_at=now,
    )
