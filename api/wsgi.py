"""The application of one web process, for gunicorn: opened where it is loaded, closed at its end.

Load it after the fork: connections, locks and lifelines are of the process that opened them.
"""

import atexit
from contextlib import ExitStack
from importlib.metadata import version

from api import Installation, create_app
from docgen import telemetry
from docgen.bootstrap import CHANCE, CLOCK
from docgen.bootstrap.inbox import inbox
from docgen.bootstrap.service import web_service
from docgen.settings import Settings

telemetry.configure()
_settings = Settings()
_stack = ExitStack()
atexit.register(_stack.close)

app = create_app(
    Installation(
        docgen=_stack.enter_context(web_service(_settings)),
        clock=CLOCK,
        chance=CHANCE,
        version=version("qoltanba"),
        inbox=inbox(_settings).messages if _settings.profile == "demo" else None,
        proxies=_settings.web.proxies,
    )
)
