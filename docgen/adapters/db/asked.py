"""Requests under idempotency keys, in SQL."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, text, update

from docgen.adapters.db.columns import UtcDateTime
from docgen.adapters.db.prepared import Prepared
from docgen.adapters.db.reading import one_row
from docgen.adapters.db.rows import AskedRow
from docgen.domain.asked import AskedOnce
from docgen.domain.errors import NotFound

# A refused key is no failure of the statement: neither the transaction nor the server's log, which
# would quote the key, hears of it. Another's claim that is not committed yet is waited for.
_CLAIM = Prepared(
    text(
        "INSERT INTO asked_requests"
        " (client, key, fingerprint, resource_id, claimed_at, free, answer)"
        " VALUES (:client, :key, :fingerprint, :resource_id, :claimed_at, :free, :answer)"
        " ON CONFLICT (client, key) DO NOTHING"
    ).bindparams(bindparam("claimed_at", type_=UtcDateTime()))
)


_PURGE = Prepared(delete(AskedRow).where(AskedRow.claimed_at < bindparam("before")))
_ANSWER = Prepared(
    update(AskedRow).where(
        AskedRow.client == bindparam("its_client"),
        AskedRow.key == bindparam("its_key"),
        AskedRow.claimed_at == bindparam("its_claimed_at"),
        AskedRow.answer.is_(None),
    )
)


class SqlAskedRequests:
    """Implements ports.AskedRequests."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, request: AskedOnce) -> Callable[[], bool]:
        """Whether the key was new, and so the claim is ours."""
        claimed = _CLAIM.run_soon(self._connection, vars(request))
        return lambda: claimed() == 1

    def get(self, client: str, key: str) -> AskedOnce:
        """The request; raises NotFound."""
        row = one_row(
            self._connection, select(AskedRow).where(AskedRow.client == client, AskedRow.key == key)
        )
        if row is None:
            raise NotFound("no request under this key")
        return _asked_of(row)

    def reclaim(self, request: AskedOnce, *, now: datetime) -> bool:
        """Take over a claim; one that is not free only later, so that the two can be told apart."""
        if now <= request.claimed_at and not request.free:
            return False
        updated = self._connection.execute(
            update(AskedRow)
            .where(_still(request), AskedRow.free.is_(request.free))
            .values(claimed_at=now, free=False)
        )
        return updated.rowcount == 1

    def answer(self, request: AskedOnce, answer: str) -> Callable[[], bool]:
        """Keep the answer; False where the claim was taken over, answered or released."""
        its = {
            "its_client": request.client,
            "its_key": request.key,
            "its_claimed_at": request.claimed_at,
        }
        kept = _ANSWER.run_soon(self._connection, its | {"answer": answer})
        return lambda: kept() == 1

    def free(self, request: AskedOnce) -> None:
        """Give up our own claim; one taken over or answered stays."""
        self._connection.execute(update(AskedRow).where(_still(request)).values(free=True))

    def release(self, request: AskedOnce) -> None:
        """Forget our own claim; one taken over or answered stays."""
        self._connection.execute(delete(AskedRow).where(_still(request)))

    def purge(self, before: datetime) -> int:
        """Forget those claimed before; how many."""
        return _PURGE.run(self._connection, {"before": before})


def _still(request: AskedOnce) -> ColumnElement[bool]:
    """That the claim is the one we know, without an answer."""
    return (
        (AskedRow.client == request.client)
        & (AskedRow.key == request.key)
        & (AskedRow.claimed_at == request.claimed_at)
        & AskedRow.answer.is_(None)
    )


def _asked_of(row: AskedRow) -> AskedOnce:
    return AskedOnce(
        client=row.client,
        key=row.key,
        fingerprint=row.fingerprint,
        resource_id=row.resource_id,
        claimed_at=row.claimed_at,
        free=row.free,
        answer=row.answer,
    )
