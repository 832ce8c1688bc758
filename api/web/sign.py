"""The page on which a subscriber signs, by itself or in the frame its ticket was issued for."""

import re
from collections.abc import Mapping
from dataclasses import replace

from api.route import Call, Reply, Route
from api.web.page import PageQuery, Site, page_route, sent, spoken
from api.web.words import words
from docgen.domain.errors import TicketExpired, TicketLocked, TicketNotFound, TicketUsed
from docgen.domain.language import BOTH, Language
from docgen.ports import Chance
from docgen.texts.phrases import say

_TICKET_ID = re.compile("[0-9A-Za-z]{26}")
_LAST_WORDS = (TicketNotFound, TicketExpired, TicketUsed, TicketLocked)
"""After these the page has nothing left to ask in another language with."""


class SignQuery(PageQuery):
    """Which ticket the page is framed for, by its id: the ticket itself no server is sent."""

    frame: str | None = None


def sign_page(site: Site, chance: Chance) -> Route:
    """The route of the page; what the ticket opens, its script asks for after a gesture."""

    def view(call: Call) -> Reply:
        language, framer = spoken(call), _framer(call)
        nonce = chance.token()
        tables = {str(each): _said(each) for each in BOTH}
        page = site.page("sign", language, framer=framer, nonce=nonce, tables=tables)
        told = sent(page, language)
        headers = {
            "Content-Security-Policy": _policy(nonce, framer),
            "Permissions-Policy": "otp-credentials=(self), camera=(), microphone=()",
            "X-Robots-Tag": "noindex, nofollow",
            # Whoever opens it in a window of his has no hold of it; isolated portals may frame it.
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        return replace(told, headers={**told.headers, **headers})

    route = page_route("/sign/", view, says="Sign in the subscriber's own browser")
    return replace(route, query=SignQuery)


def _said(language: Language) -> Mapping[str, str]:
    last = {
        name: say(f"problem.{each.code}.{part}", language)
        for each in _LAST_WORDS
        for name, part in ((each.code, "title"), (f"{each.code}_says", "detail"))
    }
    return {**words(language)["sign"], **last}


def _framer(call: Call) -> str | None:
    """The one origin that may frame this page; a ticket of nobody's lets nobody."""
    asked = call.query_as(SignQuery).frame or ""
    return call.docgen.tickets.framer(asked) if _TICKET_ID.fullmatch(asked) else None


def _policy(nonce: str, framer: str | None) -> str:
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {framer or _NOBODY}"
    )


_NOBODY = "'none'"
