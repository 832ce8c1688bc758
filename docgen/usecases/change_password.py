"""Change one's own password: the old one shows who it is, and every other session ends."""

from dataclasses import dataclass, replace

from docgen.domain.errors import FieldError, NotAuthenticated, SignInRefused, ValuesRejected
from docgen.domain.journal import Event
from docgen.domain.staff import StaffMember
from docgen.ports import Clock, Register
from docgen.ports_of_staff import Passwords
from docgen.usecases.hire import note
from docgen.usecases.limit_tries import LimitTries
from docgen.usecases.resume_session import Resumed

_SHORTEST = 12
_FEWEST_DIFFERENT = 5


@dataclass(frozen=True, kw_only=True)
class ChangePassword:
    """Wrong old ones are counted together with those of signing in.

    A tablet that is left lying tells nobody the password by being asked for it.
    """

    register: Register
    passwords: Passwords
    clock: Clock
    limit_tries: LimitTries

    def __call__(self, who: Resumed, *, old: str, new: str, address: str) -> StaffMember:
        """The account; raises ValuesRejected, SignInRefused or LimitReached.

        Refused as well for those for whom a provider vouches: they have none here.
        """
        member, by = who.member, f"employee:{who.member.employee_id}"
        _require_good(new, old=old, login=member.login)
        self.limit_tries(member.login, address=address)
        now = self.clock.now()
        if not self.passwords.fits(old, member.password_hash):
            with self.register.begin() as unit:
                note(unit, member, Event.SIGN_IN_REFUSED, at=now, by=by)
                unit.commit()
            raise SignInRefused
        hashed = self.passwords.hashed(new)
        with self.register.begin() as unit:
            session = unit.sessions.get(who.session.id)
            known = unit.staff.get(member.id)
            if known.password_hash != member.password_hash or not session.is_live(now):
                # Somebody was faster, or has locked him out.
                raise NotAuthenticated
            changed = replace(known, password_hash=hashed)
            unit.staff.save(changed)
            unit.sessions.end_all(member.id, now=now)
            unit.sessions.save(session)
            self.limit_tries.forgive(unit, member.login)
            note(unit, changed, Event.PASSWORD_CHANGED, at=now, by=by)
            unit.commit()
        return changed


def _require_good(new: str, *, old: str, login: str) -> None:
    """Long enough, and not what somebody would try first (ASVS 6.2.1, 6.2.4, 6.2.11)."""
    if len(new) < _SHORTEST:
        params = (("limit", str(_SHORTEST)),)
        raise ValuesRejected((FieldError("/new", "too_short", params),))
    easy = login in new.casefold() or new == old or len(set(new)) < _FEWEST_DIFFERENT
    if easy:
        raise ValuesRejected((FieldError("/new", "password_easy"),))
