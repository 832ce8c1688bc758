"""API keys in SQL."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from docgen.adapters.db.prepared import PreparedQuery
from docgen.adapters.db.reading import all_rows, one_row
from docgen.adapters.db.rows import ApiKeyRow
from docgen.domain.caller import ApiKey, Caller, Scope
from docgen.domain.errors import ApiKeyNotFound, Conflict

_ONE = PreparedQuery(select(ApiKeyRow).where(ApiKeyRow.id == bindparam("its_id")))


class SqlKeys:
    """Implements ports.ApiKeys."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, key: ApiKey) -> None:
        """Store a new key; raises Conflict for an id in use, or a key that is followed already."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(ApiKeyRow).values(**_columns(key)))
        except IntegrityError:
            raise Conflict("an API key of that id, or in place of that key, exists") from None

    def get(self, key_id: str) -> ApiKey:
        """The key, live or not; raises ApiKeyNotFound."""
        row = one_row(self._connection, _ONE, {"its_id": key_id})
        if row is None:
            raise ApiKeyNotFound(key_id)
        return key_of(row)

    def all(self) -> Sequence[ApiKey]:
        """Every key, the oldest first."""
        rows = all_rows(
            self._connection, select(ApiKeyRow).order_by(ApiKeyRow.created_at, ApiKeyRow.id)
        )
        return [key_of(row) for row in rows]

    def used(self, key_id: str, *, now: datetime) -> None:
        """Remember the last use; without effect on a key that is gone or was used later."""
        older = ApiKeyRow.last_used_at.is_(None) | (ApiKeyRow.last_used_at < now)
        self._connection.execute(
            update(ApiKeyRow).where(ApiKeyRow.id == key_id, older).values(last_used_at=now)
        )

    def revoke(self, key_id: str, *, now: datetime) -> None:
        """End it for ever; raises ApiKeyNotFound."""
        updated = self._connection.execute(
            update(ApiKeyRow)
            .where(ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None))
            .values(revoked_at=now)
        )
        if updated.rowcount != 1:
            # Revoked before, or never there: the latter has its name.
            self.get(key_id)

    def expire(self, key_id: str, *, at: datetime) -> None:
        """Let it end then, where it would not end earlier; without effect on an unknown key."""
        later = ApiKeyRow.expires_at.is_(None) | (ApiKeyRow.expires_at > at)
        self._connection.execute(
            update(ApiKeyRow).where(ApiKeyRow.id == key_id, later).values(expires_at=at)
        )

    def allow(self, key_id: str, addresses: Sequence[str]) -> None:
        """Let it count in these networks alone, anywhere for none; raises ApiKeyNotFound."""
        updated = self._connection.execute(
            update(ApiKeyRow)
            .where(ApiKeyRow.id == key_id)
            .values(addresses=list(addresses) or None)
        )
        if updated.rowcount != 1:
            raise ApiKeyNotFound(key_id)


def _columns(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "client": key.caller.client,
        "owner": key.caller.owner,
        "region": key.caller.region,
        "scopes": sorted(scope.value for scope in key.caller.scopes),
        "origins": list(key.caller.origins) or None,
        "secret_sha256": key.secret_sha256,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
        "follows": key.follows,
        "addresses": list(key.addresses) or None,
    }


@cache
def _scopes(names: tuple[str, ...]) -> frozenset[Scope]:
    """Of a dozen choices that keys have, each is read with every request."""
    return frozenset(map(Scope, names))


def key_of(row: ApiKeyRow) -> ApiKey:
    """The key of a row."""
    return ApiKey(
        caller=Caller(
            key_id=row.id,
            client=row.client,
            owner=row.owner,
            region=row.region,
            scopes=_scopes(tuple(row.scopes)),
            origins=tuple(row.origins or ()),
        ),
        secret_sha256=row.secret_sha256,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        follows=row.follows,
        addresses=tuple(row.addresses or ()),
    )
