"""Make a letter to a debtor, before there is a pack: the claim, or the end of the contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docgen.domain.examine_pack import claim_of
from docgen.domain.pack_papers import Slot
from docgen.domain.rendering import Rendered
from docgen.forms.pack_papers import PackFacts
from docgen.forms.read_case import read_case
from docgen.usecases.check_pack import CheckPack, years_of
from docgen.usecases.make_paper import MakePaper

LETTERS = (Slot.CLAIM_LETTER, Slot.TERMINATION_NOTICE)


@dataclass(frozen=True, kw_only=True)
class MakeLetter:
    """A case that is far from ready for a notary has its letters all the same."""

    check: CheckPack
    make: MakePaper

    def __call__(self, given: Mapping[str, Any], letter: Slot, *, number: str) -> Rendered:
        """The letter in both languages under that number; raises ValuesRejected."""
        case = read_case(given, self.check.operator)
        calendar = self.check.days.calendar(*years_of(case))
        facts = PackFacts(
            number=number,
            case=case,
            claim=claim_of(case, self.check.policy, calendar),
            policy=self.check.policy,
            calendar=calendar,
            operator=self.check.operator,
        )
        return self.make(letter, facts)
