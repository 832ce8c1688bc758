"""All that is known of an envelope, read at one journey."""

from sqlalchemy import Connection, bindparam, select

from docgen.adapters.db.hops import hop_of
from docgen.adapters.db.journal import ENTRIES, entry_of
from docgen.adapters.db.prepared import PreparedQuery
from docgen.adapters.db.rows import ChallengeRow, SmsHopRow
from docgen.domain.recalled import Recalled
from docgen.ports import UnitOfWork

_ITS_LATEST = (
    select(ChallengeRow.id)
    .where(ChallengeRow.chain == bindparam("its_chain"))
    .order_by(ChallengeRow.issued_at.desc(), ChallengeRow.id.desc())
    .limit(1)
)
_HOPS = PreparedQuery(
    select(SmsHopRow)
    .where(SmsHopRow.challenge_id == _ITS_LATEST.scalar_subquery())
    .order_by(SmsHopRow.number)
)


def recalled(unit: UnitOfWork, connection: Connection, envelope_id: str) -> Recalled:
    """In a reading unit, so that it is of one state; raises EnvelopeNotFound."""
    unit.foresee(envelope_id)
    hops = _HOPS.soon(connection, {"its_chain": envelope_id})
    entries = ENTRIES.soon(connection, {"its_id": envelope_id})
    return Recalled(
        envelope=unit.envelopes.get(envelope_id),
        challenge=unit.challenges.latest(envelope_id),
        hops=tuple(map(hop_of, hops())),
        entries=[entry_of(row) for row in entries()],
    )
