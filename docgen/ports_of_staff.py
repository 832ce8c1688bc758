"""What the core needs from outside so that people can sign in; the third page of ports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from docgen.domain.staff import Claims, Identity, Knock, Session, StaffMember, Tries
from docgen.domain.visit import Visit, VisitFilter

# --- in the register ------------------------------------------------------------------------


class Staff(Protocol):
    """Accounts of people."""

    def add(self, member: StaffMember) -> None:
        """Store a new one; raises Conflict for a login or an identity that is known."""

    def save(self, member: StaffMember) -> None:
        """Store what changed; raises StaffNotFound."""

    def get(self, staff_id: str) -> StaffMember:
        """The account; raises StaffNotFound."""

    def by_login(self, login: str) -> StaffMember:
        """The account with a password under that login; raises StaffNotFound."""

    def by_identity(self, identity: Identity) -> StaffMember:
        """The account of a provider's person; raises StaffNotFound."""

    def all(self) -> Sequence[StaffMember]:
        """Every account, by login."""


class Sessions(Protocol):
    """Who is signed in where."""

    def add(self, session: Session) -> None:
        """Store a new one."""

    def get(self, session_id: str) -> Session:
        """The session, live or not, locked in a writing unit; raises NotAuthenticated."""

    def save(self, session: Session) -> None:
        """Store what changed."""

    def end_all(self, staff_id: str, *, now: datetime) -> int:
        """End every live one of a person; how many."""

    def purge(self, before: datetime) -> int:
        """Forget those that were over before, and ways to the provider begun before; how many."""


class Knocks(Protocol):
    """Ways to the identity provider that somebody has begun."""

    def add(self, knock: Knock) -> None:
        """Store it."""

    def take(self, state_sha256: str) -> Knock:
        """Use it up: it is given to one caller only; raises NotAuthenticated."""


class SignInTries(Protocol):
    """How often somebody tried to sign in, by what stands for him."""

    def take(self, subject: str, *, now: datetime, since: datetime) -> Tries:
        """Count one more; those begun before `since` are forgotten."""

    def forgive(self, subject: str) -> None:
        """He was right: count anew."""


class Visits(Protocol):
    """Visits by id, each saved only over the version it was read at."""

    def add(self, visit: Visit) -> None:
        """Store a new one."""

    def get(self, visit_id: str) -> Visit:
        """The visit, locked in a writing unit; raises VisitNotFound."""

    def save(self, visit: Visit) -> None:
        """Store the next version; raises StaleVisit where another was stored meanwhile."""

    def reset(self, visit: Visit, *, was: int) -> None:
        """Put an older version back, over that one only; raises StaleVisit."""

    def find(self, wanted: VisitFilter, *, after: str | None, limit: int) -> Sequence[Visit]:
        """Those that fit, by id; with `after`, those beyond it."""


# --- passwords and providers ----------------------------------------------------------------


class Passwords(Protocol):
    """Slow hashes of what people remember."""

    def hashed(self, secret: str) -> str:
        """With a salt and parameters of its own."""

    def fits(self, secret: str, known: str | None) -> bool:
        """Whether it is the one; without a known one False, after the same work."""


class IdentityProvider(Protocol):
    """The operator's own sign-in (OpenID Connect, code flow)."""

    def address(self, knock: Knock, *, state: str, back: str) -> str:
        """Where to send the browser; raises ProviderUnavailable."""

    def claims(self, code: str, knock: Knock, *, back: str) -> Claims:
        """Whom the code stands for; raises SignInRefused or ProviderUnavailable."""
