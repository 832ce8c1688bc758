"""Look into one Word template: by itself, and as the template of its form or paper."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from docgen.domain import agreement
from docgen.domain.errors import ValuesRejected
from docgen.domain.faults import PRINTED_ALL_THE_SAME, Fault
from docgen.domain.language import BOTH, Language
from docgen.domain.operator import Operator
from docgen.domain.shape import shape
from docgen.domain.signing_place import repeated, signing_places
from docgen.domain.template import Finding, Inspection, Place, found
from docgen.forms import pack_papers, pack_results, pack_sample, pack_volumes, protocol
from docgen.forms.edition import Edition
from docgen.forms.form import Form
from docgen.forms.protocol_sample import by_hand, sample
from docgen.forms.sample_context import base_context, own_context

_OF_PACKS = {pack_papers.template(slot): slot for slot in pack_papers.MADE}


@dataclass(frozen=True, kw_only=True)
class FormTemplate:
    """Of which form and edition a Word file is."""

    form: Form
    edition: Edition

    @property
    def retired(self) -> bool:
        """Whether a newer edition has come: such files never change."""
        return self.edition != self.form.editions[-1]


@dataclass(frozen=True, kw_only=True)
class LintTemplate:
    """What one look into a Word file tells, judged."""

    operator: Operator

    def __call__(
        self, seen: Inspection, language: Language | None, *, of: FormTemplate | str | None
    ) -> Iterator[Finding]:
        """All that is wrong with a file of that form, of the paper of that name, or of neither."""
        for finding in chain(_by_itself(seen, language), self._as_template(seen, language, of)):
            retired = isinstance(of, FormTemplate) and of.retired
            if not (retired and finding.code in PRINTED_ALL_THE_SAME):
                yield finding

    def _as_template(
        self, seen: Inspection, language: Language | None, of: FormTemplate | str | None
    ) -> Iterator[Finding]:
        if not seen.readable:
            return
        if isinstance(of, FormTemplate):
            yield from signing_places(seen, of.form.ways)
            yield from agreement.number(seen.tags)
            yield from self._with_form(seen, language or of.form.languages[0], of)
        elif of is not None:
            context = self._of_paper(of, language or Language.KK)
            if context is not None:
                yield from agreement.with_context(seen.tags, shape(context))
                yield from agreement.unused(seen.tags, shape(context))

    def _of_paper(self, name: str, language: Language) -> Mapping[str, Any] | None:
        """What the template of a paper of ours sees; None for any other."""
        if name == pack_results.TEMPLATE:
            return pack_results.context(pack_sample.results(self.operator), language)
        if name == pack_volumes.TEMPLATE:
            return pack_volumes.context(pack_sample.volume(self.operator), language)
        if name in _OF_PACKS:
            return pack_papers.context(_OF_PACKS[name], pack_sample.sample(self.operator), language)
        if name not in protocol.TEMPLATES:
            return None
        facts = sample(self.operator)
        return protocol.context(
            by_hand(facts) if name == protocol.BY_HAND_TEMPLATE else facts, language
        )

    def _with_form(
        self, seen: Inspection, language: Language, of: FormTemplate
    ) -> Iterator[Finding]:
        try:
            own = own_context(of.form, language).given
            base = base_context(of.form, of.edition, self.operator, language)
        except ValuesRejected:
            # told of the example itself
            return
        yield from agreement.with_context(seen.tags, shape({**own, **base}))
        yield from agreement.unused(seen.tags, shape(own))


def _by_itself(seen: Inspection, language: Language | None) -> Iterator[Finding]:
    yield from seen.findings
    if not seen.readable:
        return
    yield from repeated(seen.bookmarks)
    if not seen.has_qr:
        yield found(Fault.QR_MISSING)
    told: set[Place] = set()
    for each in seen.spoken:
        if language and each.language in BOTH and each.language != language:
            if each.place not in told:
                yield found(Fault.RUN_LANGUAGE, each.place, text=each.text, lang=each.language)
            told.add(each.place)
