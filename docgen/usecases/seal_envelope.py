"""Seal a confirmed envelope: each document gets one signed revision with its evidence."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docgen.domain.challenge import Challenge
from docgen.domain.consent import Consent
from docgen.domain.dispatch import Hop
from docgen.domain.envelope import Document, Envelope, Frozen, Sealed, State, Verb
from docgen.domain.errors import DocgenError, Misconfigured
from docgen.domain.journal import Entry, Event, Fact, says
from docgen.domain.operator import Operator
from docgen.domain.work import Task
from docgen.forms import protocol
from docgen.forms.catalogue import Catalogue
from docgen.ports import Blobs, Clock, Register, Renderer, Sealer
from docgen.usecases.seal_document import SealDocument


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

    def __call__(self, envelope_id: str) -> None:
        """Do it unless done or somebody is at it; raises what hinders it."""
        with self.register.hold(envelope_id) as ours:
            if ours:
                self._seal(envelope_id)

    def _seal(self, envelope_id: str) -> None:
        with self.register.view() as unit:
            envelope = unit.envelopes.get(envelope_id)
            challenge = unit.challenges.latest(envelope_id)
            hops = () if challenge is None else unit.hops.of_challenge(challenge.id)
            entries = unit.journal.of(envelope_id)
        if envelope.state is State.SEALED:
            return
        envelope.require(Verb.SEAL)
        try:
            sealed = {
                document.id: self._seal_document(document, envelope, challenge, hops, entries)
                for document in envelope.documents
            }
        except DocgenError as failure:
            self._note(envelope_id, entries, failure)
            raise
        self._record(envelope.seal(sealed), sealed)

    def _seal_document(
        self,
        document: Document,
        envelope: Envelope,
        challenge: Challenge | None,
        hops: Sequence[Hop],
        entries: Sequence[Entry],
    ) -> Sealed:
        facts = protocol.Facts(
            envelope=envelope,
            document=document,
            frozen=_frozen(document),
            consent=_consent(envelope),
            challenge=challenge,
            hops=hops,
            entries=entries,
            titles={d.id: self.forms.get(d.form).texts["title"] for d in envelope.documents},
            operator=self.operator,
            verify_url=f"{self.public_url}/verify/{document.verification_token}",
        )
        seal_document = SealDocument(renderer=self.renderer, sealer=self.sealer)
        made = seal_document(facts, self.blobs.get(document.frozen_hash()))
        return Sealed(
            sha256=self.blobs.put(made.file.pdf),
            size=len(made.file.pdf),
            level=made.file.level,
            signer=made.file.signer,
            serial=made.file.serial,
            evidence_sha256=hashlib.sha256(made.evidence).hexdigest(),
            sealed_at=made.file.sealed_at,
        )

    def _record(self, envelope: Envelope, sealed: Mapping[str, Sealed]) -> None:
        now = self.clock.now()
        details = {
            f"document.{d.number}": f"{sealed[d.id].level} {sealed[d.id].sha256}"
            for d in envelope.documents
        }
        with self.register.begin() as unit:
            unit.envelopes.save(envelope)
            fact = Fact(event=Event.SEALED, at=now, actor="system", details=details)
            unit.journal.append(envelope.id, fact)
            unit.outbox.settle(Task.SEAL, envelope.id, now=now)
            unit.commit()

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
            unit.envelopes.get(envelope_id)
            unit.journal.append(envelope_id, fact)
            unit.commit()


def _consent(envelope: Envelope) -> Consent:
    if envelope.consent is None:
        raise Misconfigured("a confirmed envelope without a consent")
    return envelope.consent


def _frozen(document: Document) -> Frozen:
    if document.frozen is None:
        raise Misconfigured("a confirmed document that was never frozen")
    return document.frozen
