"""Seal a specimen: what is rendered, sealed and verified here is kept by nobody.

The seal over it never leaves the sealer, who has no register to warrant it.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

from docgen.domain.envelope import Frozen
from docgen.domain.rendering import Rendered
from docgen.domain.verdict import Report
from docgen.forms.protocol import Facts
from docgen.forms.protocol_sample import of_document, sample
from docgen.ports import Clock
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
        order = self.seal_document.order(self._facts(code, rendered), rendered.pdf)
        ordered_at = self.clock.now()
        rehearsal = self.seal_document.sealer.rehearse(order)
        return SpecimenSeal(
            pages=rendered.pages,
            engine=rendered.engine,
            report=rehearsal.report,
            rendering=frozen_at - begun,
            sealing=ordered_at - frozen_at + rehearsal.sealing,
            verifying=rehearsal.verifying,
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
