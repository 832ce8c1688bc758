"""Give a person of the staff an account, a new password, or none any more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from docgen.domain.errors import FieldError, ValuesRejected
from docgen.domain.fingerprint import MEMBER, of_member
from docgen.domain.journal import Event, Fact
from docgen.domain.staff import FITTER, Position, Role, StaffMember, plain_login
from docgen.forms.fields import require_code
from docgen.ports import Chance, Clock, Register, UnitOfWork
from docgen.ports_of_staff import Passwords

_SAVES = frozenset(
    {
        Event.STAFF_ADDED,
        Event.STAFF_CHANGED,
        Event.STAFF_LOCKED,
        Event.STAFF_RESET,
        Event.PASSWORD_CHANGED,
    }
)


@dataclass(frozen=True, kw_only=True)
class StaffRequest:
    """Who the account is for."""

    login: str
    full_name: str
    roles: frozenset[Role]
    owner: str
    region: str | None = None
    employee_id: str | None = None
    """By default the login."""
    position: Position = FITTER
    contacts: str = "165"


@dataclass(frozen=True, kw_only=True)
class Hired:
    """The account, and the only sight of its password."""

    member: StaffMember
    password: str


@dataclass(frozen=True, kw_only=True)
class Hire:
    """Makes an account with a password of 128 bits, and keeps its hash."""

    register: Register
    passwords: Passwords
    clock: Clock
    chance: Chance

    def __call__(self, request: StaffRequest, *, by: str) -> Hired:
        """The account, its password to be handed over once; raises ValuesRejected or Conflict."""
        _require_sane(request)
        password = self.chance.token()
        login = plain_login(request.login)
        member = StaffMember(
            id=self.chance.identifier(),
            login=login,
            full_name=request.full_name,
            employee_id=request.employee_id or login,
            position=request.position,
            contacts=request.contacts,
            roles=request.roles,
            owner=request.owner,
            region=request.region,
            created_at=self.clock.now(),
            password_hash=self.passwords.hashed(password),
            salt=self.chance.token(),
        )
        with self.register.begin() as unit:
            unit.staff.add(member)
            note(unit, member, Event.STAFF_ADDED, at=member.created_at, by=by)
            unit.commit()
        return Hired(member=member, password=password)


@dataclass(frozen=True, kw_only=True)
class ListStaff:
    """Every account."""

    register: Register

    def __call__(self) -> Sequence[StaffMember]:
        """By login."""
        with self.register.view() as unit:
            return unit.staff.all()


@dataclass(frozen=True, kw_only=True)
class LockStaff:
    """Nobody signs in by it any more, and whoever had is signed out everywhere."""

    register: Register
    clock: Clock

    def __call__(self, login: str, *, by: str) -> None:
        """Of every account of that login; raises StaffNotFound."""
        now = self.clock.now()
        with self.register.begin() as unit:
            for each in members(unit, login):
                member = replace(each, locked_at=each.locked_at or now)
                unit.staff.save(member)
                unit.sessions.end_all(member.id, now=now)
                note(unit, member, Event.STAFF_LOCKED, at=now, by=by)
            unit.commit()


@dataclass(frozen=True, kw_only=True)
class ResetStaff:
    """A new password: the old one, every session and a lock are gone."""

    register: Register
    passwords: Passwords
    clock: Clock
    chance: Chance

    def __call__(self, login: str, *, by: str) -> Hired:
        """The new password, to be handed over once; raises StaffNotFound."""
        password, now = self.chance.token(), self.clock.now()
        hashed = self.passwords.hashed(password)
        with self.register.begin() as unit:
            member = replace(
                unit.staff.by_login(plain_login(login)), password_hash=hashed, locked_at=None
            )
            unit.staff.save(member)
            unit.sessions.end_all(member.id, now=now)
            note(unit, member, Event.STAFF_RESET, at=now, by=by)
            unit.commit()
        return Hired(member=member, password=password)


def members(unit: UnitOfWork, login: str) -> Sequence[StaffMember]:
    """All accounts of a login; raises StaffNotFound where there is none."""
    found = [each for each in unit.staff.all() if each.login == plain_login(login)]
    return found or [unit.staff.by_login(plain_login(login))]


def note(
    unit: UnitOfWork, member: StaffMember, event: Event, *, at: datetime, by: str, **more: str
) -> None:
    """Write into the account's own journal what has become of it; anchors bind that, too.

    Whatever saves the account tells what its row says now, and nothing else does.
    """
    roles = ",".join(sorted(member.roles))
    details = {"roles": roles, "region": member.region or "", **more}
    if event in _SAVES:
        details[MEMBER] = of_member(member)
    unit.journal.append(member.id, Fact(event=event, at=at, actor=by, details=details))


def _require_sane(request: StaffRequest) -> None:
    require_code(request.login, pointer="/login")
    require_code(request.owner, pointer="/owner")
    if request.employee_id is not None:
        require_code(request.employee_id, pointer="/employee_id")
    if not request.full_name.strip():
        raise ValuesRejected((FieldError("/full_name", "required"),))
    if request.region is not None:
        require_code(request.region, pointer="/region")
    if not request.roles:
        raise ValuesRejected((FieldError("/roles", "required"),))
    if Role.TECHNICIAN in request.roles and request.region is None:
        raise ValuesRejected((FieldError("/region", "required"),))
