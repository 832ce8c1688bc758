"""Who calls: a program by its key, as a bearer token or in `X-Api-Key`, or a signer's browser."""

from collections.abc import Mapping

from flask import Request

from docgen.domain.caller import Caller
from docgen.domain.errors import NotAuthenticated, SessionOver
from docgen.usecases.admit_signer import AdmitSigner, Signer
from docgen.usecases.authenticate import Authenticate

SCHEMES: Mapping[str, Mapping[str, str]] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key as bearer token."},
    "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
}
"""As OpenAPI describes them; either will do."""

SIGNERS: Mapping[str, Mapping[str, str]] = {
    "session": {
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


def authenticated(request: Request, authenticate: Authenticate) -> Caller:
    """The caller of a request; raises NotAuthenticated."""
    return authenticate(credential(request))


def admitted(request: Request, admit: AdmitSigner, *, proved: bool) -> Signer:
    """The signer of a request; raises SessionOver or ProofNeeded."""
    try:
        return admit(credential(request), proved=proved)
    except NotAuthenticated:
        raise SessionOver from None
