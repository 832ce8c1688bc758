"""The web application of production, but for the way to the phone: `tests.service.launch:app`.

Production has no gateway that a test could read codes from. Everything else is what `api.wsgi`
makes of the settings.
"""

from docgen.bootstrap import surroundings
from docgen.bootstrap.inbox import inbox
from docgen.settings import Settings
from tests.service.gateway import HeldInbox

_settings = Settings()
vars(surroundings)["NoRoute"] = lambda: HeldInbox(inbox(_settings), _settings.var)

from api.wsgi import app  # noqa: E402 - it opens everything as soon as it is imported

__all__ = ["app"]
