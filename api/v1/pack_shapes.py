"""What is told of notary packs: where one stands, what was found, how its sum comes about."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Self

from api.v1.shapes import Both, Shape
from docgen.domain.language import BOTH, Language
from docgen.domain.pack_deadlines import Deadline, Due
from docgen.domain.pack_papers import Slot
from docgen.domain.pack_record import BuildStep, FurtherSeal, Pack, SealedVolume
from docgen.domain.pack_rules import Severity
from docgen.domain.pack_states import FACTS, Outcome, PackState, next_states
from docgen.texts.pack import paper as paper_title
from docgen.texts.phrases import say
from docgen.usecases.show_pack import ListedPack, ShownPack

PACKS = "/v1/packs"
_STEPS = tuple(BuildStep)


class FoundShape(Shape):
    """One finding of a rule, whoever answers for it."""

    rule: str
    what: str
    """Which of the rule's sentences."""
    severity: Severity
    pointer: str
    """Where in the case (RFC 6901), where it is about one place."""
    message: Both
    source: Both
    to_confirm_by_a_lawyer: bool
    by: str | None = None
    reason: str | None = None


class SpanShape(Shape):
    """Days of delay on which the same balance was unpaid: balance by days by rate is product."""

    first: date
    last: date
    days: int
    balance: str
    rate: str
    product: str


class LimitationShape(Shape):
    """Until when it can be claimed, without what restarted it and with it."""

    first_end: date
    restarted_on: date | None
    document: str | None
    last_day: date


class LineShape(Shape):
    """One invoice in the calculation; sums are tenge as text with two places."""

    invoice: str
    month: str
    component: str
    charged: str
    due: date
    due_stated: date
    paid: str
    balance: str
    days: int
    spans: tuple[SpanShape, ...]
    penalty: str
    penalty_cap: str
    penalty_paid: str
    penalty_claimed: str
    claimed: str
    limitation: LimitationShape
    acknowledged_by: str | None
    standing: str
    ground: str


class AllocationShape(Shape):
    """A piece of a payment, and where it went."""

    payment: str
    paid_on: date
    day: date
    invoice: str | None
    part: str
    amount: str


class ClaimShape(Shape):
    """The whole calculation, and by which readings it came about."""

    as_of: date
    principal: str
    other: str
    penalty: str
    total: str
    charged: str
    paid: str
    advance: str
    by_ground: dict[str, str]
    readings: dict[str, str | int | bool | list[str]]
    lines: tuple[LineShape, ...]
    allocations: tuple[AllocationShape, ...]


class PackPaperShape(Shape):
    """A file of the case after it was looked into."""

    slot: str
    month: str | None = None
    """Of an invoice."""
    title: Both
    path: str
    sha256: str
    found: str
    pages: int
    verdict: str
    cms: bool
    link: str | None
    """Where its bytes are; its pages lie below."""


class VolumeShape(Shape):
    """A bound volume, and its seal where it has one."""

    number: int
    """From 1; pages are numbered on through all volumes of the pack."""
    first: int
    last: int
    pages: int
    sha256: str
    sealed_sha256: str | None
    level: str | None
    signer: str | None
    sealed_at: datetime | None
    link: str


class BuildingShape(Shape):
    """That somebody wants it built, and how far that has come."""

    asked_at: datetime
    asked_by: str
    step: BuildStep
    done: int
    of: int
    error: str | None
    next_try_at: datetime | None
    """Where the rules stand in its way: when it is tried again, unless somebody asks before."""


class OutcomeShape(Shape):
    """One thing that became of it."""

    outcome: PackState
    on: date
    told_at: datetime
    by: str
    number: str | None
    reason: str | None
    recipient: str | None
    how: str | None

    @classmethod
    def of(cls, told: Outcome) -> Self:
        """The shape of one."""
        return cls(
            outcome=told.state, on=told.on, told_at=told.at, by=told.by, number=told.number,
            reason=told.reason, recipient=told.recipient, how=told.how,
        )  # fmt: skip


class DeadlineShape(Shape):
    """The last day of something."""

    due: Due
    on: date
    says: Both

    @classmethod
    def of(cls, deadline: Deadline) -> Self:
        """The shape of one."""
        return cls(due=deadline.due, on=deadline.on, says=both(f"pack.due.{deadline.due}"))


class NextShape(Shape):
    """What may be told to have become of it, and what has to be told with it."""

    outcome: PackState
    facts: tuple[str, ...]


class PackSummaryShape(Shape):
    """A pack in a list."""

    id: str
    state: PackState
    account_number: str
    debtor: str
    as_of: date
    total: str
    blocks: int
    warnings: int
    """That nobody answers for."""
    client: str
    created_at: datetime
    changed_at: datetime
    deadlines: tuple[DeadlineShape, ...]

    @classmethod
    def of(cls, listed: ListedPack) -> Self:
        """The shape of a pack in short."""
        return cls(**_summary(listed.pack), deadlines=_deadlines(listed.deadlines))


