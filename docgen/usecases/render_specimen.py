"""Render a specimen: the paper with given values and a mark that it binds nobody."""

from dataclasses import dataclass

from docgen.domain.language import Language
from docgen.domain.operator import Operator
from docgen.domain.rendering import Rendered, RenderOrder
from docgen.forms.catalogue import Catalogue
from docgen.forms.form import Paper
from docgen.forms.identity import read_subscriber
from docgen.ports import Clock, Renderer
from docgen.texts import dates

NUMBER = "ҮЛГІ / ОБРАЗЕЦ"


@dataclass(frozen=True, kw_only=True)
class RenderSpecimen:
    """A PDF to look at: no envelope, no number, no token."""

    forms: Catalogue
    renderer: Renderer
    operator: Operator
    clock: Clock

    def __call__(
        self, code: str, *, languages: tuple[Language, ...], subscriber: object, values: object
    ) -> Rendered:
        """The specimen; raises FormNotFound, ValuesRejected, RenderFailed or TemplateRejected."""
        form = self.forms.get(code)
        form.check_languages(languages)
        checked = form.read(values)
        now = self.clock.now()
        today = dates.local_day(now)
        edition = form.edition_on(today)
        paper = Paper(
            number=NUMBER,
            day=today,
            subscriber=read_subscriber(subscriber),
            operator=self.operator,
            edition=edition,
            specimen=True,
        )
        order = RenderOrder(
            template=form.template(edition),
            contexts={lang: form.context(checked, paper, lang) for lang in languages},
            title=f"{form.title(languages[0])} ({NUMBER})",
            identifier="specimen",
            made_at=now,
            qr=NUMBER,
        )
        return self.renderer.render(order)
