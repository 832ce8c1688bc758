"""The service over a world of tests, on a port of its own that survives its end."""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.serving import BaseWSGIServer, make_server

from tests.api.portal import Portal
from tests.api.stage import application, working_on

App = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]


class Service:
    """Started, killed, and started again at the same address."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._server: BaseWSGIServer | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where browsers reach it; `localhost` is a secure context to them."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Answer."""
        self._server = make_server("localhost", self.port, self._app, threaded=True)
        self.port = self._server.port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Answer nobody any more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _app(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        # The world's time is the browser's.
        self._portal.world.clock.moment = datetime.now(UTC)
        with working_on(self._portal.program.works):
            return list(application()(environ, start))
