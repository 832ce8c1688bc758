"""`Idempotency-Key`: the same key and body get the same answer, and have one effect.

Success is kept, and so is a refused code, since it was counted. What certainly had no effect is
forgotten, so that a corrected request may use its key; after a fault whose effect nobody knows,
the next try goes on with the id of the first.
"""

import hashlib
import hmac
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Request

from api import refusals
from api.refusals import Refusal
from api.route import Repeat
from api.telling import Told
from docgen.domain.asked import AskedOnce
from docgen.domain.caller import Caller
from docgen.domain.errors import (
    CodeRefused,
    Conflict,
    DocgenError,
    SmsUnavailable,
    StaleEnvelope,
    Unavailable,
)
from docgen.usecases.answer_once import AnswerOnce

HEADER = "Idempotency-Key"
PATTERN = '"?([!#-~]{1,255})"?'
"""The draft writes it as a structured string, in quotes; most callers leave them out."""

_KEY = re.compile(PATTERN)

log = logging.getLogger(__name__)


def asked_key(request: Request, repeat: Repeat) -> str | None:
    """The key of a request; raises Refusal where it is missing or malformed."""
    given = request.headers.get(HEADER)
    if repeat is Repeat.NEVER or (given is None and repeat is Repeat.MAY):
        return None
    if given is None:
        raise refusals.key_required()
    found = _KEY.fullmatch(given.strip())
    if found is None:
        raise refusals.key_malformed()
    return found.group(1)


def fingerprint(request: Request, secret: str) -> str:
    """Tells a request from any other, and tells nothing of its body without the caller's secret."""
    parts = (request.method.encode(), request.path.encode(), *_body(request))
    return hmac.new(secret.encode(), b"\n".join(parts), hashlib.sha256).hexdigest()


def _body(request: Request) -> Iterator[bytes]:
    """Of a form its parts: what stands between them, browsers choose anew at every try."""
    if request.mimetype != "multipart/form-data":
        yield request.get_data(cache=True)
        return
    for name, value in sorted(request.form.items(multi=True)):
        yield hashlib.sha256(f"{name}={value}".encode()).digest()
    for name, file in sorted(request.files.items(multi=True), key=lambda each: each[0]):
        file.seek(0)
        # What a file is called may say what it is: a CSV, which of the tables.
        yield hashlib.sha256(f"{name}={file.filename}={file.mimetype}".encode()).digest()
        yield hashlib.sha256(file.read()).digest()


@dataclass(frozen=True, kw_only=True)
class Once:
    """One request under its key."""

    answer_once: AnswerOnce
    caller: Caller
    key: str
    fingerprint: str
    undone_by_fault: bool

    def answer(
        self, tell: Callable[[AskedOnce], Told], refuse: Callable[[DocgenError], Told]
    ) -> Told:
        """What `tell` answers to the claim it is given, or what was answered before.

        Raises what `tell` raises, IdempotencyKeyReused or RequestInProgress.
        """
        asked = self.answer_once.claim(self.caller.asks_as, self.key, fingerprint=self.fingerprint)
        if asked.answer is not None:
            return Told.of(asked.answer)
        try:
            told = self._told(asked, tell, refuse)
        except Exception as fault:
            self._settle(asked, fault)
            raise
        with _at_best("kept"):
            self.answer_once.keep(asked, told.kept())
        return told

    def _told(
        self,
        asked: AskedOnce,
        tell: Callable[[AskedOnce], Told],
        refuse: Callable[[DocgenError], Told],
    ) -> Told:
        try:
            return tell(asked)
        except CodeRefused as refused:
            return refuse(refused)

    def _settle(self, asked: AskedOnce, fault: Exception) -> None:
        """What becomes of a claim that was not answered."""
        match fault:
            case SmsUnavailable():
                settle = self._release
            case Unavailable() | StaleEnvelope():
                settle = self._release if self.undone_by_fault else self._free
            case DocgenError() | Refusal():
                # Rows that are there already may be of this very request, of somebody slow.
                settle = self._free if type(fault) is Conflict else self._release
            case _:
                settle = self._free
        settle(asked)

    def _release(self, asked: AskedOnce) -> None:
        with _at_best("released"):
            self.answer_once.release(asked)

    def _free(self, asked: AskedOnce) -> None:
        with _at_best("freed"):
            self.answer_once.free(asked)


@contextmanager
def _at_best(what: str) -> Iterator[None]:
    """What was done is done: a fault now must not look like a fault then; the lease ends it."""
    try:
        yield
    except DocgenError as failure:
        log.warning("an idempotency key was not %s: %s", what, failure.code)
