"""E-mail over SMTP (RFC 5321), under TLS from the first byte or by STARTTLS (RFC 3207)."""

import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum

from docgen.adapters.mail.deadline import Deadline
from docgen.domain.errors import MailRefused, MailUnavailable
from docgen.ports import Clock
from docgen.ports_of_copies import Letter

_PERMANENT = 500
_FOR_LATER = {421, 450, 451, 452}
_TRANSFER_ENCODED = 1.4
"""Base64, and its line ends."""


class Security(StrEnum):
    """How the line to the server is kept private."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
    """For a server on this machine."""


@dataclass(frozen=True, kw_only=True)
class SmtpAccount:
    """Where letters are handed over, and as whom."""

    host: str
    port: int
    security: Security
    tls: ssl.SSLContext
    sender: str
    """Address that letters come from."""
    sender_name: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    patience: float = 30.0
    """Seconds for a letter, from the connection to its being taken."""
    most_bytes: int = 20 * 1024 * 1024
    """Of a letter as it travels."""


class _Server(smtplib.SMTP):
    """Connected as the account says, until the deadline."""

    def __init__(self, account: SmtpAccount, deadline: Deadline) -> None:
        self._account, self._deadline = account, deadline
        super().__init__(account.host, account.port, timeout=account.patience)

    def _get_socket(self, host: str, port: int, _timeout: float) -> socket.socket:
        connected = self._deadline.connected(host, port)
        if self._account.security is not Security.TLS:
            return connected
        return self._account.tls.wrap_socket(connected, server_hostname=host)


@dataclass(frozen=True, kw_only=True)
class SmtpMailer:
    """Implements ports_of_copies.Mailer; each letter has a connection of its own."""

    account: SmtpAccount
    clock: Clock

    def send(self, letter: Letter) -> str:
        """Hand it over; raises MailRefused or MailUnavailable, which name nobody."""
        size = sum(len(each.content) for each in letter.attachments)
        if size * _TRANSFER_ENCODED > self.account.most_bytes:
            raise MailRefused("too large")
        message = self._message(letter)
        try:
            with Deadline(self.account.patience) as deadline:
                self._hand_over(message, deadline)
        except smtplib.SMTPRecipientsRefused as refused:
            ((code, _words),) = refused.recipients.values()
            raise _failure(code) from None
        except (smtplib.SMTPSenderRefused, smtplib.SMTPAuthenticationError) as refused:
            # Our own account is at fault, not the letter: somebody will mend it.
            raise MailUnavailable(f"status {refused.smtp_code}") from None
        except smtplib.SMTPDataError as refused:
            raise _failure(refused.smtp_code) from None
        except (smtplib.SMTPNotSupportedError, UnicodeError):
            raise MailRefused("address") from None
        except (smtplib.SMTPException, OSError) as failure:
            # Its words may quote the address.
            raise MailUnavailable(type(failure).__name__) from None
        return str(message["Message-ID"])

    def _hand_over(self, message: EmailMessage, deadline: Deadline) -> None:
        try:
            with _Server(self.account, deadline) as server:
                self._introduce(server)
                server.send_message(message)
                # What was taken is taken, however the server says good-bye.
                with suppress(smtplib.SMTPException, OSError):
                    server.quit()
        except (smtplib.SMTPServerDisconnected, OSError):
            if deadline.is_over:
                raise TimeoutError from None
            raise

    def _introduce(self, server: smtplib.SMTP) -> None:
        """Raise MailUnavailable where the server has no TLS or takes no passwords."""
        account = self.account
        try:
            if account.security is Security.STARTTLS:
                server.starttls(context=account.tls)
            if account.username:
                server.login(account.username, account.password)
        except smtplib.SMTPNotSupportedError:
            raise MailUnavailable("not offered") from None

    def _message(self, letter: Letter) -> EmailMessage:
        account = self.account
        domain = account.sender.rpartition("@")[2]
        message = EmailMessage(policy=SMTP)
        try:
            message["To"] = Address(addr_spec=letter.to)
        except (ValueError, IndexError, MessageError):
            raise MailRefused("address") from None
        message["From"] = Address(account.sender_name, addr_spec=account.sender)
        message["Subject"] = letter.subject
        message["Date"] = self.clock.now()
        message["Message-ID"] = f"<{letter.reference}@{domain}>"
        # Nobody's absence notice is to answer (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        for each in letter.attachments:
            message.add_attachment(
                each.content, maintype="application", subtype="pdf", filename=each.name
            )
        # Last: what fills a message takes such headers off it.
        message["Content-Language"] = letter.language
        return message


def _failure(code: int) -> MailRefused | MailUnavailable:
    if code >= _PERMANENT and code not in _FOR_LATER:
        return MailRefused(f"status {code}")
    return MailUnavailable(f"status {code}")
