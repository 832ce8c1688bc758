"""Tickets: the right to read and sign one envelope, handed to a browser and to nobody else.

A ticket is exchanged for a session, and only the session opens anything. Of both only the hash of
the secret is kept.
"""

import hmac
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from docgen.domain.caller import hash_of
from docgen.domain.envelope import Envelope, State
from docgen.domain.errors import (
    MoveNotAllowed,
    ProofWrong,
    SessionOver,
    TicketExpired,
    TicketLocked,
    TicketNotFound,
    TicketUsed,
)

_TOKEN = re.compile(r"(q[ts])_([0-9A-Za-z]{26})_([A-Za-z0-9_-]{20,100})")
_SHORT = re.compile(r"[A-Za-z0-9_-]{21}[A-Za-z0-9]")
"""128 bits: a link has to fit into one message. Ends in a letter, or phones leave that out."""
_LONGEST = 200
_END = 4
_SHOWN_TO_NOBODY = {State.DECLINED, State.EXPIRED, State.VOID}


class Token(StrEnum):
    """What a token begins with, so that scanners of leaked secrets know it."""

    TICKET = "qt"
    SESSION = "qs"


class TicketKind(StrEnum):
    """Where a ticket is carried."""

    EMBED = "embed"
    """In a page of the portal: minutes, exchanged once; the portal knows who is logged in."""
    LINK = "link"
    """In an SMS, an e-mail or a QR code: days, opened as often as the person likes.

    Whoever holds the phone may hold the link: nothing personal is shown before he has proved that
    he knows the subscriber.
    """


class Channel(StrEnum):
    """By which page a code was typed, as evidence states it."""

    WEB = "web"
    LINK = "link"


@dataclass(frozen=True, kw_only=True)
class TicketPolicy:
    """How long tickets and their sessions live, and how often a proof may fail."""

    embed_life: timedelta = timedelta(minutes=10)
    link_life: timedelta = timedelta(hours=72)
    session_life: timedelta = timedelta(minutes=30)
    """Without anybody at the page; whoever is there has it prolonged."""
    session_most: timedelta = timedelta(hours=4)
    """However often it is prolonged."""
    misses: int = 5
    """Wrong proofs on one ticket, over all its sessions; then it is dead."""

    def life(self, kind: TicketKind) -> timedelta:
        """Of a ticket of that kind."""
        return self.embed_life if kind is TicketKind.EMBED else self.link_life


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A ticket as it is kept."""

    id: str
    kind: TicketKind
    envelope_id: str
    client: str
    """Whose codes are counted when the signer asks for one."""
    token_sha256: str = field(repr=False)
    origin: str | None
    """Of an embedded one: the only page that may frame the signing."""
    created_at: datetime
    expires_at: datetime
    opened_at: datetime | None = None
    """When it was exchanged first."""
    misses: int = 0
    """Wrong proofs so far."""

    @property
    def channel(self) -> Channel:
        """By which page its holder signs."""
        return Channel.WEB if self.kind is TicketKind.EMBED else Channel.LINK

    @property
    def wants_proof(self) -> bool:
        """Whether its holder has to show that he knows the subscriber."""
        return self.kind is TicketKind.LINK

    def require_open(self, *, now: datetime, policy: TicketPolicy) -> None:
        """Raise TicketExpired, TicketUsed or TicketLocked."""
        if now >= self.expires_at:
            raise TicketExpired(self.id)
        if self.kind is TicketKind.EMBED and self.opened_at is not None:
            raise TicketUsed(self.id)
        self.require_unlocked(policy)

    def require_unlocked(self, policy: TicketPolicy) -> None:
        """Raise TicketLocked after too many wrong proofs."""
        if self.misses >= policy.misses:
            raise TicketLocked(self.id)

    def missed(self) -> Self:
        """One wrong proof more."""
        return replace(self, misses=self.misses + 1)


@dataclass(frozen=True, kw_only=True)
class SigningSession:
    """What a ticket was exchanged for: it lives in the memory of one page."""

    id: str
    ticket_id: str
    secret_sha256: str = field(repr=False)
    opened_at: datetime
    expires_at: datetime
    ends_at: datetime
    """Later it is not prolonged any more."""
    proved_at: datetime | None = None

    def require_live(self, secret: str, *, now: datetime) -> None:
        """Raise SessionOver, which tells nothing of why."""
        known = hmac.compare_digest(hash_of(secret), self.secret_sha256)
        if not known or now >= self.expires_at:
            raise SessionOver

    def prolonged(self, now: datetime, policy: TicketPolicy) -> Self:
        """Somebody is at the page."""
        return replace(self, expires_at=min(now + policy.session_life, self.ends_at))

    def proved(self, now: datetime) -> Self:
        """Its holder knows the subscriber."""
        return replace(self, proved_at=now)


def read_session(token: str) -> tuple[str, str]:
    """Id and secret of a session's token; raises SessionOver for what is none."""
    parts = _TOKEN.fullmatch(token[:_LONGEST])
    if parts is None or parts.group(1) != Token.SESSION:
        raise SessionOver
    return parts.group(2), parts.group(3)


def ticket_hash(token: str) -> str:
    """By which a ticket is found; raises TicketNotFound for what is no ticket's token."""
    parts = _TOKEN.fullmatch(token[:_LONGEST])
    if _SHORT.fullmatch(token) is None and (parts is None or parts.group(1) != Token.TICKET):
        raise TicketNotFound
    return hash_of(token)


def is_link(token: str) -> bool:
    """Whether it is as short, and ends, as a link's must."""
    return _SHORT.fullmatch(token) is not None


def token_of(kind: Token, identifier: str, secret: str) -> str:
    """The token as its holder gets it, once; it names what it is a token of."""
    return f"{kind.value}_{identifier}_{secret}"


def require_shown(envelope: Envelope) -> None:
    """Raise MoveNotAllowed where there is nothing for a signer to see any more."""
    if envelope.state in _SHOWN_TO_NOBODY:
        raise MoveNotAllowed("sign", envelope.state)


def require_knows(envelope: Envelope, iin_end: str, *, misses: int, policy: TicketPolicy) -> None:
    """Raise ProofWrong unless these are the last four digits of the subscriber's IIN.

    One guess in 2000 succeeds within five. The birth date, which friends know, is not asked for.
    """
    known = envelope.subscriber.iin.value[-_END:]
    if not hmac.compare_digest(iin_end.encode(), known.encode()):
        raise ProofWrong(max(0, policy.misses - misses - 1))
