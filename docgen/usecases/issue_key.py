"""Issue an API key to a program."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from docgen.domain.caller import NOT_OF_TESTS, ApiKey, Caller, Scope, hash_of
from docgen.domain.canonical import instant
from docgen.domain.errors import FieldError, InvalidValue, ValuesRejected
from docgen.domain.fingerprint import KEY, of_key
from docgen.domain.for_tests import CLIENT, is_test_client
from docgen.domain.journal import Event, Fact
from docgen.domain.network import require_network
from docgen.domain.origin import require_origin
from docgen.forms.fields import require_code
from docgen.ports import Chance, Clock, Register, UnitOfWork

PREFIX = "qk"
"""By which scanners of leaked secrets know our keys."""


@dataclass(frozen=True, kw_only=True)
class KeyRequest:
    """For whom a key is, and what it may do."""

    client: str
    owner: str
    region: str | None = None
    scopes: frozenset[Scope] = frozenset(Scope)
    origins: tuple[str, ...] = ()
    """Web pages that may frame the signing of its envelopes."""
    expires_at: datetime | None = None
    addresses: tuple[str, ...] = ()
    """Networks it counts in (CIDR); none: anywhere."""
    is_test: bool = False
    """Whether it is for trying out: it makes tests and sees nothing else."""

    @property
    def name(self) -> str:
        """The client, as what is made with the key names it."""
        return f"{CLIENT}{self.client}" if self.is_test else self.client


@dataclass(frozen=True, kw_only=True)
class IssuedKey:
    """The key as it is kept, and the only sight of the whole of it."""

    kept: ApiKey
    secret: str


@dataclass(frozen=True, kw_only=True)
class IssueKey:
    """Makes a key of 256 unguessable bits, and keeps its hash."""

    register: Register
    clock: Clock
    chance: Chance

    def __call__(self, request: KeyRequest, *, by: str) -> IssuedKey:
        """The key, to be handed over once; raises ValuesRejected."""
        self._require_sane(request)
        addresses = networks(request.addresses)
        secret = self.chance.token() + self.chance.token()
        caller = Caller(
            key_id=self.chance.identifier(),
            client=request.name,
            owner=request.owner,
            region=request.region,
            scopes=request.scopes,
            origins=request.origins,
        )
        kept = ApiKey(
            caller=caller,
            secret_sha256=hash_of(secret),
            created_at=self.clock.now(),
            expires_at=request.expires_at,
            addresses=addresses,
        )
        with self.register.begin() as unit:
            unit.keys.add(kept)
            note(unit, kept, Event.KEY_ISSUED, at=kept.created_at, by=by)
            unit.commit()
        return IssuedKey(kept=kept, secret=f"{PREFIX}_{caller.key_id}_{secret}")

    def _require_sane(self, request: KeyRequest) -> None:
        if is_test_client(request.client):
            raise ValuesRejected((FieldError("/client", "client_of_tests"),))
        require_code(request.client, pointer="/client")
        require_code(request.name, pointer="/client")
        if request.is_test and request.scopes & NOT_OF_TESTS:
            raise ValuesRejected((FieldError("/scopes", "scope_not_of_tests"),))
        require_code(request.owner, pointer="/owner")
        if request.region is not None:
            require_code(request.region, pointer="/region")
        if not request.scopes:
            raise ValuesRejected((FieldError("/scopes", "required"),))
        for place, origin in enumerate(request.origins):
            try:
                require_origin(origin)
            except InvalidValue:
                wrong = FieldError(f"/origins/{place}", "origin_invalid")
                raise ValuesRejected((wrong,)) from None
        if request.expires_at is not None and request.expires_at <= self.clock.now():
            raise ValuesRejected((FieldError("/expires_at", "invalid"),))


def networks(written: Sequence[str]) -> tuple[str, ...]:
    """Each once and in its shortest writing; raises ValuesRejected at the first that is none."""
    known: dict[str, None] = {}
    for place, each in enumerate(written):
        try:
            known[require_network(each)] = None
        except InvalidValue:
            wrong = FieldError(f"/addresses/{place}", "network_invalid")
            raise ValuesRejected((wrong,)) from None
    return tuple(known)


def note(
    unit: UnitOfWork, key: ApiKey, event: Event, *, at: datetime, by: str, **more: str
) -> None:
    """Write into the key's own journal what has become of it; never its secret."""
    caller = key.caller
    details = {
        "client": caller.client,
        "owner": caller.owner,
        "region": caller.region or "",
        "scopes": " ".join(sorted(caller.scopes)),
        "origins": " ".join(caller.origins),
        "addresses": " ".join(key.addresses),
        "expires_at": "" if key.expires_at is None else instant(key.expires_at),
        KEY: of_key(key),
        **more,
    }
    unit.journal.append(key.id, Fact(event=event, at=at, actor=by, details=details))
