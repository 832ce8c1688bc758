"""People who sign in: their accounts, sessions, and the operator's identity provider."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from docgen.adapters.staff.argon2_passwords import Argon2Passwords
from docgen.adapters.staff.openid import Dialect, OpenIdProvider
from docgen.bootstrap import CHANCE, CLOCK
from docgen.bootstrap.database import opened
from docgen.bootstrap.owners import owner_of
from docgen.domain.staff import SignInPolicy
from docgen.ports import Register
from docgen.settings import Settings
from docgen.settings_of_staff import OpenIdSettings
from docgen.usecases.change_password import ChangePassword
from docgen.usecases.enter_by_provider import EnterByProvider
from docgen.usecases.hand_over import HandOver, TakeBack
from docgen.usecases.hire import Hire, ListStaff, LockStaff, ResetStaff
from docgen.usecases.limit_tries import LimitTries
from docgen.usecases.resume_session import ResumeSession
from docgen.usecases.sign_in import OpenSession, SignIn
from docgen.usecases.sign_out import SignOut

OPENID_BACK = "/v1/session/openid/callback"
"""Where a provider sends people back to; it must be told so beforehand."""


@dataclass(frozen=True, kw_only=True)
class StaffDesk:
    """What people who sign in may ask of us."""

    sign_in: SignIn
    enter: EnterByProvider | None
    """Where there is a provider."""
    resume: ResumeSession
    sign_out: SignOut
    hand_over: HandOver
    take_back: TakeBack
    change_password: ChangePassword
    cookie: str
    """Under which name a browser keeps the token."""
    secure: bool
    """Whether browsers keep it for encrypted ways only: always, but for a demo on this machine."""


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """What administrators do with accounts."""

    hire: Hire
    list: ListStaff
    lock: LockStaff
    reset: ResetStaff


def staff_of(settings: Settings, register: Register, *, key: bytes) -> StaffDesk:
    """For a process that is asked."""
    policy = SignInPolicy(shift=timedelta(hours=settings.staff.shift_hours))
    passwords = Argon2Passwords()
    opening = OpenSession(clock=CLOCK, chance=CHANCE, policy=policy)
    limit_tries = LimitTries(register=register, clock=CLOCK, policy=policy, key=key)
    secure = settings.profile != "demo" or settings.public_url.startswith("https:")
    return StaffDesk(
        sign_in=SignIn(
            register=register, passwords=passwords, clock=CLOCK, open_session=opening,
            limit_tries=limit_tries,
        ),
        enter=_entering(settings, register, opening, policy),
        resume=ResumeSession(register=register, clock=CLOCK, key=key),
        sign_out=SignOut(register=register, clock=CLOCK),
        hand_over=HandOver(register=register, passwords=passwords, clock=CLOCK),
        take_back=TakeBack(register=register, passwords=passwords, clock=CLOCK, policy=policy),
        change_password=ChangePassword(
            register=register, passwords=passwords, clock=CLOCK, limit_tries=limit_tries
        ),
        cookie="__Host-qoltanba" if secure else "qoltanba",
        secure=secure,
    )  # fmt: skip


@contextmanager
def accounts(settings: Settings) -> Iterator[Accounts]:
    """Accounts in the register of these settings; raises Misconfigured for one of another shape."""
    passwords = Argon2Passwords()
    with opened(settings) as register:
        yield Accounts(
            hire=Hire(register=register, passwords=passwords, clock=CLOCK, chance=CHANCE),
            list=ListStaff(register=register),
            lock=LockStaff(register=register, clock=CLOCK),
            reset=ResetStaff(register=register, passwords=passwords, clock=CLOCK, chance=CHANCE),
        )


def _entering(
    settings: Settings, register: Register, opening: OpenSession, policy: SignInPolicy
) -> EnterByProvider | None:
    given = settings.staff.openid
    if given.issuer is None:
        return None
    return EnterByProvider(
        register=register,
        provider=_provider(given, given.issuer),
        clock=CLOCK,
        chance=CHANCE,
        open_session=opening,
        policy=policy,
        owner=owner_of(settings),
        back=settings.public_url.rstrip("/") + OPENID_BACK,
    )


def _provider(given: OpenIdSettings, issuer: str) -> OpenIdProvider:
    return OpenIdProvider(
        issuer=issuer,
        client_id=given.client_id,
        client_secret=given.client_secret.get_secret_value(),
        scopes=given.scopes,
        dialect=Dialect(
            roles=given.roles_claim,
            region=given.region_claim,
            employee_id=given.employee_claim,
            login=given.login_claim,
            full_name=given.name_claim,
            contacts=given.contacts_claim,
            role_names=given.roles,
        ),
    )
