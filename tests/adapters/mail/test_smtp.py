"""Letters over a real SMTP server."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from docgen.adapters.mail.smtp import Security, SmtpAccount, SmtpMailer
from docgen.domain.errors import MailRefused, MailUnavailable
from docgen.ports_of_copies import Attachment, Letter
from tests.fakes import FakeClock
from tests.services.mail_server import PASSWORD, USER, mail_server
from tests.services.own_certificate import contexts

LETTER = Letter(
    to="a.testov@example.kz",
    subject="Қол қойылған құжаттарыңыз, тапсырыс 1-204817733",
    text="Сәлеметсіз бе!\n\nАКТ-2026-000001\n",
    language="kk",
    reference="01-email",
    attachments=(Attachment(name="АКТ-2026-000001.pdf", content=b"%PDF-1.7\r\n\x00\xff\n%%EOF\n"),),
)


def mailer_to(port: int, **changes: Any) -> SmtpMailer:
    """One that hands letters to a server on this machine."""
    account = SmtpAccount(
        host="127.0.0.1",
        port=port,
        security=Security.NONE,
        tls=ssl.create_default_context(),
        sender="no-reply@operator.example",
        sender_name="Қазақтелеком",
        patience=3.0,
    )
    return SmtpMailer(account=replace(account, **changes), clock=FakeClock())


def test_a_letter_arrives_as_it_was_written() -> None:
    """Kazakh letters in subject, sender and file name; the file to the byte."""
    with mail_server() as server:
        message_id = mailer_to(server.port).send(LETTER)

    (letter,) = server.letters
    assert server.to == [LETTER.to]
    assert (letter["Subject"], letter["To"]) == (LETTER.subject, LETTER.to)
    assert letter["From"] == "Қазақтелеком <no-reply@operator.example>"
    assert letter["Message-ID"] == message_id == "<01-email@operator.example>"
    assert (letter["Content-Language"], letter["Auto-Submitted"]) == ("kk", "auto-generated")
    body = letter.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == LETTER.text
    (file,) = letter.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == (
        "АКТ-2026-000001.pdf",
        "application/pdf",
    )
    assert file.get_content() == LETTER.attachments[0].content


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_letter_travels_under_tls_with_a_password(security: Security, tmp_path: Path) -> None:
    """To a server whose certificate is trusted, and to nobody else."""
    theirs, ours = contexts(tmp_path)
    shown = {"starttls": theirs} if security is Security.STARTTLS else {"tls": theirs}
    with mail_server(**shown, login=True) as server:
        known = {"security": security, "username": USER, "password": PASSWORD}
        mailer_to(server.port, tls=ours, **known).send(LETTER)
        with pytest.raises(MailUnavailable):
            mailer_to(server.port, **known).send(LETTER)
        with pytest.raises(MailUnavailable):
            mailer_to(server.port, tls=ours, **known | {"password": "another"}).send(LETTER)

    assert len(server.letters) == 1


def test_a_server_without_starttls_gets_no_letter() -> None:
    """Whoever strips the offer from the line learns nothing."""
    with mail_server() as server, pytest.raises(MailUnavailable):
        mailer_to(server.port, security=Security.STARTTLS).send(LETTER)

    assert server.letters == []


@pytest.mark.parametrize("answer", ["421 later", "450 busy", "452 full"])
def test_what_may_be_better_later_is_unavailable(answer: str) -> None:
    """Grey lists and full disks: the letter is tried again."""
    with mail_server() as server:
        server.refuse_recipient = answer
        with pytest.raises(MailUnavailable):
            mailer_to(server.port).send(LETTER)
        server.refuse_recipient, server.refuse_letter = None, answer
        with pytest.raises(MailUnavailable):
            mailer_to(server.port).send(LETTER)


def test_no_such_mailbox_is_refused_for_good() -> None:
    """Its words, which quote the address, are not repeated."""
    with mail_server() as server:
        server.refuse_recipient = f"550 no such user {LETTER.to}"
        with pytest.raises(MailRefused) as refused:
            mailer_to(server.port).send(LETTER)

    assert refused.value.raw == "status 550"
    assert LETTER.to not in str(refused.value)


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b@c", "a b@example.kz", "a@example.kz\nBcc: x@y.kz"]
)
def test_what_is_no_address_is_refused_before_anybody_is_asked(address: str) -> None:
    """Nor can an address bring another one along."""
    with mail_server() as server, pytest.raises(MailRefused):
        mailer_to(server.port).send(replace(LETTER, to=address))

    assert server.letters == []


def test_a_letter_that_is_too_large_is_refused() -> None:
    """As it travels, a third larger than its files."""
    with pytest.raises(MailRefused, match="too large"):
        mailer_to(1, most_bytes=10).send(LETTER)


def test_a_dead_server_is_unavailable() -> None:
    """Nobody says a word, or nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mailer = mailer_to(silent.getsockname()[1], patience=0.3)
        with pytest.raises(MailUnavailable):
            mailer.send(LETTER)
    with pytest.raises(MailUnavailable):
        mailer.send(LETTER)


