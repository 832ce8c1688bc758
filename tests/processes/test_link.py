"""`docgen smpp`: what reaches the centre, who may hand it in, how it starts and ends."""

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from docgen.bootstrap.smpp import link_state
from docgen.domain.errors import SmsRefused, SmsUnavailable
from docgen.settings import Settings
from docgen.settings_of_sms import SmppSettings, SmsSettings
from tests.processes.link import SENDER, LinkProcess
from tests.processes.running import eventually
from tests.processes.sending import LIFE, PHONE, TEXT, Sender, message
from tests.services.message_centre import PASSWORD, MessageCentre
from tests.services.programs import need
from tests.visit.terminal import docgen

LONG = "Қазақтелеком: " + "өңірдегі желіде жұмыс жүргізіледі. " * 5


@pytest.fixture
def link(tmp_path: Path, centre: MessageCentre, sqlite_url: str) -> Iterator[LinkProcess]:
    """The link, bound."""
    started = LinkProcess(tmp_path, centre, sqlite_url)
    started.start()
    yield started
    started.clear()


def test_a_kazakh_text_arrives_exact(link: LinkProcess, centre: MessageCentre) -> None:
    """In one part of UCS-2, from our name to an international number, never as a flash message."""
    link.gateway.send(message(TEXT))

    (got,) = centre.got
    assert got["text"] == TEXT
    assert (got["data_coding"], got["esm_class"], got["payload"]) == (8, 0, False)
    assert (got["from"], got["from_ton"], got["from_npi"]) == (SENDER, 5, 0)
    assert (got["to"], got["to_ton"], got["to_npi"]) == (PHONE.value.removeprefix("+"), 1, 1)
    assert got["receipt"] == 1


def test_a_message_is_worth_nothing_after_its_life(
    link: LinkProcess, centre: MessageCentre
) -> None:
    """The centre gives it up when the code has died."""
    link.gateway.send(message(TEXT))

    valid_for = datetime.fromisoformat(centre.got[0]["validity"]) - datetime.now(UTC)
    assert LIFE - timedelta(seconds=20) < valid_for <= LIFE


@pytest.mark.parametrize(
    ("text", "coding"),
    [
        ("Akt 1045 rastau kody: 482913.", 0),
        ("Akt 1045: 482913\n@esign.kz #482913", 8),
        ("Код 482913", 8),
        ("a" * 161, 8),
    ],
)
def test_the_default_alphabet_carries_what_all_centres_agree_on(
    link: LinkProcess, centre: MessageCentre, text: str, coding: int
) -> None:
    """Letters, digits and such; an @ stands elsewhere in GSM 03.38, so it goes as UCS-2."""
    link.gateway.send(message(text))

    assert (centre.got[0]["text"], centre.got[0]["data_coding"]) == (text, coding)


def test_a_long_text_is_one_message(link: LinkProcess, centre: MessageCentre) -> None:
    """It has one id, so that one receipt tells of all of it."""
    link.gateway.send(message(LONG))

    (got,) = centre.got
    assert (got["text"], got["payload"]) == (LONG, True)


def test_a_repeated_message_can_be_told(link: LinkProcess, centre: MessageCentre) -> None:
    """The same reference gives the same mark, another one another."""
    for reference in ("hop-1", "hop-1", "hop-2"):
        link.gateway.send(message(TEXT, reference=reference))

    first, again, other = (got["reference"] for got in centre.got)
    assert first == again != other


def test_only_its_owner_may_hand_messages_in(link: LinkProcess) -> None:
    """Socket and folder are closed to others."""
    assert stat.S_IMODE(link.socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(link.socket.parent.stat().st_mode) == 0o700


def test_another_user_is_not_served(
    short_directory: Path, centre: MessageCentre, sqlite_url: str
) -> None:
    """Not even one whom somebody has let into the folder."""
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    link = LinkProcess(short_directory, centre, sqlite_url)
    link.start()
    (short_directory / "var").chmod(0o755)
    link.socket.parent.chmod(0o755)
    link.socket.chmod(0o777)
    ask = (
        "import socket, sys; s = socket.socket(socket.AF_UNIX); s.settimeout(5);"
        "s.connect(sys.argv[1]); print(s.recv(1000))"
    )
    nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"]

    said = subprocess.run(
        [*need("setpriv"), *nobody, "/usr/bin/python3", "-c", ask, str(link.socket)],
        capture_output=True,
        text=True,
        check=False,
    )

    link.clear()
    assert said.stdout == "b''\n", said.stderr


def test_a_second_link_does_not_start(link: LinkProcess, centre: MessageCentre) -> None:
    """There is one bind; whoever has it is not disturbed."""
    said = docgen(link.folder, "smpp", **link.settings)

    assert said.returncode == 1
    assert "another link is at work" in said.stderr
    assert link.is_bound()
    assert len(centre.named("bind")) == 1


def test_a_link_without_a_centre_does_not_start(tmp_path: Path) -> None:
    """It says which settings are missing."""
    said = docgen(tmp_path, "smpp")

    assert said.returncode == 1
    assert "DOCGEN_SMS__SMPP__HOST" in said.stderr


def test_letters_that_smpp_does_not_know_are_told(link: LinkProcess) -> None:
    """And the password is not repeated."""
    said = docgen(link.folder, "smpp", **link.settings | {"DOCGEN_SMS__SMPP__PASSWORD": "құпия"})

    assert said.returncode == 1
    assert "DOCGEN_SMS__SMPP__SYSTEM_ID or __PASSWORD" in said.stderr
    assert "құпия" not in said.stderr


def test_sigterm_ends_it_by_an_unbind(link: LinkProcess, centre: MessageCentre) -> None:
    """The centre need not guess, and nothing is left behind."""
    assert link.end() == 0

    assert [each["event"] for each in centre.events] == ["bind", "unbind", "closed"]
    assert not link.socket.exists()
    with pytest.raises(SmsRefused):
        link.gateway.send(message(TEXT))


def test_sigterm_finishes_what_the_centre_was_given(
    link: LinkProcess, centre: MessageCentre
) -> None:
    """Who waits for an answer gets it."""
    centre.behave(delay=1500)
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(link.gateway.send(message(TEXT)).raw))
    asking.start()
    assert eventually(lambda: len(centre.got) == 1)

    assert link.end() == 0

    asking.join()
    assert answers == ["ESME_ROK"]


