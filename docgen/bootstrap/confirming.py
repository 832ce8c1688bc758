"""Codes: checked numbers, sending and spending."""

from contextlib import ExitStack
from dataclasses import dataclass

from docgen.adapters.db.register import SqlRegister
from docgen.bootstrap import CHANCE, CLOCK
from docgen.bootstrap.limits import Limiting
from docgen.bootstrap.numbers import checking
from docgen.bootstrap.sms import dispatch_of, host_of
from docgen.bootstrap.surroundings import Surroundings
from docgen.domain.challenge import ChallengePolicy
from docgen.forms.catalogue import Catalogue
from docgen.ports_of_codes import CodeStore
from docgen.settings import Settings
from docgen.usecases.check_number import CheckNumber
from docgen.usecases.find_matter import FindMatter
from docgen.usecases.send_code import SendCode
from docgen.usecases.spend_code import SpendCode


@dataclass(frozen=True, kw_only=True)
class Confirming:
    """What envelopes and verifications of numbers are confirmed by."""

    check: CheckNumber
    send: SendCode
    spend: SpendCode


def confirming(
    settings: Settings,
    parts: Surroundings,
    stack: ExitStack,
    *,
    register: SqlRegister,
    codes: CodeStore,
    forms: Catalogue,
) -> Confirming:
    """Ready to be called; what it opens closes with the stack."""
    check = checking(settings, parts, stack, register=register)
    find, policy = FindMatter(forms=forms), ChallengePolicy()
    limiting = Limiting(settings, parts, register=register, codes=policy)
    send = SendCode(
        register=register, find=find, check=check, codes=codes, clock=CLOCK, chance=CHANCE,
        policy=policy, dispatch=dispatch_of(parts, register=register),
        host=host_of(settings, forms), limit_sending=limiting.sending(stack),
    )  # fmt: skip
    spend = SpendCode(
        register=register, find=find, codes=codes, clock=CLOCK, policy=policy,
        numbers=check.policy, limit_guesses=limiting.guesses(),
    )  # fmt: skip
    return Confirming(check=check, send=send, spend=spend)