class PacksShape(Shape):
    """A page of packs; `next` is the cursor of the page after it."""

    packs: tuple[PackSummaryShape, ...]
    next: str | None


class PackLinks(Shape):
    """Where it is, and its archive once there is one."""

    self: str
    download: str | None


class PackShape(PackSummaryShape):
    """A pack with everything that was found, and what became of it."""

    ready: bool
    today: date
    """As deadlines count."""
    findings: tuple[FoundShape, ...]
    """The heaviest first; those that somebody answers for name him."""
    claim: ClaimShape
    calendar: dict[str, str]
    """Of which years the days off are official, and of which estimated."""
    papers: tuple[PackPaperShape, ...]
    volume: VolumeShape | None
    """The first one."""
    volumes: tuple[VolumeShape, ...]
    """All; there are several where the papers are too many for one."""
    building: BuildingShape | None
    outcomes: tuple[OutcomeShape, ...]
    next: tuple[NextShape, ...]
    links: PackLinks

    @classmethod
    def whole(cls, shown: ShownPack) -> Self:
        """The shape of a pack."""
        pack, found = shown.pack, shown.found
        root = f"{PACKS}/{pack.id}"
        names = ("blocks", "warnings", "answered", "notes")
        volumes = tuple(_volumes(pack, root))
        return cls(
            **_summary(pack),
            deadlines=_deadlines(shown.deadlines),
            ready=found["ready"],
            today=shown.today,
            findings=tuple(FoundShape(**each) for name in names for each in found[name]),
            claim=_claim(found["claim"]),
            calendar=found["calendar"],
            papers=tuple(_paper(each, root) for each in found["papers"]),
            volume=next(iter(volumes), None),
            volumes=volumes,
            building=_building(pack),
            outcomes=tuple(OutcomeShape.of(each) for each in pack.outcomes),
            next=tuple(
                NextShape(outcome=each, facts=tuple(sorted(FACTS[each])))
                for each in next_states(pack.state)
            ),
            links=PackLinks(self=root, download=f"{root}/download" if pack.sealed else None),
        )


class BroughtShape(Shape):
    """A paper that was brought along; a case names it by its hash."""

    sha256: str
    size: int
    pages: int


def both(key: str) -> Both:
    """A sentence in both languages."""
    return Both(kk=say(key, Language.KK), ru=say(key, Language.RU))


def _summary(pack: Pack) -> dict[str, Any]:
    return {
        "id": pack.id,
        "state": pack.state,
        "account_number": pack.account_number,
        "debtor": pack.debtor,
        "as_of": pack.as_of,
        "total": str(pack.total),
        "blocks": pack.blocks,
        "warnings": pack.warnings,
        "client": pack.client,
        "created_at": pack.created_at,
        "changed_at": pack.changed_at,
    }


def _deadlines(running: Any) -> tuple[DeadlineShape, ...]:
    return tuple(DeadlineShape.of(each) for each in running)


def _claim(found: dict[str, Any]) -> ClaimShape:
    lines = [line | {"spans": [_span(span) for span in line["spans"]]} for line in found["lines"]]
    return ClaimShape.model_validate(found | {"lines": lines})


def _span(found: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in found.items() if name not in {"from", "to"}}
    return rest | {"first": found["from"], "last": found["to"]}


def _paper(found: dict[str, Any], root: str) -> PackPaperShape:
    there = found["found"] in {"good", "unsealed", "seal_not_valid"}
    link = f"{root}/files/{found['sha256']}" if there else None
    told = found.get("month")
    month = None if told is None else date.fromisoformat(f"{told}-01")
    title = {each.value: paper_title(Slot(found["slot"]), month, each) for each in BOTH}
    return PackPaperShape(**found, title=Both(**title), link=link)


def _volumes(pack: Pack, root: str) -> Iterator[VolumeShape]:
    if pack.bound is None:
        return
    sealed, first = pack.sealed, 1
    seals: list[SealedVolume | FurtherSeal] = [] if sealed is None else [sealed, *sealed.further]
    for number, volume in enumerate(pack.volumes, start=1):
        seal = seals[number - 1] if seals else None
        yield VolumeShape(
            number=number,
            first=first,
            last=first + volume.pages - 1,
            pages=volume.pages,
            sha256=volume.sha256,
            sealed_sha256=None if seal is None else seal.sha256,
            level=None if seal is None else seal.level.value,
            signer=None if sealed is None else sealed.signer,
            sealed_at=None if seal is None else seal.sealed_at,
            link=f"{root}/files/{volume.sha256 if seal is None else seal.sha256}",
        )
        first += volume.pages


def _building(pack: Pack) -> BuildingShape | None:
    if pack.building is None:
        return None
    held = pack.building
    return BuildingShape(
        asked_at=held.asked_at,
        asked_by=held.asked_by,
        step=held.step,
        done=_STEPS.index(held.step),
        of=len(_STEPS),
        error=held.error,
        next_try_at=held.next_try_at,
    )
