"""Notary packs: how they are checked, and by which settings."""

from docgen.adapters.binding.volume import PikepdfBinder
from docgen.adapters.calendar.days_file import DaysFile
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.bootstrap import CLOCK
from docgen.bootstrap.operator import operator_of
from docgen.bootstrap.verification import trusted
from docgen.domain.debt import MostDays, Order, PenaltyBasis, Terms
from docgen.domain.pack import Policy
from docgen.settings import Settings
from docgen.usecases.check_pack import CheckPack


def checking(settings: Settings) -> CheckPack:
    """The check of a case, which needs neither database nor LibreOffice; raises Misconfigured."""
    return CheckPack(
        operator=operator_of(settings),
        policy=policy_of(settings),
        days=DaysFile(settings.packs.calendar),
        binder=PikepdfBinder(),
        verifier=PadesVerifier(_roots(settings), clock=CLOCK),
    )


def _roots(settings: Settings) -> TrustRoots:
    """Where nobody has set up trust there is none: every seal is unknown then, and blocks."""
    if settings.trust_roots is None and not settings.trust.exists():
        return TrustRoots(certificates=())
    return trusted(settings)


def policy_of(settings: Settings) -> Policy:
    """How packs are made here."""
    given = settings.packs
    terms = Terms(
        due_day_inclusive=given.due_day_inclusive,
        moved_by_days_off=given.moved_by_days_off,
        day_of_payment=given.day_of_payment,
        most_days_read_as=MostDays(given.most_days_read_as),
        payment_restarts=given.payment_restarts,
        order=Order(given.payment_order),
        penalty_basis=PenaltyBasis(given.penalty_basis),
    )
    return Policy(
        terms=terms, response_days=given.response_days, smallest_claim=given.smallest_claim
    )
