"""Who calls: a program by its API key, or a person of the staff by the cookie of his session.

A browser sends its cookies along wherever another page has sent it: what changes anything must come
from a page of ours, and show what only such a page can read.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Request

from docgen.bootstrap.service import Docgen
from docgen.domain.caller import Caller
from docgen.domain.errors import NotAuthenticated, NotFromThisPage, SessionOver
from docgen.usecases.admit_signer import AdmitSigner, Signer
from docgen.usecases.resume_session import Resumed
from docgen.usecases.show_envelope import Shown

SCHEMES: Mapping[str, Mapping[str, str]] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key as bearer token."},
    "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
}
"""As OpenAPI describes them; either will do."""
SESSION: Mapping[str, Mapping[str, str]] = {
    "session": {"type": "apiKey", "in": "cookie", "name": "__Host-qoltanba"},
}
"""People of the staff; beside the cookie, whatever changes anything shows `X-Page-Token`."""
GUARD = "X-Page-Token"
_CHANGES_NOTHING = frozenset({"GET", "HEAD"})

SIGNERS: Mapping[str, Mapping[str, str]] = {
    "signer": {
        "type": "http",
        "scheme": "bearer",
        "description": "What a ticket was exchanged for: it opens one envelope, and no key does.",
    },
}
"""How a signer's own browser is let in."""


def credential(request: Request) -> str:
    """The key that was shown; raises NotAuthenticated where none was.

    An `Authorization` decides alone: nobody is let in by a second header beside a bad first one.
    """
    if "Authorization" in request.headers:
        shown = request.authorization
        key = shown.token if shown is not None and shown.type == "bearer" else None
    else:
        key = request.headers.get("X-Api-Key")
    if not key:
        raise NotAuthenticated
    return key


def admitted(request: Request, admit: AdmitSigner, *, proved: bool) -> Signer:
    """The signer of a request; raises SessionOver or ProofNeeded."""
    try:
        return admit(credential(request), proved=proved)
    except NotAuthenticated:
        raise SessionOver from None


@dataclass(frozen=True, kw_only=True)
class Known:
    """Who calls, and under what secret of ours his requests are kept."""

    caller: Caller
    secret: str
    session: Resumed | None = None
    """Where a person calls."""
    shown: Shown | None = None
    """The envelope he asks about, where it was read together with his key."""


def known(request: Request, docgen: Docgen, *, envelope_id: str | None = None) -> Known:
    """Who calls; raises NotAuthenticated, or NotFromThisPage for a browser led astray.

    A key decides alone: nobody is let in by a cookie beside a bad key.
    """
    token = request.cookies.get(docgen.staff.cookie)
    if token is None or "Authorization" in request.headers or "X-Api-Key" in request.headers:
        key = credential(request)
        address = request.remote_addr or ""
        program = docgen.admit_program(key, address=address, envelope_id=envelope_id)
        return Known(caller=program.caller, secret=program.secret, shown=program.shown)
    who = docgen.staff.resume(token)
    if request.method not in _CHANGES_NOTHING:
        require_our_page(request, docgen)
        shown = request.headers.get(GUARD, "")
        if not hmac.compare_digest(shown.encode(), who.guard.encode()):
            raise NotFromThisPage
    return Known(caller=who.caller, secret=who.secret, session=who)


def require_our_page(request: Request, docgen: Docgen) -> None:
    """Raise NotFromThisPage unless a browser says that a page of ours has sent it."""
    origin = request.headers.get("Origin")
    if origin is None:
        ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
    else:
        ours = origin in {_origin(docgen.public_url), _origin(request.host_url)}
    if not ours:
        raise NotFromThisPage


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
