"""Who calls from outside: keys of programs, what each may do, and whose envelopes it sees."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from docgen.domain.envelope import Envelope
from docgen.domain.errors import AddressNotAllowed, NotAuthenticated, NotAuthorised
from docgen.domain.for_tests import is_test_client
from docgen.domain.network import is_within
from docgen.domain.verification import Verification


class Scope(StrEnum):
    """What a key may be allowed to do."""

    FORMS_READ = "forms:read"
    ENVELOPES_CREATE = "envelopes:create"
    ENVELOPES_READ = "envelopes:read"
    ENVELOPES_SIGN = "envelopes:sign"
    """Send codes and confirm by them; sign by hand."""
    ENVELOPES_END = "envelopes:end"
    """Decline and void."""
    PHONES_VERIFY = "phones:verify"
    """Begin, show and confirm verifications of numbers."""
    JOURNAL_READ = "journal:read"
    DOCUMENTS_VERIFY = "documents:verify"
    WEBHOOKS_MANAGE = "webhooks:manage"
    """Say where its owner's programs are told what happened, and read the secrets of that."""
    VISITS_PLAN = "visits:plan"
    """Plan visits, change them and cancel them while nobody has begun them."""
    VISITS_WORK = "visits:work"
    """Find visits, keep their drafts, and turn them into envelopes."""
    PACKS = "packs"
    """Open notary packs, answer for warnings, have them built, and tell what became of them."""
    PACKS_READ = "packs:read"
    """Look at them only; whoever has the other may do this, too."""


_WIDER: Mapping[Scope, frozenset[Scope]] = {Scope.PACKS_READ: frozenset({Scope.PACKS})}
"""By which other scopes a scope is had."""


NOT_OF_TESTS = frozenset({Scope.VISITS_PLAN, Scope.VISITS_WORK, Scope.PACKS, Scope.PACKS_READ})
"""What no key for tests may do: technicians drive to visits, and packs go to a notary."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A program that has shown its key."""

    key_id: str
    client: str
    """Which program it is: written on every envelope it makes; `test:…` works with tests alone."""
    owner: str
    """Whose envelopes it makes and sees: the border between those that share an installation."""
    region: str | None
    """Where set, the only region whose envelopes it makes and sees."""
    scopes: frozenset[Scope]
    origins: tuple[str, ...] = ()
    """Web pages of that program that may frame the signing; none: it cannot be embedded."""
    staff: str | None = None
    """Of a person of the staff who has signed in: the id of his account."""
    employee_id: str | None = None
    """Of such a person: by what papers and journals know him."""
    signing: str | None = None
    """Of such a person: the envelope for which his tablet is in the subscriber's hands."""

    @property
    def is_test(self) -> bool:
        """Whether it makes tests and sees nothing else."""
        return is_test_client(self.client)

    @property
    def asks_as(self) -> str:
        """Among whose idempotency keys its own are; no name in it holds a line break."""
        return f"{self.owner}\n{self.client}" + (f"\n{self.staff}" if self.staff else "")

    @property
    def actor(self) -> str:
        """As journals name it."""
        return (
            f"client:{self.client}" if self.employee_id is None else f"employee:{self.employee_id}"
        )

    def require(self, scope: Scope) -> None:
        """Raise NotAuthorised without that scope."""
        if not {scope, *_WIDER.get(scope, ())} & self.scopes:
            raise NotAuthorised(scope)

    def sees(self, envelope: Envelope) -> bool:
        """Whether the envelope is its owner's, of its region, and a test where it makes tests."""
        alike = envelope.is_test is self.is_test
        return alike and self.may_see(envelope.owner, envelope.reference.region)

    def sees_verification(self, verification: Verification) -> bool:
        """The same of a number's verification."""
        alike = verification.phone.is_test is self.is_test
        return alike and self.may_see(verification.owner, verification.region)

    def may_see(self, owner: str, region: str | None) -> bool:
        """Whether something of that owner and region is his to see, tests apart."""
        return owner == self.owner and self.region in {None, region}


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """A key as it is kept: the hash of its secret, never the secret."""

    caller: Caller
    secret_sha256: str = field(repr=False)
    """A plain hash is enough for 256 unguessable bits."""
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    follows: str | None = None
    """The id of the key it was made to replace."""
    addresses: tuple[str, ...] = ()
    """Networks it counts in (CIDR); none: anywhere."""

    @property
    def id(self) -> str:
        """What the key is known by; not secret."""
        return self.caller.key_id

    def admit(self, secret: str, *, now: datetime, address: str) -> Caller:
        """The caller that knows the secret of a live key, and calls from where it counts.

        Raises NotAuthenticated, or AddressNotAllowed to whoever knows the secret.
        """
        known = hmac.compare_digest(hash_of(secret), self.secret_sha256)
        if not known or not self.counts(now):
            raise NotAuthenticated
        if self.addresses and not is_within(self.addresses, address):
            raise AddressNotAllowed
        return self.caller

    def counts(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        expired = self.expires_at is not None and now >= self.expires_at
        return not expired and self.revoked_at is None


def hash_of(secret: str) -> str:
    """SHA-256 of a key's secret, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()
