"""Find out, before anybody's paper is made, by which route every template can go."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from docgen.domain.errors import RenderFailed, TemplateRejected, ValuesRejected
from docgen.domain.language import BOTH, Language
from docgen.domain.template import RouteReport
from docgen.forms import pack_papers, pack_volumes, protocol
from docgen.forms.catalogue import Catalogue
from docgen.ports import RouteProver
from docgen.usecases.trial_orders import TrialOrders


@dataclass(frozen=True, kw_only=True)
class ProveRoutes:
    """Tries every edition of every form and the signing protocol in all their languages.

    Papers of packs are always in both; the pages of results, which come with a seal, look otherwise
    by the faster routes and always go by the slowest. `at_once` templates are tried side by side:
    as many as the engine has zygotes where nobody else waits for it, one where people do.
    """

    forms: Catalogue
    trials: TrialOrders
    prover: RouteProver
    at_once: int = 1

    def __call__(self) -> Iterator[RouteReport]:
        """One report after another, also of templates that go no way at all.

        Raises RendererUnavailable when there is nothing to try them with.
        """
        with ThreadPoolExecutor(self.at_once) as pool:
            yield from pool.map(self._proved, templates_of(self.forms))

    def _proved(self, template: tuple[str, tuple[Language, ...]]) -> RouteReport:
        name, languages = template
        try:
            trials = partial(self.trials.for_template, name, languages)
            return self.prover.prove(name, languages, trials)
        except (TemplateRejected, RenderFailed, ValuesRejected) as error:
            why = {"": f"{error.code}: {error}"}
            return RouteReport(template=name, languages=languages, route="", why=why)


def templates_of(forms: Catalogue) -> Iterator[tuple[str, tuple[Language, ...]]]:
    """What there is to try; what is asked for most comes first."""
    names = [(form.template(edition), form) for form in forms for edition in form.editions]
    for languages in (BOTH, (Language.KK,), (Language.RU,)):
        for name, form in names:
            if set(languages) <= set(form.languages):
                yield name, languages
        for name in protocol.TEMPLATES:
            yield name, languages
        if languages == BOTH:
            yield from ((pack_papers.template(slot), BOTH) for slot in pack_papers.MADE)
            yield pack_volumes.TEMPLATE, BOTH
