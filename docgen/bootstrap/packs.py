"""Notary packs: how they are checked, and by which settings."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from docgen.adapters.binding.volume import PikepdfBinder
from docgen.adapters.binding.zip_package import ZipPacker
from docgen.adapters.calendar.days_file import DaysFile
from docgen.adapters.db.register import SqlRegister
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.bootstrap import CLOCK
from docgen.bootstrap.database import database_url, has_register, require_current
from docgen.bootstrap.forms import catalogue
from docgen.bootstrap.operator import operator_of
from docgen.bootstrap.papers import blobs_of, renderer_of
from docgen.bootstrap.sealing import sealer_of
from docgen.bootstrap.surroundings import surroundings
from docgen.bootstrap.verification import trusted
from docgen.domain.debt import MostDays, Order, PenaltyBasis, Terms
from docgen.domain.pack import Policy
from docgen.settings import Settings
from docgen.usecases.bind_pack import BindPack
from docgen.usecases.build_pack import BuildPack
from docgen.usecases.check_pack import CheckPack
from docgen.usecases.find_acknowledgements import FindAcknowledgements
from docgen.usecases.make_letter import MakeLetter
from docgen.usecases.make_paper import MakePaper
from docgen.usecases.transfer_pack import TransferPack


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


@contextmanager
def checking_by_register(settings: Settings) -> Iterator[CheckPack]:
    """The check with what debtors have signed here, where there is a register already."""
    if not has_register(settings):
        yield checking(settings)
        return
    require_current(settings)
    register = SqlRegister(database_url(settings))
    try:
        yield replace(checking(settings), signed=signed_of(settings, register))
    finally:
        register.close()


def signed_of(settings: Settings, register: SqlRegister) -> FindAcknowledgements:
    """Acknowledgements among the envelopes of the register."""
    return FindAcknowledgements(
        register=register,
        forms=catalogue(settings),
        blobs=blobs_of(settings),
        owners=settings.packs.signed_for,
    )


@contextmanager
def building(settings: Settings) -> Iterator[BuildPack]:
    """The making of packs, with LibreOffice, register and seal; raises what those raise."""
    with ExitStack() as stack:
        parts = stack.enter_context(surroundings(settings))
        register = SqlRegister(database_url(settings))
        stack.callback(register.close)
        sealer = sealer_of(settings, parts)
        renderer = renderer_of(settings)
        stack.callback(renderer.close)
        operator = operator_of(settings)
        check = replace(
            checking(settings),
            verifier=PadesVerifier(parts.roots, clock=CLOCK),
            signed=signed_of(settings, register),
        )
        bind = BindPack(renderer=renderer, binder=check.binder, operator=operator)
        yield BuildPack(
            check=check, bind=bind, register=register, blobs=blobs_of(settings), renderer=renderer,
            sealer=sealer, packer=ZipPacker(), clock=CLOCK, operator=operator,
        )  # fmt: skip


@contextmanager
def writing(settings: Settings) -> Iterator[MakeLetter]:
    """Letters to debtors, which need neither register nor seal."""
    renderer = renderer_of(settings)
    try:
        yield MakeLetter(check=checking(settings), make=MakePaper(renderer=renderer))
    finally:
        renderer.close()


@contextmanager
def transferring(settings: Settings) -> Iterator[TransferPack]:
    """The record of handing over, over the register alone."""
    require_current(settings)
    register = SqlRegister(database_url(settings))
    try:
        yield TransferPack(register=register, clock=CLOCK)
    finally:
        register.close()


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
