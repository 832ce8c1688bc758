"""Each rule has a case that fires it, and one that just does not."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from docgen.domain.debt import PenaltyBasis, Terms
from docgen.domain.language import BOTH, Language
from docgen.domain.pack import Policy, weigh
from docgen.domain.pack_papers import Form, Slot
from docgen.domain.pack_rules import RULES, Severity
from docgen.forms.read_case import read_case
from docgen.texts.pack import sentence, source
from tests.packs.cases import OPERATOR, Change, complete, found_in, put, without

_MECHANISM = Policy(terms=Terms(penalty_basis=PenaltyBasis.CONTRACT_MECHANISM))
_SIXTY_DAYS = Policy(terms=Terms(most_days=60))
_FORTY_DAYS = Policy(terms=Terms(most_days=40))


def _all(*changes: Change) -> Change:
    def change(case: dict[str, Any]) -> None:
        for each in changes:
            each(case)

    return change


def _invoice(place: int, **members: object) -> Change:
    return lambda case: case["invoices"][place].update(members)


def _nothing(_: dict[str, Any]) -> None:
    """The complete case as it is."""


_NO_ACK = _all(
    put(acknowledgement=None), without(Slot.ACKNOWLEDGEMENT), _invoice(4, set_aside=True)
)
_EARLIER = {
    "number": "77", "made_on": "2026-08-01", "state": "alive",
    "period_from": "2026-05", "period_to": "2026-05",
}  # fmt: skip
_LATER = {"period_from": "2026-08", "period_to": "2026-08"}
_LETTERS = [{"kind": "claim_letter", "channel": "registered_letter", "sent_at": "2026-08-04"}]
_RETURNED = [_LETTERS[0] | {"result": "returned_not_found", "result_at": "2026-08-29"}]
_CHECKED = {"on": "2026-11-18", "source": "реестр"}
_EQUIPMENT_ONLY = _all(
    *(_invoice(place, set_aside=True) for place in range(4)), without(Slot.INVOICE),
    put(venue="operator_location"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A rule, what fires it and what just does not."""

    rule: str
    what: str
    fires: Change
    not_quite: Change
    policy: Policy = field(default_factory=Policy)
    policy_not_quite: Policy | None = None
    forms: dict[str, Form] | None = None
    forms_not_quite: dict[str, Form] | None = None
    sealed: bool = False
    """Whether the papers are sealed files of ours: none has a `.cms`, then all have."""


