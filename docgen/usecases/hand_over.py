"""Hand the tablet over to the subscriber, and take it back."""

from dataclasses import dataclass, replace

from docgen.domain.errors import (
    EnvelopeNotFound,
    FieldError,
    NotAuthenticated,
    SignInRefused,
    ValuesRejected,
)
from docgen.domain.journal import Event
from docgen.domain.staff import Session, SignInPolicy
from docgen.ports import Clock, Register, UnitOfWork
from docgen.ports_of_staff import Passwords
from docgen.usecases.hire import note
from docgen.usecases.resume_session import Resumed

_SHORTEST_PIN, _LONGEST_PIN = 4, 12


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """From now on the session reaches nothing but one envelope, whatever the page does."""

    register: Register
    passwords: Passwords
    clock: Clock

    def __call__(self, who: Resumed, envelope_id: str, *, pin: str | None = None) -> Session:
        """The session; raises EnvelopeNotFound, or ValuesRejected for a PIN that is none.

        Where the session has a PIN already, another one changes nothing while it is handed over.
        """
        if pin is not None and not _is_pin(pin):
            raise ValuesRejected((FieldError("/pin", "pin_invalid"),))
        hashed = None if pin is None else self.passwords.hashed(pin)
        now, by = self.clock.now(), f"employee:{who.member.employee_id}"
        with self.register.begin() as unit:
            envelope = unit.envelopes.get(envelope_id)
            if not who.caller.sees(envelope):
                raise EnvelopeNotFound(envelope_id)
            session = unit.sessions.get(who.session.id)
            if session.signing is not None:
                return session
            if hashed is None and session.pin_hash is None and who.member.password_hash is None:
                raise ValuesRejected((FieldError("/pin", "required"),))
            given = session.handed_over(envelope_id, pin_hash=hashed)
            unit.sessions.save(given)
            note(unit, who.member, Event.HANDED_OVER, at=now, by=by, envelope=envelope_id)
            unit.commit()
        return given


@dataclass(frozen=True, kw_only=True)
class TakeBack:
    """The employee's own PIN or password opens everything again; guessing ends the session."""

    register: Register
    passwords: Passwords
    clock: Clock
    policy: SignInPolicy

    def __call__(self, who: Resumed, secret: str) -> Session:
        """The session; raises SignInRefused, or NotAuthenticated after too many wrong ones."""
        session = self._counted(who)
        fits = self.passwords.fits(secret, session.pin_hash)
        fits = self.passwords.fits(secret, who.member.password_hash) or fits
        now, by = self.clock.now(), f"employee:{who.member.employee_id}"
        if not fits:
            raise SignInRefused
        with self.register.begin() as unit:
            back = unit.sessions.get(session.id).taken_back()
            unit.sessions.save(back)
            note(unit, who.member, Event.TAKEN_BACK, at=now, by=by)
            unit.commit()
        return back

    def _counted(self, who: Resumed) -> Session:
        """Counted as wrong before it is looked at, so that many at once get no more tries."""
        with self.register.begin() as unit:
            session = unit.sessions.get(who.session.id)
            if session.wrong_pins >= self.policy.wrong_pins:
                self._end(unit, who, session)
                unit.commit()
                raise NotAuthenticated
            counted = replace(session, wrong_pins=session.wrong_pins + 1)
            unit.sessions.save(counted)
            unit.commit()
        return counted

    def _end(self, unit: UnitOfWork, who: Resumed, session: Session) -> None:
        now = self.clock.now()
        unit.sessions.save(session.ended(now))
        note(unit, who.member, Event.SIGNED_OUT, at=now, by="system", where="wrong PINs")


def _is_pin(pin: str) -> bool:
    digits = pin.isascii() and pin.isdigit()
    return digits and _SHORTEST_PIN <= len(pin) <= _LONGEST_PIN
