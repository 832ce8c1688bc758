"""Who is behind a session's token."""

import hashlib
import hmac
from dataclasses import dataclass, field

from docgen.domain.caller import Caller
from docgen.domain.errors import NotAuthenticated
from docgen.domain.staff import Session, StaffMember, digest_of, guard_of
from docgen.ports import Clock, Register

_LONGEST = 100


@dataclass(frozen=True, kw_only=True)
class Resumed:
    """Somebody of the staff, on a device of his."""

    member: StaffMember
    session: Session
    guard: str = field(repr=False)
    """What his page must show beside the cookie."""
    secret: str = field(repr=False)
    """The same in every session of his, and told to nobody: what his requests are kept under."""

    @property
    def caller(self) -> Caller:
        """He, as the routes know him."""
        return self.member.caller(self.session)


@dataclass(frozen=True, kw_only=True)
class ResumeSession:
    """Looks a token up."""

    register: Register
    clock: Clock
    key: bytes = field(repr=False)

    def __call__(self, token: str) -> Resumed:
        """Who it is; raises NotAuthenticated, which tells nothing of why."""
        if not token or len(token) > _LONGEST:
            raise NotAuthenticated
        with self.register.view() as unit:
            session = unit.sessions.get(digest_of(token))
            if not session.is_live(self.clock.now()):
                raise NotAuthenticated
            member = unit.staff.get(session.staff_id)
        if member.locked_at is not None:
            raise NotAuthenticated
        secret = hmac.digest(self.key, f"staff:{member.id}".encode(), hashlib.sha256).hex()
        return Resumed(member=member, session=session, guard=guard_of(token), secret=secret)
