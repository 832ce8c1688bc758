"""The sealing process as others reach it: a UNIX socket that only its group may open."""

import fcntl
import logging
import os
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Final, Protocol, TypeVar

from docgen.adapters.sealing.sealer_exchange import (
    Answer,
    Request,
    Verb,
    pack_answer,
    reached,
    read_all,
    unpack_request,
)
from docgen.domain.errors import (
    Busy,
    DocgenError,
    Misconfigured,
    SealRefused,
    SealUnavailable,
)
from docgen.domain.sealing import DetachedOrder, SealOrder
from docgen.ports import DetachedSigner, Sealer

T = TypeVar("T")

_log = logging.getLogger(__name__)

_PATIENCE_SECONDS: Final = 10.0
_AGAIN_SECONDS: Final = 0.1
_BACKLOG: Final = 64
_FOR_OWNER_AND_GROUP: Final = 0o117
"""The mask under which the socket is made: nobody else may connect to it."""
_CREDENTIALS: Final = struct.Struct("3i")


class SealWarrant(Protocol):
    """What the register says of an order to seal."""

    def __call__(self, order: SealOrder) -> str:
        """The document's id; raises SealRefused or StaleEnvelope."""


class DetachedWarrant(Protocol):
    """What the register says of bytes to be signed beside the file."""

    def __call__(self, order: DetachedOrder) -> None:
        """Raises SealRefused unless they are the document's sealed bytes."""


class SealerServer:
    """Seals what its register warrants, for whoever may open its socket; nothing else is signed.

    `at_once` requests are at work at the same time, the next ones wait a little. Whoever
    rehearses gets a report and never a byte of the sealed file. One process serves a place.
    """

    def __init__(
        self,
        place: Path,
        *,
        sealer: Sealer,
        warrant: SealWarrant,
        detached: DetachedSigner | None = None,
        warrant_detached: DetachedWarrant | None = None,
        at_once: int = 4,
    ) -> None:
        self._place = place
        self._sealer, self._warrant = sealer, warrant
        self._detached, self._warrant_detached = detached, warrant_detached
        self._places = threading.BoundedSemaphore(at_once)
        self._at_work: set[threading.Thread] = set()
        self._accepting = threading.Thread(target=self._accept, name="accept")
        self._stopping = threading.Event()
        self._lock: IO[str] | None = None
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._doers: dict[Verb, Callable[[Request], Answer]] = {
            Verb.CHECK: self._check,
            Verb.SEAL: self._seal,
            Verb.REHEARSE: self._rehearse,
            Verb.SIGN_DETACHED: self._sign_detached,
        }

    def start(self) -> None:
        """Listen; raises Misconfigured where another process does, or the place cannot be used.

        Its folder is made where there is none; who may enter it is the operator's to say.
        """
        try:
            self._place.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            self._lock = self._place.with_suffix(".lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._bind()
        except BlockingIOError as error:
            self._let_go()
            raise Misconfigured("another sealing process is at work there") from error
        except OSError as error:
            self._let_go()
            raise Misconfigured(f"no socket can be made there: {error.strerror}") from error
        self._listening.listen(_BACKLOG)
        self._accepting.start()

    def stop(self) -> None:
        """Take nothing new, and come back when all that was begun is finished."""
        self._stopping.set()
        self._place.unlink(missing_ok=True)
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        for thread in list(self._at_work):
            thread.join()
        self._let_go()

    def _bind(self) -> None:
        self._place.unlink(missing_ok=True)
        before = os.umask(_FOR_OWNER_AND_GROUP)
        try:
            with reached(self._place) as address:
                self._listening.bind(address)
        finally:
            os.umask(before)

    def _let_go(self) -> None:
        self._listening.close()
        if self._lock is not None:
            self._lock.close()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError as error:
                # Out of descriptors, say: nobody else would ever listen here again.
                if not self._stopping.wait(_AGAIN_SECONDS):
                    _log.warning("nobody can be let in: %s", error.strerror)
                continue
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._at_work.add(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                connection.settimeout(_PATIENCE_SECONDS)
                connection.sendall(pack_answer(self._answer(connection)))
        except OSError:
            _log.warning("whoever asked went away")
        finally:
            self._at_work.discard(threading.current_thread())

    def _answer(self, connection: socket.socket) -> Answer:
        try:
            request = unpack_request(read_all(connection))
        except ValueError:
            return Answer.of(SealRefused("the request is not understood"))
        if request.verb is Verb.CHECK:
            # Whoever starts must not wait behind seals that wait for an authority.
            return self._done(request, connection)
        if not self._places.acquire(timeout=_PATIENCE_SECONDS):
            return Answer.of(Busy("as many as may be are being sealed"))
        try:
            return self._done(request, connection)
        finally:
            self._places.release()

    def _done(self, request: Request, connection: socket.socket) -> Answer:
        try:
            _log.info("%s for process %d of user %d", request.verb, *_asker(connection))
            return self._doers[request.verb](request)
        except DocgenError as error:
            _log.warning("%s: %s", error.code, error)
            return Answer.of(error)
        except Exception:  # noqa: BLE001  # one request's trouble must not be the next one's
            _log.exception("a request failed")
            return Answer.of(SealUnavailable("the sealing process failed"))

    def _check(self, _: Request) -> Answer:
        ability = replace(self._sealer.check(), detached=self._detached is not None)
        return Answer(ability=ability)

    def _seal(self, request: Request) -> Answer:
        order = _required(request.order)
        document_id = self._warrant(order)
        sealed = self._sealer.seal(order)
        _log.info("document %s was sealed as %s", document_id, sealed.level)
        return Answer(sealed=sealed)

    def _rehearse(self, request: Request) -> Answer:
        return Answer(rehearsal=self._sealer.rehearse(_required(request.order)))

    def _sign_detached(self, request: Request) -> Answer:
        wanted = _required(request.detached)
        if self._detached is None or self._warrant_detached is None:
            raise SealRefused("no detached signature is made here")
        self._warrant_detached(wanted)
        return Answer(cms=self._detached.sign(wanted))


def _required(part: T | None) -> T:
    if part is None:
        raise SealRefused("the request lacks what it needs")
    return part


def _asker(connection: socket.socket) -> tuple[int, int]:
    """Process and user on the other side (unix(7), SO_PEERCRED)."""
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    process, user, _ = _CREDENTIALS.unpack(told)
    return process, user
