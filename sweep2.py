def sub(p, *pairs):
    s=open(p).read()
    for a,b in pairs:
        assert a in s, (p,a)
        s=s.replace(a,b,1)
    open(p,'w').write(s)
sub('docgen/usecases/anchor_day.py',("from docgen.ports import Clock, Register\n","from docgen.ports import Clock, Register, UnitOfWork\n"))
sub('docgen/usecases/close_day.py',('''        with _guarded():
            if not self.anchor.has_work():
                return
        for step in''','''        with _guarded():
            if self.anchor.has_work():
                self._close(until)

    def _close(self, until: Callable[[], bool]) -> None:
        for step in'''))
sub('docgen/usecases/sweep.py',
('''        self._settle()
        expired = sum(self._expired(each) for each in self._overdue() if not until())
        rendered, unrendered = self._catch_up(Task.RENDER, until)
        sealed, unsealed = self._catch_up(Task.SEAL, until)
        signed, unsigned = (
            self._catch_up(Task.SIGN_DETACHED, until) if self.signs_detached else (0, 0)
        )
        built, unbuilt = self._catch_up(Task.BUILD_PACK, until)
        lines, unmade = self._catch_up(Task.BUILD_LINE, until)
        if self.close_day is not None and not until():
            self.close_day(until=until)
        return Swept(
            rendered=rendered,
            sealed=sealed,
            signed=signed,
            expired=expired,
            built=built + lines,
            waiting=unrendered + unsealed + unsigned + unbuilt + unmade,
        )
''','''        self._settle()
        found = self._look()
        expired = sum(self._expired(each) for each in found.overdue if not until())
        done = dict.fromkeys(Task, 0)
        waiting = 0
        for task in Task:
            if expired or any(done.values()):
                # What was done since has changed what is to be done.
                found = self._look()
            done[task], left = self._catch_up(task, found.waiting[task], until)
            waiting += left
        if self.close_day is not None and not until():
            self.close_day(until=until)
        return Swept(
            rendered=done[Task.RENDER],
            sealed=done[Task.SEAL],
            signed=done[Task.SIGN_DETACHED],
            expired=expired,
            built=done[Task.BUILD_PACK] + done[Task.BUILD_LINE],
            waiting=waiting,
        )
'''),
('''    def _overdue(self) -> Sequence[str]:
        with self.register.view() as unit:
            return unit.envelopes.overdue(self.clock.now())

    def _catch_up(self, task: Task, until: Callable[[], bool]) -> tuple[int, int]:
        """The state, not the outbox, tells what waits: no row can be lost that way."""
        waiting = self._waiting(task)
        done = 0
''','''    def _look(self) -> "_Found":
        """All at one look: mostly there is nothing, and sweeps follow each other for ever."""
        with self.register.view() as unit:
            return _Found(
                overdue=unit.envelopes.overdue(self.clock.now()),
                waiting={task: self._waiting(unit, task) for task in Task},
            )

    def _catch_up(
        self, task: Task, waiting: Sequence[str], until: Callable[[], bool]
    ) -> tuple[int, int]:
        """The state, not the outbox, tells what waits: no row can be lost that way."""
        done = 0
'''),
('''    def _waiting(self, task: Task) -> Sequence[str]:
        with self.register.view() as unit:
            if task is Task.BUILD_PACK:
                now, asked = self.clock.now(), unit.packs.asked()
                return [p.id for p in asked if p.building and not p.building.waits(now)]
            if task is Task.BUILD_LINE:
                owed = unit.pack_batches.owed(limit=_LINES_AT_ONCE)
                return [f"{batch_id}/{place}" for batch_id, place in owed]
            if task is Task.SIGN_DETACHED:
                return unit.envelopes.without_detached() if self.signs_detached else ()
            return unit.envelopes.in_state(_WAITING[task])
''','''    def _waiting(self, unit: UnitOfWork, task: Task) -> Sequence[str]:
        if task is Task.BUILD_PACK:
            now, asked = self.clock.now(), unit.packs.asked()
            return [p.id for p in asked if p.building and not p.building.waits(now)]
        if task is Task.BUILD_LINE:
            owed = unit.pack_batches.owed(limit=_LINES_AT_ONCE)
            return [f"{batch_id}/{place}" for batch_id, place in owed]
        if task is Task.SIGN_DETACHED:
            return unit.envelopes.without_detached() if self.signs_detached else ()
        return unit.envelopes.in_state(_WAITING[task])
'''),
('''@dataclass(frozen=True, kw_only=True)
class Sweep:
''','''@dataclass(frozen=True, kw_only=True)
class _Found:
    """What there is to be done at one moment."""

    overdue: Sequence[str]
    waiting: Mapping[Task, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Sweep:
'''),
('from collections.abc import Callable, Iterator, Sequence','from collections.abc import Callable, Iterator, Mapping, Sequence'),
('from docgen.ports import Clock, Register, Work','from docgen.ports import Clock, Register, UnitOfWork, Work'),
)
