"""Sign out: of this device, or of every one."""

from dataclasses import dataclass

from docgen.domain.journal import Event
from docgen.ports import Clock, Register
from docgen.usecases.hire import note
from docgen.usecases.resume_session import Resumed


@dataclass(frozen=True, kw_only=True)
class SignOut:
    """Ends sessions; ending one that is over changes nothing."""

    register: Register
    clock: Clock

    def __call__(self, who: Resumed, *, everywhere: bool = False) -> None:
        """From now on his token lets nobody in, or none of his does."""
        now, by = self.clock.now(), f"employee:{who.member.employee_id}"
        with self.register.begin() as unit:
            session = unit.sessions.get(who.session.id)
            unit.sessions.save(session.ended(now))
            if everywhere:
                unit.sessions.end_all(who.member.id, now=now)
            told = "everywhere" if everywhere else "here"
            note(unit, who.member, Event.SIGNED_OUT, at=now, by=by, where=told)
            unit.commit()
