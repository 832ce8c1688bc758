"""Seal a specimen: what is rendered, sealed and verified here is kept by nobody."""

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

from docgen.domain.envelope import Frozen
from docgen.domain.rendering import Rendered
from docgen.domain.verdict import Report
from docgen.forms.protocol import Facts
from docgen.forms.protocol_sample import of_document, sample
from docgen.ports import Clock, Verifier
from docgen.usecases.render_specimen import NUMBER, RenderSpecimen
from docgen.usecases.seal_document import SealDocument


@dataclass(frozen=True, kw_only=True)
class SpecimenSeal:
    """How it went, and how long each step took."""

    pages: int
    engine: str
    report: Report
    rendering: timedelta
    sealing: timedelta
    """With the signing protocol, which is rendered for the seal."""
    verifying: timedelta


@dataclass(frozen=True, kw_only=True)
class SealSpecimen:
    """A form's example and an invented visit, through everything that makes a sealed document."""

    render_specimen: RenderSpecimen
    seal_document: SealDocument
    verifier: Verifier
    clock: Clock

    def __call__(self, code: str) -> SpecimenSeal:
        """Make one of that form; raises what hinders rendering or sealing, judges the rest."""
        form = self.render_specimen.forms.get(code)
        given = form.example
        begun = self.clock.now()
        rendered = self.render_specimen(
            code,
            languages=form.languages,
            subscriber=given["subscriber"],
            values=given["values"],
        )
        frozen_at = self.clock.now()
        sealed = self.seal_document(self._facts(code, rendered), rendered.pdf)
        sealed_at = self.clock.now()
        report = self.verifier.verify(sealed.file.pdf)
        return SpecimenSeal(
            pages=rendered.pages,
            engine=rendered.engine,
            report=report,
            rendering=frozen_at - begun,
            sealing=sealed_at - frozen_at,
            verifying=self.clock.now() - sealed_at,
        )

    def _facts(self, code: str, rendered: Rendered) -> Facts:
        form, facts = self.render_specimen.forms.get(code), sample(self.render_specimen.operator)
        frozen = Frozen(
            sha256=hashlib.sha256(rendered.pdf).hexdigest(),
            size=len(rendered.pdf),
            pages=rendered.pages,
            template_sha256=rendered.template_sha256,
            engine=rendered.engine,
            frozen_at=self.clock.now(),
        )
        document = replace(
            facts.document, form=code, number=NUMBER, languages=form.languages, frozen=frozen
        )
        return replace(
            of_document(facts, document, titles=form.texts["title"]),
            seal=self.seal_document.sealer.check(),
        )