_PAIRS = (
    Pair(rule="N01", what="iin", fires=put(debtor__iin="850512312311"),
         not_quite=put(debtor__iin="850512312310")),
    Pair(rule="N01", what="bin", fires=put(creditor__branch__bin="940740000264"),
         not_quite=put(creditor__branch__bin="170641020490")),
    Pair(rule="N02", what="residence_address", fires=put(debtor__residence_address=None),
         not_quite=put(debtor__patronymic=None)),
    Pair(rule="N02", what="power_not_valid",
         fires=put(representative__power_of_attorney__valid_until="2026-11-19"),
         not_quite=put(representative__power_of_attorney__valid_until="2026-11-20")),
    Pair(rule="N03", what="birth_date", fires=put(debtor__birth_date="1985-05-13"),
         not_quite=put(debtor__iin="941240000193", debtor__birth_date="1985-05-13")),
    Pair(rule="N03", what="sex", fires=put(debtor__patronymic="Әлібекқызы"),
         not_quite=put(debtor__patronymic="Әлібек")),
    Pair(rule="N04", what="not_due", fires=put(as_of="2026-08-25"),
         not_quite=put(as_of="2026-08-26")),
    Pair(rule="N05", what="barred",
         fires=_all(_NO_ACK, _invoice(1, month="2023-03"), put(as_of="2026-11-20")),
         not_quite=_all(_NO_ACK, _invoice(1, month="2023-10"), put(as_of="2026-11-20"))),
    Pair(rule="N06", what="restarted", fires=_nothing,
         not_quite=put(acknowledgement__debt_as_of="2026-04-27")),
    Pair(rule="N07", what="open", fires=put(open_dispute=True), not_quite=put(open_dispute=False)),
    Pair(rule="N07", what="wait",
         fires=put(dispute={"closed_on": "2026-11-05", "agreed": False}),
         not_quite=put(dispute={"closed_on": "2026-11-04", "agreed": False})),
    Pair(rule="N08", what="wait", fires=put(as_of="2026-08-18", payments=[]),
         not_quite=put(as_of="2026-08-19", payments=[])),
    Pair(rule="N08", what="not_sent", fires=put(notices=[]), not_quite=put(notices=_RETURNED)),
    Pair(rule="N09", what="not_received", fires=put(notices=_LETTERS),
         not_quite=put(notices=_RETURNED)),
    Pair(rule="N10", what="too_much", fires=_invoice(1, penalty="1685.26"),
         not_quite=_invoice(1, penalty="1685.25")),
    Pair(rule="N11", what="no_acknowledgement", fires=_all(_NO_ACK, put(claim={"penalty": "0.01"})),
         not_quite=_NO_ACK),
    Pair(rule="N12", what="mechanism", fires=_NO_ACK, not_quite=_nothing, policy=_MECHANISM,
         policy_not_quite=Policy()),
    Pair(rule="N13", what="equipment", fires=_all(_NO_ACK, _invoice(4, set_aside=False)),
         not_quite=_NO_ACK),
    Pair(rule="N14", what="operator", fires=put(venue="operator_location"),
         not_quite=put(venue="real_estate")),
    Pair(rule="N15", what="operator", fires=_EQUIPMENT_ONLY,
         not_quite=_all(_EQUIPMENT_ONLY, put(venue="registration"))),
    Pair(rule="N16", what="total", fires=put(claim={"total": "48203.37"}),
         not_quite=put(claim={"total": "48203.38"})),
    Pair(rule="N17", what="prepayment",
         fires=put(other_accounts=[{"account_number": "5", "prepayment": "0.01"}]),
         not_quite=put(other_accounts=[{"account_number": "5", "prepayment": "0.00"}])),
    Pair(rule="N18", what="in_force",
         fires=put(instalment_agreement={
             "number": "IA-1", "signed_on": "2026-09-01", "state": "in_force"}),
         not_quite=put(instalment_agreement={
             "number": "IA-1", "signed_on": "2026-09-01", "state": "defaulted"})),
    Pair(rule="N19", what="court", fires=put(checked=_CHECKED | {"bankruptcy": "court"}),
         not_quite=put(checked=_CHECKED | {"bankruptcy": "none"})),
    Pair(rule="N19", what="extrajudicial",
         fires=put(checked=_CHECKED | {"bankruptcy": "extrajudicial"}), not_quite=_nothing),
    Pair(rule="N20", what="child", fires=put(debtor__birth_date="2012-11-21"),
         not_quite=put(debtor__birth_date="2012-11-20")),
    Pair(rule="N20", what="minor", fires=put(debtor__birth_date="2008-11-21"),
         not_quite=put(debtor__birth_date="2008-11-20")),
    Pair(rule="N20", what="deceased", fires=put(debtor__deceased=True),
         not_quite=put(debtor__deceased=False)),
    Pair(rule="N21", what="not_signed",
         fires=lambda case: case["papers"][5].pop("original"), not_quite=_nothing),
    Pair(rule="N21", what="missing", fires=without(Slot.ACCEPTANCE_ACT), not_quite=_nothing),
    Pair(rule="N22", what="other_bytes", fires=_nothing, not_quite=_nothing,
         forms={Slot.TARIFFS: Form.OTHER_BYTES}, forms_not_quite={Slot.TARIFFS: Form.UNSEALED}),
    Pair(rule="N22", what="test", fires=_nothing, not_quite=_nothing,
         forms={Slot.APPLICATION: Form.TEST}, forms_not_quite={Slot.APPLICATION: Form.GOOD}),
    Pair(rule="N22", what="seal_not_valid", fires=_nothing, not_quite=_nothing,
         forms={Slot.APPLICATION: Form.SEAL_NOT_VALID},
         forms_not_quite={Slot.APPLICATION: Form.GOOD}),
    Pair(rule="N23", what="no_email", fires=put(debtor__email=None), not_quite=_nothing),
    Pair(rule="N24", what="name", fires=put(debtor__name="Н."), not_quite=put(debtor__name="Нұр")),
    Pair(rule="N24", what="address", fires=put(debtor__service_address="Шымкент қаласы"),
         not_quite=put(debtor__service_address="Шымкент қаласы, 1-үй")),
    Pair(rule="N24", what="legal_name", fires=put(creditor__branch__name="«Қазақтелеком» АҚ"),
         not_quite=put(creditor__branch__name="Бөлшек бизнес дивизионы")),
    Pair(rule="N25", what="small", fires=_nothing, not_quite=_nothing,
         policy=Policy(smallest_claim=Decimal("48203.39")),
         policy_not_quite=Policy(smallest_claim=Decimal("48203.38"))),
    Pair(rule="N26", what="alive", fires=put(inscriptions=[_EARLIER]),
         not_quite=put(inscriptions=[_EARLIER | _LATER])),
    Pair(rule="N26", what="objected",
         fires=put(inscriptions=[_EARLIER | {"state": "cancelled", "on_objection": True}]),
         not_quite=put(inscriptions=[_EARLIER | {"state": "cancelled"}])),
    Pair(rule="N27", what="suspended", fires=_nothing,
         not_quite=_all(put(suspended_on="2026-07-31"), _invoice(4, month="2026-08"),
                        lambda case: case["invoices"][3].pop("note"))),
    Pair(rule="N28", what="old", fires=put(address__confirmed_on="2025-11-19"),
         not_quite=put(address__confirmed_on="2025-11-20")),
    Pair(rule="N29", what="later",
         fires=put(contract__in_force_from="2026-04-02", contract__earlier_relations=False),
         not_quite=put(contract__in_force_from="2026-04-01", contract__earlier_relations=False)),
    Pair(rule="N29", what="earlier", fires=put(contract__in_force_to="2026-07-30"),
         not_quite=put(contract__in_force_to="2026-07-31")),
    Pair(rule="N30", what="unfair", fires=_nothing, not_quite=_nothing, policy=_SIXTY_DAYS,
         policy_not_quite=_FORTY_DAYS),
    Pair(rule="P01", what="missing", fires=without(Slot.CHECKS), not_quite=_nothing),
    Pair(rule="P01", what="no_invoice", fires=_invoice(1, month="2026-02"), not_quite=_nothing),
    Pair(rule="P01", what="no_acknowledgement", fires=put(acknowledgement__document="other.pdf"),
         not_quite=put(acknowledgement__document=None)),
    Pair(rule="P02", what="identity_copy",
         fires=lambda case: case["papers"][0].update(slot="identity_copy"), not_quite=_nothing),
    Pair(rule="P03", what="no_cms", fires=_nothing, not_quite=_nothing, sealed=True),
)  # fmt: skip


