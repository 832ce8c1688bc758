"""The ways to the phone."""

from urllib.parse import urlsplit

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.sms import nobody
from docgen.bootstrap import CHANCE, CLOCK
from docgen.bootstrap.surroundings import Surroundings
from docgen.domain.errors import Misconfigured
from docgen.domain.language import Language
from docgen.domain.routes import Route
from docgen.forms.catalogue import Catalogue
from docgen.settings import Settings
from docgen.texts.sms import host_budget
from docgen.usecases.dispatch_message import DispatchMessage, Way

OF_TESTS = Way(
    route=Route(name=nobody.PROVIDER, of_tests=True), gateway=nobody.NobodysPhone(chance=CHANCE)
)
"""Numbers that nobody has are sent to nobody, in every installation."""


def dispatch_of(parts: Surroundings, *, register: SqlRegister) -> DispatchMessage:
    """What gives messages to the routes there are."""
    return DispatchMessage(
        register=register,
        ways=(*parts.ways, OF_TESTS),
        clock=CLOCK,
        chance=CHANCE,
        subject_of=parts.subject_of,
    )


def host_of(settings: Settings, forms: Catalogue) -> str:
    """The host that messages name; raises Misconfigured where it leaves no room for the rest."""
    host = urlsplit(settings.public_url).hostname or ""
    kinds = [(language, form.word("sms", language)) for form in forms for language in Language]
    budget = host_budget(kinds)
    if not host or len(host) > budget:
        raise Misconfigured(
            f"DOCGEN_PUBLIC_URL needs a host of at most {budget} characters: it stands in every SMS"
        )
    return host