def test_it_starts_where_a_killed_one_left_its_socket(
    link: LinkProcess, centre: MessageCentre
) -> None:
    """What is left lying about is nobody's."""
    link.kill()
    assert link.socket.exists()
    with pytest.raises(SmsRefused, match="link absent"):
        link.gateway.send(message(TEXT))

    link.start()

    link.gateway.send(message(TEXT))
    assert len(centre.got) == 1


def test_it_may_be_reached_over_tls(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the machine trusts the centre's certificate, and not elsewhere."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    alternative = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(
        [*need("openssl"), *make.split(), *alternative, "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    centre = MessageCentre(tmp_path, tls=(key, certificate))
    centre.start()
    link = LinkProcess(tmp_path, centre, sqlite_url, TLS="true")
    try:
        link.start(bound=False)
        assert eventually(lambda: "CERTIFICATE" in link.gateway.status()["why"].upper())
        link.clear()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        link.start()
        link.gateway.send(message(TEXT))
        assert centre.got[0]["text"] == TEXT
    finally:
        link.clear()
        centre.stop()


def test_the_doctor_is_told_how_it_is(link: LinkProcess, centre: MessageCentre) -> None:
    """Bound, not bound and why, or not there at all."""
    settings = _settings(link, centre)
    assert link_state(settings) == {"bound": True, "in_flight": 0, "waiting": 0}

    centre.behave(bind_status=0x0D)
    centre.drop()
    assert eventually(lambda: "ESME_RBINDFAIL" in _why(settings))

    link.end()
    assert "does not run" in _why(settings)


def _settings(link: LinkProcess, centre: MessageCentre) -> Settings:
    smpp = SmppSettings(host="127.0.0.1", port=centre.port, socket=link.socket)
    return Settings(sms=SmsSettings(smpp=smpp))


def _why(settings: Settings) -> str:
    try:
        link_state(settings)
    except SmsUnavailable as error:
        return str(error)
    return ""


def test_what_it_logs_names_nobody(
    link: LinkProcess, centre: MessageCentre, sqlite_url: str
) -> None:
    """Neither code nor phone, text or password, whatever goes wrong; nothing had to be masked."""
    sender = Sender(sqlite_url, link.gateway)
    centre.behave(receipts="twice", statuses=[0, 0x58, 0x0B, 0, 0xFF, 0x413])
    for _ in range(6):
        sender.send(TEXT)
    sender.send(f"{TEXT} \ud800")
    centre.deliver(fields={"short_message": "482913", "source_addr": PHONE.value, "esm_class": 0})
    centre.deliver(fields={"short_message": f"id: text:482913 {PHONE.value}", "esm_class": 4})
    centre.say(TEXT.encode())
    assert eventually(lambda: len(centre.named("bind")) == 2 and link.is_bound())
    centre.behave(drop_at=len(centre.got) + 1)
    sender.send(TEXT)
    assert eventually(lambda: len(centre.named("bind")) == 3 and link.is_bound())
    sender.close()

    link.end()

    said = link.log.read_text(encoding="utf-8")
    assert len(link.lines()) > 6
    for word in ("482913", "5550142", "Қосылу", "esign", PASSWORD, "***", "Traceback"):
        assert word not in said


def test_a_process_with_codes_in_it_leaves_no_core() -> None:
    """PR_GET_DUMPABLE is 0 while it runs."""
    program = (
        "import ctypes, docgen.link\n"
        "class Asked:\n"
        "    async def run(self, stop):\n"
        "        print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))\n"
        "docgen.link.run(Asked())"
    )

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert said.stdout == b"0\n"
