"""A web process: gunicorn's own, but for what it says to those it does not understand."""

import json
import logging
import socket
from contextlib import suppress
from contextvars import Context
from http import HTTPStatus
from typing import Any

from gunicorn import util
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.workers.gthread import ThreadWorker

from api.gunicorn_pace import PacedSocket
from api.gunicorn_rest import end_with_parent, until_next_sign
from api.gunicorn_stay import Stay
from api.problems import HTTP_CODES, MEDIA_TYPE, Problem
from docgen import telemetry
from docgen.bootstrap import CHANCE
from docgen.domain.language import Language

log = logging.getLogger(__name__)


class ProblemWorker(ThreadWorker):  # type: ignore[misc]
    """Answers with problem details also where no application was reached.

    It lets no more callers in than it has threads: whoever comes next is let in by another process.
    Gunicorn's own takes all that come, and those behind eight slow ones waited, for half a minute,
    while other processes had nothing to do.
    """

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self._begun = 0
        self._stay = Stay(self.cfg.threads // 2)

    def init_process(self) -> None:
        """What is configured stays: gunicorn looks two dozen times a request."""
        # Otherwise each look goes through `Config.__getattr__` and an object for every setting.
        settings = self.cfg.settings.items()
        self.cfg.__dict__.update({name: each.get() for name, each in settings})
        super().init_process()

    def init_signals(self) -> None:
        """The end of the parent is one of them."""
        super().init_signals()
        if not end_with_parent(self.ppid):
            self.alive = False

    def handle_quit(self, sig: int, frame: Any) -> None:
        """End at once; nobody stays."""
        self._stay.call_off()
        super().handle_quit(sig, frame)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Whatever happens wakes us; while nothing does we rest."""
        if not self.alive:
            self._stay.call_off()
        super().wait_for_and_dispatch_events(until_next_sign(self) if self.alive else timeout)

    def enqueue_req(self, conn: Any) -> None:
        """A connection has something to say."""
        self._begun += 1
        if not self._has_room():
            self._stay.call_off()
        self.set_accept_enabled(self._accepting)
        super().enqueue_req(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """It was answered; the loop that called us looks afterwards whether others may come in."""
        self._begun -= 1
        super().finish_request(conn, fs)

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001 - gunicorn's signature
        """Let others in only while there is a thread for them."""
        super().set_accept_enabled(enabled and self._has_room())

    def handle(self, conn: Any) -> Any:
        """One request, and those that come soon after it while nobody else needs the thread."""
        kept = self._answer(conn)
        while kept is True and self._stays_with(conn):
            kept = self._answer(conn)
        return kept

    def _has_room(self) -> bool:
        room: bool = self._begun < self.cfg.threads
        return room

    def _stays_with(self, conn: Any) -> bool:
        # What was read ahead of the next request would be waited for in vain; gunicorn knows.
        is_read_ahead = bool(conn.parser.unreader.buf.getvalue())
        is_free = self.alive and self._has_room() and not is_read_ahead
        return is_free and self._stay.is_asked_more(conn.sock)

    def _answer(self, conn: Any) -> Any:
        """One request; a caller who falls silent in the middle, or is too slow, is given up."""
        if not isinstance(conn.sock, PacedSocket):
            conn.sock = PacedSocket.over(conn.sock, patience=self.cfg.timeout)
        conn.sock.begin()
        # What this request binds to its log lines must not be in those of the next one.
        kept = Context().run(super().handle, conn)
        if not kept:
            _hang_up(conn.sock)
        return kept

    def handle_request(self, req: Any, conn: Any) -> Any:
        """The application's answer, which says so where it is the connection's last."""
        req.body.reader = _LastWhereItBreaks(req)
        return super().handle_request(req, conn)

    def handle_error(self, _request: Any, client: Any, _address: Any, fault: Exception) -> None:
        """Tell the caller what was wrong; neither he nor the log gets his bytes back."""
        status, request_id = _status(fault), CHANCE.identifier()
        code = HTTP_CODES[status]
        telemetry.REQUESTS.labels("other", "unknown", str(status.value)).inc()
        telemetry.PROBLEMS.labels(code).inc()
        with telemetry.bind(request_id=request_id, code=code):
            if status < HTTPStatus.INTERNAL_SERVER_ERROR:
                log.info("not understood: %s", type(fault).__name__)
            else:
                log.error("an unforeseen fault", exc_info=fault)
            try:
                util.write_nonblock(client, _answer(status, code, request_id))
            except OSError as failure:
                log.info("not heard: %s", type(failure).__name__)


class _LastWhereItBreaks:
    """Reads a body; after one that did not come nobody knows where the next request begins."""

    def __init__(self, request: Any) -> None:
        self._request, self._reader = request, request.body.reader

    def read(self, size: int) -> bytes:
        """As gunicorn's own reader."""
        try:
            content: bytes = self._reader.read(size)
        except Exception:
            self._request.force_close()
            raise
        return content


def _hang_up(client: socket.socket) -> None:
    # Gunicorn would wait for the caller's end in the thread that lets others in: eight callers who
    # are slow to hang up kept everybody waiting for 16 seconds.
    with suppress(OSError):
        util.close_graceful(client.dup())
        client.shutdown(socket.SHUT_RDWR)


def _status(fault: Exception) -> HTTPStatus:
    match fault:
        case LimitRequestLine():
            return HTTPStatus.REQUEST_URI_TOO_LONG
        case LimitRequestHeaders():
            return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        case ParseException():
            return HTTPStatus.BAD_REQUEST
        case _:
            return HTTPStatus.INTERNAL_SERVER_ERROR


def _answer(status: HTTPStatus, code: str, request_id: str) -> bytes:
    # Which language the caller speaks was not understood either: it is the state language.
    told = Problem(status=status, code=code).told(Language.KK, request_id=request_id)
    body = json.dumps(told, ensure_ascii=False).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Connection: close",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
        f"Content-Language: {Language.KK}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        f"X-Request-Id: {request_id}",
    )
    return "\r\n".join((*head, "", "")).encode() + body
