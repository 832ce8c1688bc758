"""The service over a world of tests, on a port of its own that survives its end."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.serving import BaseWSGIServer, make_server

from tests.api.portal import Portal
from tests.browser.serving import Dateless, Now, service


class Service:
    """Started, killed, and started again at the same address."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self.now = Now(portal)
        self._server: BaseWSGIServer | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where browsers reach it; `localhost` is a secure context to them."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Answer."""
        app = service(self._portal, self.now)
        self._server = make_server(
            "localhost", self.port, app, threaded=True, request_handler=Dateless
        )
        self.port = self._server.port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Answer nobody any more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@contextmanager
def standing(portal: Portal) -> Iterator[Service]:
    """It answers, until it is stopped."""
    started = Service(portal)
    started.start()
    yield started
    started.stop()
