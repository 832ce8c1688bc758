"""People of the operator who sign in: what each role may do, and how long he stays signed in."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from docgen.domain.caller import Caller, Scope

CLIENT = "field"
"""Under which program's name people of the staff make envelopes and ask for codes."""


class Role(StrEnum):
    """What somebody does for the operator."""

    TECHNICIAN = "technician"
    OFFICE = "office"
    COLLECTOR = "collector"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


_READS = frozenset({Scope.FORMS_READ, Scope.ENVELOPES_READ})
SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.TECHNICIAN: _READS
    | {
        Scope.ENVELOPES_CREATE,
        Scope.ENVELOPES_SIGN,
        Scope.ENVELOPES_END,
        Scope.PHONES_VERIFY,
        Scope.VISITS_PLAN,
        Scope.VISITS_WORK,
    },
    Role.OFFICE: _READS
    | {
        Scope.ENVELOPES_CREATE,
        Scope.ENVELOPES_END,
        Scope.JOURNAL_READ,
        Scope.DOCUMENTS_VERIFY,
        Scope.VISITS_PLAN,
        Scope.PACKS,
    },
    Role.COLLECTOR: _READS | {Scope.JOURNAL_READ, Scope.DOCUMENTS_VERIFY, Scope.PACKS},
    Role.AUDITOR: _READS | {Scope.JOURNAL_READ, Scope.DOCUMENTS_VERIFY, Scope.PACKS_READ},
    Role.ADMINISTRATOR: frozenset({Scope.FORMS_READ, Scope.WEBHOOKS_MANAGE}),
}
"""What each role may ask for; whoever has several may do what any of them may."""


class Entrance(StrEnum):
    """By what somebody signed in."""

    PASSWORD = "password"  # noqa: S105 - its name
    PROVIDER = "provider"
    """The operator's identity provider (OpenID Connect)."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who somebody is to an identity provider: the only pair that never changes (ASVS 6.8.1)."""

    issuer: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class Position:
    """What somebody is called on papers."""

    kk: str
    ru: str


FITTER = Position(kk="байланыс монтері", ru="монтёр связи")
"""What somebody is called of whom nobody has said it."""


@dataclass(frozen=True, kw_only=True)
class StaffMember:
    """An account of a person of the staff."""

    id: str
    login: str
    """By what he signs in, in small letters; of a provider's person, what it calls him."""
    full_name: str
    employee_id: str
    position: Position
    contacts: str
    roles: frozenset[Role]
    owner: str
    region: str | None
    """Where set, the only region whose visits and envelopes he sees; technicians have one."""
    created_at: datetime
    password_hash: str | None = field(default=None, repr=False)
    """Argon2id, with its own salt and parameters; None where a provider vouches for him."""
    identity: Identity | None = None
    locked_at: datetime | None = None

    @property
    def scopes(self) -> frozenset[Scope]:
        """All that he may ask for."""
        return frozenset().union(*(SCOPES[role] for role in self.roles))

    def caller(self, session: "Session") -> Caller:
        """He, as the routes know him."""
        return Caller(
            key_id=f"staff-{self.id}",
            client=CLIENT,
            owner=self.owner,
            region=self.region,
            scopes=self.scopes,
            staff=self.id,
            employee_id=self.employee_id,
            signing=session.signing,
        )


@dataclass(frozen=True, kw_only=True)
class Session:
    """That somebody is signed in, on one device, for one shift."""

    id: str
    """SHA-256 of the token that the device holds; the token itself is kept nowhere."""
    staff_id: str
    entrance: Entrance
    begun_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    signing: str | None = None
    """The envelope for which the device is in the subscriber's hands."""
    pin_hash: str | None = field(default=None, repr=False)
    """Argon2id of what gives it back, chosen for this shift."""
    wrong_pins: int = 0

    def is_live(self, now: datetime) -> bool:
        """Whether it counts still."""
        return self.ended_at is None and now < self.ends_at

    def handed_over(self, envelope_id: str, *, pin_hash: str | None) -> Self:
        """In the subscriber's hands, for that envelope alone."""
        return replace(self, signing=envelope_id, pin_hash=pin_hash or self.pin_hash)

    def taken_back(self) -> Self:
        """In the employee's hands again."""
        return replace(self, signing=None, wrong_pins=0)

    def ended(self, now: datetime) -> Self:
        """Over."""
        return replace(self, ended_at=self.ended_at or now)


@dataclass(frozen=True, kw_only=True)
class Knock:
    """A way to the provider that somebody has begun: what must come back with him."""

    state_sha256: str
    """SHA-256 of what his address carries."""
    browser_sha256: str
    """SHA-256 of what his browser keeps, so that nobody finishes what another has begun."""
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    """Of PKCE (RFC 7636)."""
    begun_at: datetime


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What a provider says of somebody, its signature checked."""

    identity: Identity
    login: str
    full_name: str
    employee_id: str
    roles: frozenset[Role]
    region: str | None
    contacts: str = ""


@dataclass(frozen=True, kw_only=True)
class SignInPolicy:
    """How long a shift is, and how often somebody may be wrong."""

    shift: timedelta = timedelta(hours=12)
    tries: int = 8
    """Wrong passwords of one account, or of one that there is not, within the window."""
    tries_of_an_address: int = 100
    """The same of one address: a whole office comes out of one."""
    window: timedelta = timedelta(minutes=15)
    wrong_pins: int = 5
    """After so many the session is over, and the tablet locked to nobody."""
    knock_life: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Tries:
    """How often something was tried since a moment."""

    count: int
    since: datetime


def digest_of(token: str) -> str:
    """SHA-256 of a token, in hexadecimal: enough for what nobody can guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def guard_of(token: str) -> str:
    """What a page shows beside the cookie, which no other page can read: made of the token."""
    return hmac.new(token.encode(), b"qoltanba page", hashlib.sha256).hexdigest()


def plain_login(login: str) -> str:
    """As logins are kept and compared."""
    return login.strip().casefold()
