"""What lets signers in through a browser."""

from dataclasses import dataclass
from datetime import timedelta

from docgen.adapters.db.register import SqlRegister
from docgen.bootstrap import CHANCE, CLOCK
from docgen.domain.ticket import TicketPolicy
from docgen.settings import Settings
from docgen.usecases.admit_signer import AdmitSigner
from docgen.usecases.find_framer import FindFramer
from docgen.usecases.issue_ticket import IssueTicket
from docgen.usecases.open_ticket import OpenTicket
from docgen.usecases.prolong_session import ProlongSession
from docgen.usecases.prove_signer import ProveSigner


@dataclass(frozen=True, kw_only=True)
class TicketDesk:
    """All that can be asked of tickets and their sessions."""

    issue: IssueTicket
    open: OpenTicket
    admit: AdmitSigner
    prove: ProveSigner
    prolong: ProlongSession
    framer: FindFramer


def ticket_policy(settings: Settings) -> TicketPolicy:
    """As it is set."""
    given = settings.tickets
    return TicketPolicy(
        embed_life=timedelta(minutes=given.embed_minutes),
        link_life=timedelta(hours=given.link_hours),
        session_life=timedelta(minutes=given.session_minutes),
    )


def tickets_of(settings: Settings, *, register: SqlRegister) -> TicketDesk:
    """For a process that is asked."""
    policy = ticket_policy(settings)
    return TicketDesk(
        issue=IssueTicket(register=register, clock=CLOCK, chance=CHANCE, policy=policy),
        open=OpenTicket(register=register, clock=CLOCK, chance=CHANCE, policy=policy),
        admit=AdmitSigner(register=register, clock=CLOCK),
        prove=ProveSigner(register=register, clock=CLOCK, policy=policy),
        prolong=ProlongSession(register=register, clock=CLOCK, policy=policy),
        framer=FindFramer(register=register),
    )
