"""Whether a notary pack may be made of a case: every rule at once, and who answers for warnings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from docgen.domain.calendar import Calendar
from docgen.domain.case import Case
from docgen.domain.debt import Claim, Component, Ground, Terms
from docgen.domain.pack_papers import Seen
from docgen.domain.pack_rules import RULES, Rule, Severity


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What an administrator sets; the defaults are the safe ones."""

    terms: Terms = field(default_factory=Terms)
    response_days: int = 15
    """Calendar days that the debtor has to answer a claim letter (42; the contract names none)."""
    dispute_days: int = 15
    """Calendar days to wait after a dispute closed without an agreement (42)."""
    smallest_claim: Decimal = Decimal("5000.00")
    """Tenge below which the fee may exceed the debt."""
    address_months: int = 12
    """How old the confirmation of an address may be."""
    fair_share: Decimal = Decimal("0.30")
    """The most a penalty may be of the price, before it is unfair (CPL 8-1(2)(4))."""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What the rules look at."""

    case: Case
    claim: Claim
    policy: Policy
    calendar: Calendar
    seen: tuple[Seen, ...]

    @property
    def grounds(self) -> frozenset[Ground]:
        """What the claimed sums rest on."""
        sums = self.claim.by_ground
        return frozenset(g for g in (*Ground,) if g is not Ground.COURT and sums[g] > 0)

    @property
    def claims_equipment(self) -> bool:
        """Whether equipment or its rent is claimed."""
        wanted = {Component.EQUIPMENT, Component.RENT}
        return any(line.invoice.component in wanted and line.claimed for line in self.claim.lines)


Said = str | int | date | Decimal
"""What a sentence names; whoever says it knows how people write it."""


@dataclass(frozen=True, kw_only=True)
class PackFinding:
    """One thing that a rule says of the case."""

    rule: str
    what: str
    """Which of the rule's sentences."""
    pointer: str = ""
    """Where in the case (RFC 6901), where it is about one place."""
    params: tuple[tuple[str, Said], ...] = ()
    lighter: Severity | None = None
    """Where this finding weighs less, or more, than its rule."""

    @property
    def severity(self) -> Severity:
        """What it does to the pack."""
        return self.lighter or RULES[self.rule].severity

    @property
    def of(self) -> Rule:
        """Its rule."""
        return RULES[self.rule]


def found(
    rule: str,
    what: str,
    pointer: str = "",
    /,
    *,
    severity: Severity | None = None,
    **params: Said,
) -> PackFinding:
    """A finding with these words."""
    given = tuple(params.items())
    return PackFinding(rule=rule, what=what, pointer=pointer, params=given, lighter=severity)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A warning for which somebody answers."""

    finding: PackFinding
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Examination:
    """All findings, sorted by what they do."""

    blocks: tuple[PackFinding, ...]
    open_warnings: tuple[PackFinding, ...]
    answered: tuple[Answered, ...]
    notes: tuple[PackFinding, ...]

    @property
    def ready(self) -> bool:
        """Whether the pack may be made."""
        return not self.blocks and not self.open_warnings


def weigh(findings: Sequence[PackFinding], case: Case) -> Examination:
    """Blocks stay blocks, whoever would answer for them; a warning needs a name and a reason."""
    named = {override.rule: override for override in case.overrides}
    blocks = [each for each in findings if each.severity is Severity.BLOCK]
    warnings = [each for each in findings if each.severity is Severity.WARNING]
    blocked = named.keys() & {each.rule for each in blocks} - {each.rule for each in warnings}
    blocks += [found(rule, "no_override", "/overrides") for rule in sorted(blocked)]
    return Examination(
        blocks=tuple(blocks),
        open_warnings=tuple(each for each in warnings if each.rule not in named),
        answered=tuple(_answered(warnings, case)),
        notes=tuple(each for each in findings if each.severity is Severity.NOTE),
    )


def _answered(warnings: Sequence[PackFinding], case: Case) -> Iterator[Answered]:
    for override in case.overrides:
        for finding in warnings:
            if finding.rule == override.rule:
                yield Answered(finding=finding, by=override.by, reason=override.reason)
