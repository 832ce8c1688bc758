"""Sign in by a password: counted before it is looked at, and never told why it is refused."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime

from docgen.domain.errors import LimitReached, SignInRefused, StaffNotFound
from docgen.domain.journal import Event
from docgen.domain.sending_limits import Limit
from docgen.domain.staff import (
    Entrance,
    Session,
    SignInPolicy,
    StaffMember,
    digest_of,
    plain_login,
)
from docgen.ports import Chance, Clock, Register, UnitOfWork
from docgen.ports_of_staff import Passwords
from docgen.usecases.hire import note

_LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Who is in, and the only sight of the token by which his device is known."""

    member: StaffMember
    session: Session
    token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class OpenSession:
    """Begins a shift, however somebody came in."""

    clock: Clock
    chance: Chance
    policy: SignInPolicy

    def __call__(self, unit: UnitOfWork, member: StaffMember, entrance: Entrance) -> SignedIn:
        """The session, written in that unit."""
        token, now = self.chance.token() + self.chance.token(), self.clock.now()
        session = Session(
            id=digest_of(token),
            staff_id=member.id,
            entrance=entrance,
            begun_at=now,
            ends_at=now + self.policy.shift,
        )
        unit.sessions.purge(now - self.policy.shift)
        unit.sessions.add(session)
        by = f"employee:{member.employee_id}"
        note(unit, member, Event.SIGNED_IN, at=now, by=by, entrance=entrance.value)
        return SignedIn(member=member, session=session, token=token)


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A login that nobody has costs as much time, and is counted as well, as one that somebody has.

    A try is counted for good before the password is looked at: where it cannot be, nobody is let
    in, and many at once get no more tries than one after another.
    """

    register: Register
    passwords: Passwords
    clock: Clock
    open_session: OpenSession
    policy: SignInPolicy
    key: bytes = field(repr=False)
    """Under which logins and addresses are counted, so that the counts name nobody."""

    def __call__(self, login: str, password: str, *, address: str) -> SignedIn:
        """Who it is, on a new session; raises SignInRefused or LimitReached."""
        name = plain_login(login[:_LONGEST])
        self._count(name, address)
        member = self._member(name)
        fits = self.passwords.fits(
            password[:_LONGEST], None if member is None else member.password_hash
        )
        if member is None:
            raise SignInRefused
        if not fits or member.locked_at is not None:
            self._note_refused(member)
            raise SignInRefused
        with self.register.begin() as unit:
            # Whoever was locked in this very moment stays out.
            known = unit.staff.get(member.id)
            if known.locked_at is not None or known.password_hash != member.password_hash:
                raise SignInRefused
            signed_in = self.open_session(unit, known, Entrance.PASSWORD)
            unit.sign_in_tries.forgive(self._subject("login", name))
            unit.commit()
        return signed_in

    def _count(self, name: str, address: str) -> None:
        now = self.clock.now()
        with self.register.begin() as unit:
            ends = (
                self._taken(unit, ("address", address), now, limit=self.policy.tries_of_an_address),
                self._taken(unit, ("login", name), now, limit=self.policy.tries),
            )
            unit.commit()
        over = [end for end in ends if end is not None]
        if over:
            raise LimitReached(Limit.SIGN_IN, max(over) - now)

    def _taken(
        self, unit: UnitOfWork, who: tuple[str, str], now: datetime, *, limit: int
    ) -> datetime | None:
        """None, or when it opens again."""
        window = self.policy.window
        tries = unit.sign_in_tries.take(self._subject(*who), now=now, since=now - window)
        return tries.since + window if tries.count > limit else None

    def _member(self, name: str) -> StaffMember | None:
        with self.register.view() as unit:
            try:
                return unit.staff.by_login(name)
            except StaffNotFound:
                return None

    def _note_refused(self, member: StaffMember) -> None:
        with self.register.begin() as unit:
            note(unit, member, Event.SIGN_IN_REFUSED, at=self.clock.now(), by="system")
            unit.commit()

    def _subject(self, kind: str, name: str) -> str:
        return hmac.digest(self.key, f"{kind}:{name}".encode(), hashlib.sha256).hex()
