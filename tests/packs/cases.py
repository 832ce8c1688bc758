"""Cases to start from: the sample that is complete, and what is changed in it."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docgen.domain.examine_pack import claim_of, findings
from docgen.domain.language import Language
from docgen.domain.operator import Operator
from docgen.domain.pack import Examined, PackFinding, Policy
from docgen.domain.pack_papers import Form, Seen, Slot
from docgen.domain.subscriber import Bin
from docgen.forms.read_case import read_case
from tests.domain.calendar_by_hand import by_hand

SAMPLES = Path(__file__).parents[2] / "samples"
COMPLETE = SAMPLES / "debtor_case_complete.json"
OPERATOR = Operator(
    name={
        Language.KK: "«Қазақтелеком» акционерлік қоғамы",
        Language.RU: "акционерное общество «Казахтелеком»",
    },
    bin=Bin("941240000193"),
    address={
        Language.KK: "010000, Астана қаласы, Есіл ауданы, Сауран көшесі, 12",
        Language.RU: "010000, город Астана, Есильский район, улица Сауран, 12",
    },
    site="www.telecom.kz",
    support_phone="165",
    support_whatsapp="+77080000160",
    support_telegram="@TelecomKZBot",
)

Change = Callable[[dict[str, Any]], object]


def complete() -> dict[str, Any]:
    """A fresh copy of the complete case."""
    case: dict[str, Any] = copy.deepcopy(json.loads(COMPLETE.read_text("utf-8")))
    return case


def without(slot: Slot) -> Change:
    """A case without the papers of that slot."""

    def change(case: dict[str, Any]) -> None:
        case["papers"] = [paper for paper in case["papers"] if paper["slot"] != slot]

    return change


def put(**members: object) -> Change:
    """A case with other members; a name with `__` between is one inside another."""

    def change(case: dict[str, Any]) -> None:
        for name, value in members.items():
            *above, last = name.split("__")
            inside = case
            for each in above:
                inside = inside[each]
            inside[last] = value

    return change


def found_in(
    case: dict[str, Any],
    *,
    policy: Policy | None = None,
    forms: dict[str, Form] | None = None,
    sealed: bool = False,
    detached: bool = False,
) -> list[PackFinding]:
    """What the rules find in it, every paper sound unless `forms` says otherwise of its slot."""
    policy = policy or Policy()
    read = read_case(case, OPERATOR)
    calendar = by_hand()
    seen = tuple(
        Seen(
            slot=Slot(paper.slot),
            path=paper.path,
            form=(forms or {}).get(paper.slot, Form.GOOD if sealed else Form.UNSEALED),
            pages=1,
            verdict="valid" if sealed else "",
            detached=detached,
        )
        for paper in read.papers
    )
    of = Examined(
        case=read, claim=claim_of(read, policy, calendar), policy=policy, calendar=calendar,
        seen=seen,
    )  # fmt: skip
    return list(findings(of))
