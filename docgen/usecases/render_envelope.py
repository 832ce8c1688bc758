"""Render an envelope's documents and freeze their bytes."""

from dataclasses import dataclass
from datetime import timedelta

from docgen.domain.consent import WayOfSigning
from docgen.domain.envelope import Document, Envelope, Frozen, State
from docgen.domain.errors import DocgenError, RenderFailed, SealRefused, TemplateRejected
from docgen.domain.fingerprint import fingerprints
from docgen.domain.journal import Event, Fact, says
from docgen.domain.operator import Operator
from docgen.domain.rendering import RenderOrder
from docgen.domain.work import Task
from docgen.forms.catalogue import Catalogue
from docgen.forms.form import Paper
from docgen.forms.protocol import caption
from docgen.ports import Blobs, Clock, Register, Renderer, Sealer
from docgen.texts import dates

URN = "urn:qoltanba:document:"
_OUT_OF_SIGHT = timedelta(seconds=1)
"""For so long an envelope is worked at without a look at what others do with it."""


@dataclass(frozen=True, kw_only=True)
class RenderEnvelope:
    """Draft to ready: from here on the documents never change."""

    register: Register
    forms: Catalogue
    renderer: Renderer
    sealer: Sealer
    blobs: Blobs
    clock: Clock
    operator: Operator
    public_url: str

    def __call__(self, envelope_id: str) -> None:
        """Do it unless it is done; raises what hinders it, and the draft stays."""
        with self.register.hold(envelope_id) as ours:
            if ours:
                self._render(envelope_id)

    def _render(self, envelope_id: str) -> None:
        with self.register.glance() as unit:
            last = unit.journal.last(envelope_id)
            envelope, newest = unit.envelopes.get(envelope_id), last()
        if envelope.state is not State.DRAFT:
            return
        looked = self.clock.now()
        try:
            frozen: dict[str, Frozen] = {}
            for document in envelope.documents:
                if self.clock.now() - looked >= _OUT_OF_SIGHT:
                    if not self._still_wanted(envelope_id):
                        return
                    looked = self.clock.now()
                frozen[document.id] = self._freeze(document, envelope)
        except (RenderFailed, TemplateRejected, SealRefused) as failure:
            self._note_failure(envelope_id, failure)
            raise
        now = self.clock.now()
        ready = envelope.render(frozen)
        with self.register.begin() as unit:
            if newest is not None:
                unit.journal.follow(newest)
            unit.envelopes.save(ready)
            unit.journal.append(
                envelope_id,
                Fact(
                    event=Event.RENDERED,
                    at=now,
                    actor="system",
                    details={"manifest": ready.manifest_hash}
                    | {f"document.{d.number}": frozen[d.id].sha256 for d in ready.documents}
                    | fingerprints(ready),
                ),
            )
            unit.outbox.settle(Task.RENDER, envelope_id, now=now)
            unit.commit()

    def _still_wanted(self, envelope_id: str) -> bool:
        """Who makes it void does not want to wait until the last of its documents is made."""
        with self.register.glance() as unit:
            return unit.envelopes.state(envelope_id) is State.DRAFT

    def _freeze(self, document: Document, envelope: Envelope) -> Frozen:
        """What could not be sealed later is refused now, before anybody signs it."""
        rendered = self.renderer.render(self._order(document, envelope))
        seen = caption(
            document, envelope.subscriber, way=WayOfSigning.SMS_CODE, at=self.clock.now()
        )
        self.sealer.examine(rendered.pdf, seen)
        return Frozen(
            sha256=self.blobs.put(rendered.pdf),
            size=len(rendered.pdf),
            pages=rendered.pages,
            template_sha256=rendered.template_sha256,
            engine=rendered.engine,
            frozen_at=self.clock.now(),
        )

    def _order(self, document: Document, envelope: Envelope) -> RenderOrder:
        form = self.forms.get(document.form)
        edition = form.edition(document.edition)
        values = form.read(document.values)
        paper = Paper(
            number=document.number,
            day=dates.local_day(envelope.created_at),
            subscriber=envelope.subscriber,
            operator=self.operator,
            edition=edition,
            specimen=envelope.is_test,
        )
        return RenderOrder(
            template=form.template(edition),
            contexts={lang: form.context(values, paper, lang) for lang in document.languages},
            title=f"{form.title(document.languages[0])} № {document.number}",
            identifier=URN + document.verification_token,
            made_at=envelope.created_at,
            qr=f"{self.public_url}/verify/{document.verification_token}",
            pinned=document.templates,
            caller=envelope.owner,
        )

    def _note_failure(self, envelope_id: str, failure: DocgenError) -> None:
        """Say once what hinders it, however often it is tried."""
        fact = Fact(
            event=Event.RENDER_FAILED,
            at=self.clock.now(),
            actor="system",
            details={"error": failure.code},
        )
        with self.register.begin() as unit:
            unit.envelopes.get(envelope_id)
            if says(unit.journal.of(envelope_id)[-1], fact):
                return
            unit.journal.append(envelope_id, fact)
            unit.commit()
