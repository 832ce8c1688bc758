"""Sign sealed documents with the operator's national signature, beside their files."""

from dataclasses import dataclass

from docgen.domain.envelope import Detached, Document, State
from docgen.domain.errors import DocgenError
from docgen.domain.fingerprint import fingerprints
from docgen.domain.journal import Event, Fact, says
from docgen.domain.sealing import DetachedOrder
from docgen.domain.work import Task
from docgen.ports import Blobs, Clock, DetachedSigner, Register


@dataclass(frozen=True, kw_only=True)
class SignDetached:
    """A CMS over the very bytes that were sealed; repeatable, and none is made twice."""

    register: Register
    blobs: Blobs
    signer: DetachedSigner
    clock: Clock

    def __call__(self, envelope_id: str) -> None:
        """Do it unless done, not sealed yet, or somebody is at it; raises what hinders it."""
        with self.register.hold(envelope_id) as ours:
            if ours:
                self._sign(envelope_id)

    def _sign(self, envelope_id: str) -> None:
        with self.register.view() as unit:
            envelope = unit.envelopes.get(envelope_id)
        unsigned = [d for d in envelope.documents if d.detached is None]
        if envelope.state is not State.SEALED or envelope.is_test or not unsigned:
            return
        try:
            made = {d.id: self._signed(envelope_id, d) for d in unsigned}
        except DocgenError as failure:
            self._note(envelope_id, failure)
            raise
        now = self.clock.now()
        details = {f"document.{d.number}": made[d.id].sha256 for d in unsigned}
        with self.register.begin() as unit:
            signed = unit.envelopes.get(envelope_id).sign_detached(made)
            unit.envelopes.save(signed)
            fact = Fact(
                event=Event.SIGNED_DETACHED,
                at=now,
                actor="system",
                details=details | fingerprints(signed),
            )
            unit.journal.append(envelope_id, fact)
            unit.outbox.settle(Task.SIGN_DETACHED, envelope_id, now=now)
            unit.commit()

    def _signed(self, envelope_id: str, document: Document) -> Detached:
        assert document.sealed is not None  # noqa: S101  # as the state says
        pdf = self.blobs.get(document.sealed.sha256)
        order = DetachedOrder(envelope_id=envelope_id, document_id=document.id, pdf=pdf)
        cms = self.signer.sign(order)
        return Detached(sha256=self.blobs.put(cms), size=len(cms), signed_at=self.clock.now())

    def _note(self, envelope_id: str, failure: DocgenError) -> None:
        """Say once what it waits for, however often it is tried."""
        fact = Fact(
            event=Event.DETACHED_WAITS,
            at=self.clock.now(),
            actor="system",
            details={"error": failure.code},
        )
        with self.register.begin() as unit:
            unit.envelopes.get(envelope_id)
            if not says(unit.journal.of(envelope_id)[-1], fact):
                unit.journal.append(envelope_id, fact)
                unit.commit()
