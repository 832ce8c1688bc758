"""What gives subscribers their copies."""

import ssl
from contextlib import ExitStack
from datetime import timedelta

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.mail.smtp import Security, SmtpAccount, SmtpMailer
from docgen.bootstrap import CHANCE, CLOCK
from docgen.bootstrap.limits import Limiting
from docgen.bootstrap.papers import blobs_of
from docgen.bootstrap.sms import dispatch_of
from docgen.bootstrap.surroundings import Surroundings
from docgen.bootstrap.tickets import ticket_policy
from docgen.domain.challenge import ChallengePolicy
from docgen.domain.copy import CopyPolicy, CopyWay
from docgen.domain.errors import Misconfigured
from docgen.settings import Settings
from docgen.usecases.deliver_copies import DeliverCopies
from docgen.usecases.issue_ticket import IssueTicket

_THIS_MACHINE = {"127.0.0.1", "::1", "localhost"}


def copy_policy(settings: Settings) -> CopyPolicy:
    """Which copies are owed: those that are wanted, and can be sent at all."""
    wanted = {
        CopyWay.SMS: settings.copies.sms,
        CopyWay.EMAIL: settings.copies.email and settings.mail.host is not None,
    }
    return CopyPolicy(ways=frozenset(way for way, is_wanted in wanted.items() if is_wanted))


def copying(
    settings: Settings, parts: Surroundings, stack: ExitStack, *, register: SqlRegister
) -> DeliverCopies:
    """Ready to be called; what it opens closes with the stack."""
    limiting = Limiting(settings, parts, register=register, codes=ChallengePolicy())
    return DeliverCopies(
        register=register,
        blobs=blobs_of(settings),
        dispatch=dispatch_of(parts, register=register),
        limit_sending=limiting.sending(stack),
        issue_ticket=IssueTicket(
            register=register, clock=CLOCK, chance=CHANCE, policy=ticket_policy(settings)
        ),
        mailer=mailer_of(settings),
        clock=CLOCK,
        policy=copy_policy(settings),
        link_life=timedelta(days=settings.copies.link_days),
        public_url=settings.public_url,
    )


def mailer_of(settings: Settings) -> SmtpMailer | None:
    """The way to mailboxes, where one is set; raises Misconfigured."""
    mail = settings.mail
    if mail.host is None:
        return None
    if not mail.sender:
        raise Misconfigured("DOCGEN_MAIL__SENDER is not set")
    security = Security(mail.security)
    if security is Security.NONE and mail.host not in _THIS_MACHINE:
        raise Misconfigured("papers go over TLS only: DOCGEN_MAIL__SECURITY is none")
    try:
        tls = ssl.create_default_context(cafile=mail.trust)
    except OSError as error:
        raise Misconfigured(f"{mail.trust} holds no authorities") from error
    return SmtpMailer(
        account=SmtpAccount(
            host=mail.host,
            port=mail.port,
            security=security,
            tls=tls,
            sender=mail.sender,
            sender_name=mail.sender_name,
            username=mail.username,
            password=mail.password.get_secret_value(),
            patience=mail.patience,
        ),
        clock=CLOCK,
    )