@dataclass
class Dripping:
    """A server that says what it says at once, and at one word only drips, a byte at a time."""

    says: tuple[bytes, ...]
    port: int = 0

    def serve(self, listening: socket.socket) -> None:
        """One conversation: the last of what it says never ends."""
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            *whole, endless = self.says
            for each in whole:
                connection.sendall(each)
                connection.recv(65536)
            connection.sendall(endless)
            while True:
                time.sleep(0.05)
                connection.sendall(b"x")


@contextmanager
def dripping(*says: bytes) -> Iterator[Dripping]:
    """It listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Dripping(says, listening.getsockname()[1])
        thread = threading.Thread(target=server.serve, args=(listening,))
        thread.start()
        yield server
        thread.join()


_RECORD = b"\x16\x03\x03\x3f\xff"
"""The head of the longest record that there is in TLS."""
_OFFERS = b"250-tests\r\n250 STARTTLS\r\n"


@pytest.mark.parametrize(
    ("security", "says"),
    [
        (Security.NONE, (b"220 ",)),
        (Security.NONE, (b"220 tests\r\n", b"250 ")),
        (Security.NONE, (b"220 tests\r\n", *(b"250 OK\r\n",) * 3, b"354 ")),
        (Security.NONE, (b"220 tests\r\n", *(b"250 OK\r\n",) * 3, b"354 go on\r\n", b"")),
        (Security.STARTTLS, (b"220 tests\r\n", _OFFERS, b"220 go on\r\n", _RECORD)),
        (Security.TLS, (_RECORD,)),
    ],
    ids=["greeting", "hello", "data", "end", "starttls", "tls"],
)
def test_a_server_that_drips_takes_no_longer_than_one_that_is_silent(
    security: Security, says: tuple[bytes, ...]
) -> None:
    """The time is for a whole letter, however often something comes of an answer."""
    begun = time.monotonic()
    with dripping(*says) as server, pytest.raises(MailUnavailable, match="TimeoutError"):
        mailer_to(server.port, security=security, patience=1.0).send(LETTER)

    assert time.monotonic() - begun < 4


def test_many_slow_answers_are_not_waited_for_each_by_itself() -> None:
    """Connecting, introducing and handing over have one time together."""
    begun = time.monotonic()
    with mail_server() as server:
        server.answers_after = 0.5
        with pytest.raises(MailUnavailable):
            mailer_to(server.port, patience=1.0).send(LETTER)

    assert time.monotonic() - begun < 4


def test_whoever_was_in_time_leaves_nothing_behind() -> None:
    """No thread waits for the end of a time that nobody needs any more."""
    with mail_server() as server:
        before = set(threading.enumerate())
        mailer_to(server.port, patience=60.0).send(LETTER)

        ends = time.monotonic() + 5
        while set(threading.enumerate()) - before and time.monotonic() < ends:
            time.sleep(0.01)
        assert not set(threading.enumerate()) - before


def test_a_letter_shows_nobody() -> None:
    """Neither address nor words in what is printed of it."""
    assert not [each for each in (LETTER.to, LETTER.subject, LETTER.text) if each in repr(LETTER)]
