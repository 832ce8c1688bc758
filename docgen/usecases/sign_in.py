"""Sign in by a password: counted before it is looked at, and never told why it is refused."""

from dataclasses import dataclass, field

from docgen.domain.errors import SignInRefused, StaffNotFound
from docgen.domain.journal import Event
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
from docgen.usecases.limit_tries import LimitTries

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
    """A login that nobody has costs as much time, and is counted, as one that somebody has."""

    register: Register
    passwords: Passwords
    clock: Clock
    open_session: OpenSession
    limit_tries: LimitTries

    def __call__(self, login: str, password: str, *, address: str) -> SignedIn:
        """Who it is, on a new session; raises SignInRefused or LimitReached."""
        name = plain_login(login[:_LONGEST])
        self.limit_tries(name, address=address)
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
            self.limit_tries.forgive(unit, name)
            unit.commit()
        return signed_in

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
