"""How gunicorn runs the service: read by `docgen serve` as `-c python:api.gunicorn`.

The names here are gunicorn's. Modules are loaded once, before any process is forked; the
application is opened by each process afterwards, so that no two share a connection. A process is
never retired for its age: what grows is to be seen.
"""

import logging
import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from api.gunicorn_rest import until_somebody_may_be_overdue
from docgen import garbage, telemetry
from docgen.settings import Settings

_web = Settings().web


class Log(Logger):  # type: ignore[misc]
    """Gunicorn's own lines go through ours; requests are logged by those who answer them."""

    def setup(self, cfg: Any) -> None:
        """Leave everything to `telemetry`, again whenever gunicorn reads its configuration anew."""
        telemetry.configure()
        self.cfg = cfg
        self.error_log.setLevel(logging.INFO)
        self.error_log.propagate = True
        self._access_log_enabled = False

    def exception(self, msg: object, *args: object, **kwargs: Any) -> None:
        """A fault with its traceback; a caller given up for his silence is none of ours."""
        if isinstance(sys.exc_info()[1], BlockingIOError):
            self.error_log.info("a caller fell silent, or was too slow")
        else:
            super().exception(msg, *args, **kwargs)


def on_starting(_server: Any) -> None:
    """Load what every process needs, so that one which ended is replaced at once."""
    # Before, since loading makes so much of what stays that a sixth of it would be looking.
    garbage.look_seldom()
    import_module("api")
    # And for what was loaded, which the processes to come share: looked through, it would be copied
    # into each of them, and their end took ten times as long.
    garbage.look_seldom()


def when_ready(server: Any) -> None:
    """The parent of all rests while all is well."""
    server.wait_for_signals = until_somebody_may_be_overdue(server)


def child_exit(_server: Any, worker: Any) -> None:
    """A process ended, by itself or not."""
    telemetry.forget_process(worker.pid)


def on_exit(server: Any) -> None:
    """The service ends: nobody else looks into its folder."""
    if server.cfg.worker_tmp_dir is not None:
        shutil.rmtree(Path(server.cfg.worker_tmp_dir), ignore_errors=True)


wsgi_app = "api.wsgi:app"
bind = _web.bind
workers = _web.processes
threads = _web.threads
worker_class = "api.gunicorn_worker.ProblemWorker"
logger_class = Log

graceful_timeout = _web.grace
timeout = 30
"""Seconds after which a process that does not stir is replaced, and a slow caller given up."""
keepalive = 65
"""Longer than reverse proxies keep an idle connection (60 s): they are to be the ones to close."""

limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# The application alone decides whom to believe about the caller's address (`DOCGEN_WEB__PROXIES`).
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}

control_socket_disable = True
