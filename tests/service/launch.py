"""The web application of production, but for the way to the phone: `tests.service.launch:app`.

A test reads codes from an inbox, which production never has. Everything else is what `api.wsgi`
makes of the settings.
"""

from dataclasses import replace

from docgen.bootstrap import surroundings
from docgen.bootstrap.inbox import inbox
from docgen.domain.routes import Route
from docgen.settings import Settings
from docgen.usecases.dispatch_message import Way
from tests.service.gateway import HeldInbox

_given = surroundings._given


def _with_inbox(settings: Settings) -> surroundings.Surroundings:
    gateway = HeldInbox(inbox(settings), settings.var)
    return replace(_given(settings), ways=(Way(route=Route(name="inbox"), gateway=gateway),))


vars(surroundings)["_given"] = _with_inbox

from api.wsgi import app  # noqa: E402 - it opens everything as soon as it is imported

__all__ = ["app"]
