def sub(p, *pairs):
    s=open(p).read()
    for a,b in pairs:
        assert a in s, (p,a)
        s=s.replace(a,b,1)
    open(p,'w').write(s)
sub('docgen/adapters/db/packs.py',
('''        rows = all_rows(
            self._connection,
            select(PackRow).where(PackRow.asked_at.is_not(None)).order_by(PackRow.asked_at),
        )
        return [pack_of(row) for row in rows]

    def page(''','''        return [pack_of(row) for row in all_rows(self._connection, _ASKED)]

    def page('''),
('''from docgen.adapters.db.reading import all_rows, one_row
''','''from docgen.adapters.db.prepared import PreparedQuery
from docgen.adapters.db.reading import all_rows, one_row
'''),
('''

class SqlPacks:''','''
_ASKED = PreparedQuery(
    select(PackRow).where(PackRow.asked_at.is_not(None)).order_by(PackRow.asked_at)
)


class SqlPacks:'''))
sub('docgen/adapters/db/pack_batches.py',
('''        rows = self._connection.execute(
            select(PackBatchLineRow.batch_id, PackBatchLineRow.place)
            .join(PackBatchRow, PackBatchRow.id == PackBatchLineRow.batch_id)
            .where(
                PackBatchRow.kept,
                ~PackBatchRow.stopped,
                PackBatchLineRow.state == LineState.WAITING.value,
            )
            .order_by(PackBatchRow.created_at, PackBatchLineRow.place.desc())
            .limit(limit)
        )
        return [(batch_id, place) for batch_id, place in rows]
''','''        rows = all_rows(self._connection, _OWED, {"most": limit})
        return [(row.batch_id, row.place) for row in rows]
'''),
('''from sqlalchemy import Connection, func, insert, select, update''','''from sqlalchemy import Connection, Integer, bindparam, func, insert, select, update'''),
('''from datetime import datetime

''','''from datetime import datetime
from typing import Any

'''),
('''from docgen.adapters.db.reading import all_rows, one_row
''','''from docgen.adapters.db.prepared import PreparedQuery
from docgen.adapters.db.reading import all_rows, one_row
'''),
('''_OPEN = [state.value for state in OPEN]
''','''_OPEN = [state.value for state in OPEN]
_OWED: PreparedQuery[Any] = PreparedQuery(
    select(PackBatchLineRow.batch_id, PackBatchLineRow.place)
    .join(PackBatchRow, PackBatchRow.id == PackBatchLineRow.batch_id)
    .where(
        PackBatchRow.kept,
        ~PackBatchRow.stopped,
        PackBatchLineRow.state == LineState.WAITING.value,
    )
    .order_by(PackBatchRow.created_at, PackBatchLineRow.place.desc())
    .limit(bindparam("most", type_=Integer))
)
'''))
sub('docgen/adapters/db/asked.py',
('''        deleted = self._connection.execute(delete(AskedRow).where(AskedRow.claimed_at < before))
        return deleted.rowcount
''','''        return _PURGE.run(self._connection, {"before": before})
'''),
('''_ANSWER = Prepared(''','''_PURGE = Prepared(delete(AskedRow).where(AskedRow.claimed_at < bindparam("before")))
_ANSWER = Prepared('''))
sub('docgen/adapters/db/tickets.py',
('''        gone = self._connection.execute(
            delete(SigningSessionRow).where(SigningSessionRow.expires_at < before)
        )
        return gone.rowcount
''','''        return _PURGE.run(self._connection, {"before": before})
'''),
('''from sqlalchemy import ColumnElement, Connection, delete,''','''from sqlalchemy import ColumnElement, Connection, bindparam, delete,'''),
('''_ADD = Prepared(insert(TicketRow))
''','''_ADD = Prepared(insert(TicketRow))
_PURGE = Prepared(
    delete(SigningSessionRow).where(SigningSessionRow.expires_at < bindparam("before"))
)
'''))
sub('docgen/adapters/db/deliveries.py',
('''        removed = self._connection.execute(
            delete(WebhookDeliveryRow).where(
                WebhookDeliveryRow.happened_at < before,
                WebhookDeliveryRow.state != DeliveryState.OWED.value,
            )
        )
        return int(removed.rowcount)
''','''        return _PURGE.run(self._connection, {"before": before})
'''),
('''_DUE = PreparedQuery(''','''_PURGE = Prepared(
    delete(WebhookDeliveryRow).where(
        WebhookDeliveryRow.happened_at < bindparam("before"),
        WebhookDeliveryRow.state != DeliveryState.OWED.value,
    )
)
_DUE = PreparedQuery('''),
('''from docgen.adapters.db.prepared import PreparedQuery''','''from docgen.adapters.db.prepared import Prepared, PreparedQuery'''))
sub('docgen/adapters/db/anchors.py',
('''        row = all_rows(self._connection, select(AnchorRow).order_by(AnchorRow.day.desc()).limit(1))
        return next(map(anchor_of, row), None)
''','''        return next(map(anchor_of, all_rows(self._connection, _LAST)), None)
'''),
('''        stamped = exists().where(AnchorTokenRow.day == AnchorRow.day)
        wanted = select(AnchorRow).where(~stamped).order_by(AnchorRow.day)
        return [anchor_of(row) for row in all_rows(self._connection, wanted)]
''','''        return [anchor_of(row) for row in all_rows(self._connection, _OWED)]
'''),
('''from docgen.adapters.db.reading import all_rows, one_row
''','''from docgen.adapters.db.prepared import PreparedQuery
from docgen.adapters.db.reading import all_rows, one_row
'''),
('''

class SqlAnchors:''','''
_LAST = PreparedQuery(select(AnchorRow).order_by(AnchorRow.day.desc()).limit(1))
_OWED = PreparedQuery(
    select(AnchorRow)
    .where(~exists().where(AnchorTokenRow.day == AnchorRow.day))
    .order_by(AnchorRow.day)
)


class SqlAnchors:'''))
sub('docgen/usecases/anchor_day.py',
('''        over = dates.local_day(self.clock.now()) - timedelta(days=1)
        with self.register.view() as unit:
            last = unit.anchors.last()
        return over if last is None or last.day < over else None
''','''        with self.register.view() as unit:
            return self._due(unit)

    def has_work(self) -> bool:
        """Whether a day is due, or a token is owed: mostly not, and this is asked all day long."""
        with self.register.view() as unit:
            if self._due(unit) is not None:
                return True
            return self.stamper is not None and bool(unit.anchors.owed())

    def _due(self, unit: UnitOfWork) -> date | None:
        over = dates.local_day(self.clock.now()) - timedelta(days=1)
        last = unit.anchors.last()
        return over if last is None or last.day < over else None
'''))
s=open('docgen/usecases/close_day.py').read()
a=s.index('        """Do what is due; whatever'); b=s.index("    def _archive(")
s=s[:a]+'''        """Do what is due; whatever fails is logged, stops nothing else, and stays due."""
        with _guarded():
            if not self.anchor.has_work():
                return
        for step in (self._archive, self._anchor):
            if until():
                return
            with _guarded():
                step(until)

'''+s[b:]+'''

@contextmanager
def _guarded() -> Iterator[None]:
    try:
        yield
    except DocgenError as failure:
        log.warning("closing the day waits: %s: %s", failure.code, failure)
    except Exception:
        log.exception("closing the day failed")
'''
s=s.replace('''from collections.abc import Callable
from dataclasses''','''from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses''')
open('docgen/usecases/close_day.py','w').write(s)
