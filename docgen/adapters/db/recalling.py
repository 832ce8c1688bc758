"""All that is known of an envelope, read at one journey."""

from sqlalchemy import bindparam, select

from docgen.adapters.db.challenges import LATEST, challenge_of
from docgen.adapters.db.envelopes import SqlEnvelopes
from docgen.adapters.db.hops import hop_of
from docgen.adapters.db.journal import ENTRIES, entry_of
from docgen.adapters.db.prepared import PreparedQuery
from docgen.adapters.db.rows import ChallengeRow, SmsHopRow
from docgen.domain.recalled import Recalled

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


def recalled(envelopes: SqlEnvelopes, envelope_id: str) -> Recalled:
    """In a reading unit, so that it is of one state; raises EnvelopeNotFound."""
    its = {"its_chain": envelope_id}
    envelope, (latest, hops, entries) = envelopes.get_with(
        envelope_id, (LATEST, its), (_HOPS, its), (ENTRIES, {"its_id": envelope_id})
    )
    return Recalled(
        envelope=envelope,
        challenge=challenge_of(latest[0]) if latest else None,
        hops=tuple(map(hop_of, hops)),
        entries=[entry_of(row) for row in entries],
    )
