"""Issue an API key to a program."""

from dataclasses import dataclass
from datetime import datetime

from docgen.domain.caller import ApiKey, Caller, Scope, hash_of
from docgen.domain.errors import FieldError, InvalidValue, ValuesRejected
from docgen.domain.origin import require_origin
from docgen.forms.fields import require_code
from docgen.ports import Chance, Clock, Register

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

    def __call__(self, request: KeyRequest) -> IssuedKey:
        """The key, to be handed over once; raises ValuesRejected."""
        self._require_sane(request)
        secret = self.chance.token() + self.chance.token()
        caller = Caller(
            key_id=self.chance.identifier(),
            client=request.client,
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
        )
        with self.register.begin() as unit:
            unit.keys.add(kept)
            unit.commit()
        return IssuedKey(kept=kept, secret=f"{PREFIX}_{caller.key_id}_{secret}")

    def _require_sane(self, request: KeyRequest) -> None:
        require_code(request.client, pointer="/client")
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
