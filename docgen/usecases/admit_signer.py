"""Let a browser in by its session, to its own envelope and to nothing else."""

from dataclasses import dataclass

from docgen.domain.caller import Caller
from docgen.domain.consent import EnteredBy
from docgen.domain.dispatch import AskedBy
from docgen.domain.errors import EnvelopeNotFound, ProofNeeded, SessionOver, TicketNotFound
from docgen.domain.language import Language
from docgen.domain.ticket import SigningSession, Ticket, read_session
from docgen.ports import Clock, Register
from docgen.usecases.show_envelope import Shown
from docgen.usecases.spend_code import Attempt


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who is at the page, as far as it is known, and the one envelope there is for him."""

    ticket: Ticket
    session: SigningSession
    shown: Shown

    @property
    def is_proved(self) -> bool:
        """Whether he may see what is personal."""
        return not self.ticket.wants_proof or self.session.proved_at is not None

    @property
    def caller(self) -> Caller:
        """As whom he calls: it has no scope, so that no route of programs lets him in."""
        envelope = self.shown.envelope
        return Caller(
            key_id=self.session.id,
            client=f"ticket:{self.ticket.id}",
            owner=envelope.owner,
            region=envelope.reference.region,
            scopes=frozenset(),
        )

    @property
    def asked_by(self) -> AskedBy:
        """A code he asks for counts on the program that issued the ticket."""
        return AskedBy(client=self.ticket.client, is_subscriber=True)

    def attempt(self, *, attempt_id: str, code: str, language: Language) -> Attempt:
        """His own typing, over the page that the ticket was for."""
        return Attempt(
            id=attempt_id,
            code=code,
            language=language,
            entered_by=EnteredBy.SUBSCRIBER,
            device=self.ticket.channel.value,
        )


@dataclass(frozen=True, kw_only=True)
class AdmitSigner:
    """Finds whose session it is."""

    register: Register
    clock: Clock

    def __call__(self, token: str, *, proved: bool) -> Signer:
        """The signer; raises SessionOver, or ProofNeeded where `proved` is wanted and absent."""
        session_id, secret = read_session(token)
        with self.register.view() as unit:
            session = unit.tickets.session(session_id)
            session.require_live(secret, now=self.clock.now())
            try:
                ticket = unit.tickets.get(session.ticket_id)
                envelope = unit.envelopes.get(ticket.envelope_id)
            except (TicketNotFound, EnvelopeNotFound):
                raise SessionOver from None
            challenge = unit.challenges.latest(envelope.id)
        shown = Shown(envelope=envelope, challenge=challenge)
        signer = Signer(ticket=ticket, session=session, shown=shown)
        if proved and not signer.is_proved:
            raise ProofNeeded
        return signer
