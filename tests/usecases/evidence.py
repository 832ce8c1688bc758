"""A world whose days are closed: anchors, archive, and the check of everything."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from docgen.bootstrap.visits import VisitDesk, visits_of
from docgen.domain.anchor import Anchor, Leaf
from docgen.domain.caller import Caller, Scope
from docgen.domain.envelope import Envelope, SealLevel
from docgen.domain.errors import CodeWrong
from docgen.domain.finding import Finding, Mismatch
from docgen.domain.language import Language
from docgen.domain.staff import Role
from docgen.usecases.anchor_day import AnchorDay
from docgen.usecases.archive_documents import ArchiveDocuments
from docgen.usecases.check_journal import Checked, CheckJournal
from docgen.usecases.close_day import CloseDay
from docgen.usecases.export_anchor import ExportAnchor
from docgen.usecases.hire import Hire, LockStaff, StaffRequest
from docgen.usecases.plan_visit import VisitRequest
from tests.builders import NOW
from tests.fakes import QuickPasswords
from tests.fakes_of_evidence import FakeArchiver, FakeAuthority
from tests.usecases.world import PSEUDONYMS, TECHNICIAN, World, attempt

AHEAD = timedelta(days=183)
DAY = timedelta(days=1)
ORDER_SYSTEM = Caller(
    key_id="k", client="portal", owner="operator", region=None, scopes=frozenset(Scope)
)


@dataclass
class Closed:
    """What closes the days of a world."""

    world: World
    authority: FakeAuthority = field(init=False)
    archiver: FakeArchiver = field(init=False)
    configured: bool = True
    ends_at: datetime = NOW + timedelta(days=3650)
    """When the certificates end by which it is sealed."""
    checked: Checked = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.authority = FakeAuthority(self.world.clock)
        self.archiver = FakeArchiver(self.world.clock)

    @property
    def anchor(self) -> AnchorDay:
        """The use case."""
        return AnchorDay(
            register=self.world.register, clock=self.world.clock, judge=self.authority,
            stamper=self.authority if self.configured else None,
        )  # fmt: skip

    @property
    def archive(self) -> ArchiveDocuments:
        """The use case."""
        return ArchiveDocuments(
            register=self.world.register, blobs=self.world.blobs, archiver=self.archiver,
            clock=self.world.clock, ahead=AHEAD,
        )  # fmt: skip

    @property
    def close_day(self) -> CloseDay:
        """The use case."""
        return CloseDay(archive=self.archive if self.configured else None, anchor=self.anchor)

    @property
    def export(self) -> ExportAnchor:
        """The use case."""
        return ExportAnchor(register=self.world.register)

    def tomorrow(self) -> None:
        """A day later everything due is done."""
        self.world.clock.advance(DAY)
        self.close_day()

    def check(self, *, files: bool = True) -> list[Finding]:
        """What is not as it was written."""
        found: list[Finding] = []
        self.checked = CheckJournal(
            register=self.world.register, blobs=self.world.blobs, judge=self.authority,
            clock=self.world.clock,
        )(found.append, files=files)  # fmt: skip
        return found

    def changed(self) -> list[Finding]:
        """Findings but that the guards are off."""
        return [each for each in self.check() if each.fault is not Mismatch.UNGUARDED]

    def sealed(self, *, documents: int = 1) -> Envelope:
        """An envelope that was sealed, after one wrong code."""
        self.world.sealer.level = SealLevel.B_LT
        self.world.sealer.ends_at = self.ends_at
        envelope = self.world.created(documents=documents)
        return self.confirmed(envelope.id)

    def confirmed(self, envelope_id: str) -> Envelope:
        """The envelope after its code was sent and typed."""
        world = self.world
        world.send(envelope_id, language=Language.KK, asked_by=TECHNICIAN)
        world.confirm(envelope_id, attempt(world.chance.given[-1], f"a-{envelope_id}"))
        return world.envelope(envelope_id)

    def anchors(self) -> list[Anchor]:
        """All of them, in order."""
        with self.world.register.view() as unit:
            stored = unit.audit.anchors(after="", limit=100)
        return [each.anchor for each in stored if each.anchor is not None]

    def leaves(self, anchor: Anchor) -> list[Leaf]:
        """What an anchor holds."""
        with self.world.register.view() as unit:
            return list(unit.anchors.leaves(anchor.day, after=-1, limit=1000))


def _hire_and_lock(world: World) -> None:
    hire = Hire(
        register=world.register, passwords=QuickPasswords(), clock=world.clock, chance=world.chance
    )
    request = StaffRequest(
        login="t.seitkali",
        full_name="Сейтқали Ержан Маратұлы",
        roles=frozenset({Role.TECHNICIAN}),
        owner="operator",
        region="ALA",
    )
    hire(request, by="system")
    hire(replace(request, login="a.ospanova"), by="system")
    LockStaff(register=world.register, clock=world.clock)("a.ospanova", by="system")


def visit_desk(world: World) -> VisitDesk:
    """What plans and keeps visits of a world."""
    return visits_of(
        world.register, world.forms, world.create, pseudonyms=PSEUDONYMS, clock=world.clock,
        chance=world.chance,
    )  # fmt: skip


def planned(world: World) -> str:
    """The id of a visit."""
    request = VisitRequest(
        reference={"order_number": "1-1", "account_number": "75"},
        planned_on=world.clock.now().date(),
        slot="10:00",
        employee_id=None,
        subscriber={"surname": "Оспанова", "phone": "+77015550142"},
        documents=(),
    )
    return visit_desk(world).plan(world.chance.identifier(), request, caller=ORDER_SYSTEM).id


def busy(world: World) -> Closed:
    """One envelope sealed, archived and anchored; another anchored and open; one of today.

    And two technicians and two visits, one of each still of use.
    """
    closed = Closed(world)
    world.sealer.level = SealLevel.B_LT
    world.sealer.ends_at = world.clock.now() + timedelta(days=100)
    sealed = world.created(documents=2)
    world.send(sealed.id, language=Language.KK, asked_by=TECHNICIAN)
    with pytest.raises(CodeWrong):
        world.confirm(sealed.id, attempt("999999"))
    world.clock.advance(timedelta(minutes=2))
    closed.confirmed(sealed.id)
    closed.tomorrow()
    world.code_sent()
    _hire_and_lock(world)
    planned(world)
    visit_desk(world).plan.cancel(planned(world), caller=ORDER_SYSTEM)
    closed.tomorrow()
    world.created()
    return closed
