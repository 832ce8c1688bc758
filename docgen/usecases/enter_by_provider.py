"""Sign in by the operator's identity provider: out to it, and back from it."""

import hmac
from dataclasses import dataclass, replace

from docgen.domain.errors import SignInRefused, StaffNotFound
from docgen.domain.journal import Event
from docgen.domain.staff import (
    FITTER,
    Claims,
    Entrance,
    Knock,
    Role,
    SignInPolicy,
    StaffMember,
    digest_of,
)
from docgen.ports import Chance, Clock, Register, UnitOfWork
from docgen.ports_of_staff import IdentityProvider
from docgen.usecases.hire import note
from docgen.usecases.sign_in import OpenSession, SignedIn


@dataclass(frozen=True, kw_only=True)
class Sent:
    """Where the browser goes, and what it keeps meanwhile."""

    address: str
    browser: str


@dataclass(frozen=True, kw_only=True)
class EnterByProvider:
    """Accounts follow what the provider says at each sign-in: roles, region and name."""

    register: Register
    provider: IdentityProvider
    clock: Clock
    chance: Chance
    open_session: OpenSession
    policy: SignInPolicy
    owner: str
    back: str
    """Our own address, to which the provider sends people back."""

    def begin(self) -> Sent:
        """The way out; raises ProviderUnavailable."""
        state, browser = self._secret(), self._secret()
        knock = Knock(
            state_sha256=digest_of(state),
            browser_sha256=digest_of(browser),
            nonce=self._secret(),
            verifier=self._secret(),
            begun_at=self.clock.now(),
        )
        address = self.provider.address(knock, state=state, back=self.back)
        with self.register.begin() as unit:
            unit.knocks.add(knock)
            unit.commit()
        return Sent(address=address, browser=browser)

    def finish(self, *, code: str, state: str, browser: str) -> SignedIn:
        """Who came back; raises NotAuthenticated, SignInRefused or ProviderUnavailable.

        What he began is used up, whatever comes of it.
        """
        with self.register.begin() as unit:
            knock = unit.knocks.take(digest_of(state))
            unit.commit()
        late = self.clock.now() - knock.begun_at > self.policy.knock_life
        if late or not hmac.compare_digest(knock.browser_sha256, digest_of(browser)):
            raise SignInRefused
        claims = self.provider.claims(code, knock, back=self.back)
        if Role.TECHNICIAN in claims.roles and claims.region is None:
            raise SignInRefused
        with self.register.begin() as unit:
            member = self._known(unit, claims)
            if member.locked_at is not None:
                note(unit, member, Event.SIGN_IN_REFUSED, at=self.clock.now(), by="system")
                unit.commit()
                raise SignInRefused
            signed_in = self.open_session(unit, member, Entrance.PROVIDER)
            unit.commit()
        return signed_in

    def _known(self, unit: UnitOfWork, claims: Claims) -> StaffMember:
        now = self.clock.now()
        try:
            known = unit.staff.by_identity(claims.identity)
        except StaffNotFound:
            made = self._member(claims)
            unit.staff.add(made)
            note(unit, made, Event.STAFF_ADDED, at=now, by="system")
            return made
        told = self._told(known, claims)
        if told != known:
            unit.staff.save(told)
            note(unit, told, Event.STAFF_CHANGED, at=now, by="system")
        return told

    def _member(self, claims: Claims) -> StaffMember:
        return StaffMember(
            id=self.chance.identifier(),
            login=claims.login,
            full_name=claims.full_name,
            employee_id=claims.employee_id,
            position=FITTER,
            contacts=claims.contacts or "165",
            roles=claims.roles,
            owner=self.owner,
            region=claims.region,
            created_at=self.clock.now(),
            identity=claims.identity,
            salt=self.chance.token(),
        )

    def _told(self, known: StaffMember, claims: Claims) -> StaffMember:
        return replace(
            known,
            login=claims.login,
            full_name=claims.full_name,
            employee_id=claims.employee_id,
            roles=claims.roles,
            region=claims.region,
            contacts=claims.contacts or known.contacts,
        )

    def _secret(self) -> str:
        return self.chance.token() + self.chance.token()
