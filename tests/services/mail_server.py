"""A mail server on loopback, which takes letters, or refuses them as a test wants."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = "qoltanba", "a password of tests"


@dataclass
class MailServer:
    """What came; what it answers to a recipient or to a whole letter, where it is to refuse."""

    letters: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    refuse_recipient: str | None = None
    refuse_letter: str | None = None
    answers_after: float = 0.0
    """Seconds: each answer to a sender, a recipient and a letter."""
    port: int = 0

    async def handle_MAIL(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Take a sender."""
        await asyncio.sleep(self.answers_after)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take a recipient, or not."""
        await asyncio.sleep(self.answers_after)
        if self.refuse_recipient is not None:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a letter, or not."""
        await asyncio.sleep(self.answers_after)
        if self.refuse_letter is not None:
            return self.refuse_letter
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.to += envelope.rcpt_tos
        return "250 OK"


def _known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    known = isinstance(given, LoginPassword) and given.login == USER.encode()
    return AuthResult(success=known and given.password == PASSWORD.encode())


@contextmanager
def mail_server(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    login: bool = False,
) -> Iterator[MailServer]:
    """A server; with a context it speaks TLS, from the first byte or after STARTTLS."""
    server = MailServer()

    class _Controller(Controller):
        def factory(self) -> SMTP:
            return SMTP(
                self.handler,
                tls_context=starttls,
                require_starttls=starttls is not None,
                authenticator=_known,
                auth_required=login and starttls is not None,
                auth_require_tls=starttls is not None,
            )

    # Its own way of looking whether it has started knows no port that the system chose.
    with socket.create_server(("127.0.0.1", 0)) as free:
        server.port = free.getsockname()[1]
    controller = _Controller(server, hostname="127.0.0.1", port=server.port, ssl_context=tls)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