def _fired(pair: Pair) -> set[tuple[str, str]]:
    case = complete()
    pair.fires(case)
    found = found_in(case, policy=pair.policy, forms=pair.forms, sealed=pair.sealed)
    return {(each.rule, each.what) for each in found}


def _not_quite(pair: Pair) -> set[tuple[str, str]]:
    case = complete()
    pair.not_quite(case)
    policy = pair.policy_not_quite or Policy()
    forms, sealed = pair.forms_not_quite, pair.sealed
    found = found_in(case, policy=policy, forms=forms, sealed=sealed, detached=True)
    return {(each.rule, each.what) for each in found}


@pytest.mark.parametrize("pair", _PAIRS, ids=lambda pair: f"{pair.rule}-{pair.what}")
def test_a_rule_fires(pair: Pair) -> None:
    """Where it is broken, by however little."""
    assert (pair.rule, pair.what) in _fired(pair)


@pytest.mark.parametrize("pair", _PAIRS, ids=lambda pair: f"{pair.rule}-{pair.what}")
def test_a_rule_just_does_not_fire(pair: Pair) -> None:
    """On the last day, at the last tiyn, with the paper that was missing."""
    assert (pair.rule, pair.what) not in _not_quite(pair)


def test_every_rule_is_tried() -> None:
    """N01 to N30, and those of the papers."""
    assert {pair.rule for pair in _PAIRS} == set(RULES)
    assert {f"N{number:02}" for number in range(1, 31)} <= set(RULES)


def test_the_complete_case_breaks_no_rule() -> None:
    """It has notes, and the one warning that somebody answers for."""
    found = found_in(complete())

    assert {each.rule for each in found if each.severity is not Severity.NOTE} == {"N27"}


@pytest.mark.parametrize("language", BOTH)
def test_every_finding_is_said_in_full(language: Language) -> None:
    """With its numbers in, and with what it rests on."""
    for pair in _PAIRS:
        case = complete()
        pair.fires(case)
        for each in found_in(case, policy=pair.policy, forms=pair.forms, sealed=pair.sealed):
            assert not set("{}") & set(sentence(each, language) + source(each.of, language))


# --- who answers for what ---------------------------------------------------------------------


def test_a_warning_needs_somebody_who_answers_for_it() -> None:
    """By name and with a reason; then the pack is ready."""
    case = complete()
    answered = weigh(found_in(case), read_case(case, OPERATOR))
    case["overrides"] = []
    alone = weigh(found_in(case), read_case(case, OPERATOR))

    assert answered.ready
    assert [each.by for each in answered.answered] == ["Мұқашева Дана Серікқызы"]
    assert not alone.ready
    assert [each.rule for each in alone.open_warnings] == ["N27"]


def test_nobody_can_answer_for_a_block() -> None:
    """It stays, and the attempt is told of."""
    case = complete()
    put(open_dispute=True)(case)
    case["overrides"].append(
        {"rule": "N07", "by": "Мұқашева Дана", "reason": "Борышкермен келістік"}
    )

    weighed = weigh(found_in(case), read_case(case, OPERATOR))

    assert not weighed.ready
    assert [(each.rule, each.what) for each in weighed.blocks] == [
        ("N07", "open"),
        ("N07", "no_override"),
    ]


def test_unverified_law_is_marked() -> None:
    """A reader sees which findings a lawyer has yet to confirm."""
    assert RULES["N12"].to_confirm
    assert RULES["N25"].to_confirm
    assert not RULES["N11"].to_confirm


def test_by_default_only_what_is_safe_is_claimed() -> None:
    """The principal alone without an acknowledgement, and never at the operator's place."""
    case = complete()
    _NO_ACK(case)
    put(venue="operator_location")(case)
    found = found_in(case)

    assert ("N14", "operator") in {(each.rule, each.what) for each in found}
    assert replace(Policy()).terms.penalty_basis is PenaltyBasis.WRITTEN_ACK
    left = next(each for each in found if each.rule == "N11")
    assert left.severity is Severity.NOTE
