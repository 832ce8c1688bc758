"""Real HTTP servers on loopback: the service over a world of tests, a portal, a hostile page."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from tests.api.portal import Portal
from tests.api.stage import application, working_on

App = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]


class Dateless(WSGIRequestHandler):
    """Leaves the date of an answer to the application."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """Without headers of its own."""
        self.log_request(code)
        self.send_response_only(code, message)


@contextmanager
def served(app: App) -> Iterator[int]:
    """The port at which it is answered."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Dateless)
    thread = threading.Thread(target=server.serve_forever, name="served")
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()


@dataclass
class Now:
    """The world's time is the browser's, `ahead` of it by as much as a test likes."""

    portal: Portal
    ahead: timedelta = timedelta()

    def set(self) -> None:
        """Let the world's clock show it."""
        self.portal.world.clock.moment = datetime.now(UTC) + self.ahead


def service(portal: Portal, now: Now) -> App:
    """The application, over that world in whatever thread, whose time its answers bear."""

    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        now.set()
        moment = portal.world.clock.moment

        def dated(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start(status, [*headers, ("Date", format_datetime(moment, usegmt=True))], *more)

        with working_on(portal.program.works):
            return list(application()(environ, dated))

    return app


def page(html: Callable[[], str], headers: Mapping[str, str]) -> App:
    """A site of one page, which changes as a test wants, as do its headers."""

    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        found = Response(html(), mimetype="text/html") if path == "/" else Response(status=404)
        found.headers.update(headers)
        answered: Any = found(environ, start)
        return list(answered)

    return app
