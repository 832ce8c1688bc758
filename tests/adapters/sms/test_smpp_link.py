"""The link in this process: what it says and hears between messages, and the way to it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from docgen.adapters.sms import smpp_frames
from docgen.adapters.sms.smpp import SmppGateway
from docgen.adapters.sms.smpp_frames import Say
from docgen.adapters.sms.smpp_link import Link, Profile
from docgen.adapters.sms.smpp_pace import Pace
from docgen.adapters.sms.smpp_place import Place
from docgen.adapters.sms.smpp_session import Centre
from docgen.domain.dispatch import Receipt
from docgen.domain.errors import Misconfigured, SmsRefused, SmsUncertain
from tests.adapters.sms.linked import is_bound, linked
from tests.fakes import FakeClock
from tests.processes.running import eventually
from tests.processes.sending import TEXT, message
from tests.services.message_centre import MessageCentre


def test_a_quiet_bind_is_kept_alive(tmp_path: Path, centre: MessageCentre) -> None:
    """The centre is asked whether it is there, again and again."""
    with linked(tmp_path, centre, enquire_every=0.1):
        assert eventually(lambda: len(centre.named("enquire_link")) >= 3)
        assert len(centre.named("bind")) == 1


def test_a_bind_on_which_nobody_answers_is_given_up(tmp_path: Path, centre: MessageCentre) -> None:
    """A connection may look alive for hours."""
    with linked(tmp_path, centre, enquire_every=0.1) as gateway:
        centre.behave(silent=True)
        assert eventually(lambda: not is_bound(gateway))
        assert "silent" in gateway.status()["why"]
        centre.behave(silent=False)
        assert eventually(lambda: is_bound(gateway))


@pytest.mark.parametrize("farewell", [b"", smpp_frames.frame(Say.SEND), b"rubbish\n"])
def test_nothing_leaves_for_a_process_that_went_away(
    tmp_path: Path, centre: MessageCentre, farewell: bytes
) -> None:
    """It waited for its turn and did not say `go`: it may have sent by another route meanwhile."""
    with linked(tmp_path, centre) as gateway:
        for _ in range(4):
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(str(gateway.socket))
                line.sendall(smpp_frames.of_message(message(TEXT)))
                assert smpp_frames.read(line.recv(1000))[0] is Say.TURN
                line.sendall(farewell)

        gateway.send(message("the next one"))

        assert [got["text"] for got in centre.got] == ["the next one"]


@pytest.mark.parametrize(
    "said", [b"rubbish\n", b"{}\n", b'{"say": "send"}\n', b'{"say": "go"}\n', b"x" * 100_000, b""]
)
def test_a_frame_of_nobody_is_not_answered(
    tmp_path: Path, centre: MessageCentre, said: bytes
) -> None:
    """And the link serves the next one."""
    with linked(tmp_path, centre) as gateway:
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(gateway.socket))
            line.settimeout(5)
            try:
                line.sendall(said)
                line.shutdown(socket.SHUT_WR)
                answer = line.recv(1000)
            except (BrokenPipeError, ConnectionResetError):
                answer = b""

        assert answer == b""
        gateway.send(message(TEXT))


@pytest.mark.parametrize("failure", [Misconfigured("no table"), RuntimeError("+77015550142")])
def test_a_receipt_that_is_not_kept_is_asked_for_again(
    tmp_path: Path,
    centre: MessageCentre,
    failure: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever failed; and what the failure says is not logged."""

    def take(_receipt: Receipt) -> None:
        raise failure

    with linked(tmp_path, centre, take=take) as gateway:
        taken = gateway.send(message(TEXT))

        assert centre.deliver(id=taken.message_id) == 0x64

    assert "the centre sends it again" in caplog.text
    assert str(failure) not in caplog.text


def test_a_slow_register_keeps_nobody_from_sending(tmp_path: Path, centre: MessageCentre) -> None:
    """Receipts wait for it, messages do not."""
    free = threading.Event()
    centre.behave(receipts="after")
    with linked(tmp_path, centre, take=lambda _receipt: free.wait(20)) as gateway:
        for _ in range(10):
            gateway.send(message(TEXT))
        assert centre.named("receipt answered") == []
        free.set()
        assert eventually(lambda: len(centre.named("receipt answered")) == 10)


def test_receipts_that_wait_do_not_keep_it_from_ending(
    tmp_path: Path, centre: MessageCentre
) -> None:
    """Those that are being kept are finished; the centre sends the others again."""
    begun: list[Receipt] = []
    free = threading.Event()

    def take(receipt: Receipt) -> None:
        begun.append(receipt)
        free.wait(20)

    centre.behave(receipts="after")
    with linked(tmp_path, centre, take=take) as gateway:
        for _ in range(10):
            gateway.send(message(TEXT))
        assert eventually(lambda: len(begun) == 4)
        freeing = threading.Timer(0.5, free.set)
        freeing.start()

    freeing.join()
    assert len(begun) == 4


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([smpp_frames.frame(Say.TURN)], SmsUncertain),
        ([smpp_frames.frame(Say.TURN), b"rubbish\n"], SmsUncertain),
        ([smpp_frames.frame(Say.TURN), smpp_frames.frame(Say.REFUSED, raw="no")], SmsRefused),
        ([smpp_frames.frame(Say.REFUSED, raw="no")], SmsRefused),
        ([smpp_frames.frame(Say.TAKEN, id="7", raw="")], SmsRefused),
        ([b"rubbish\n"], SmsRefused),
        ([], SmsRefused),
    ],
)
def test_what_a_link_says_before_it_dies_decides(
    tmp_path: Path, answers: list[bytes], error: type[Exception]
) -> None:
    """Before our `go` nothing has left; after it only a word of the link's is certain."""
    gateway = SmppGateway(socket=tmp_path / "link.sock")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(gateway.socket))
        listening.listen()

        def dying() -> None:
            connection, _ = listening.accept()
            with connection:
                for answer in answers:
                    connection.recv(10_000)
                    connection.sendall(answer)
                # What is said to a link that dies is read all the same, where anything is.
                connection.settimeout(0.3)
                with suppress(TimeoutError):
                    connection.recv(10_000)

        link = threading.Thread(target=dying)
        link.start()
        with pytest.raises(error) as caught:
            gateway.send(message(TEXT))
        link.join()

    assert "482913" not in repr(caught.value)


def test_a_place_that_cannot_be_is_told(tmp_path: Path) -> None:
    """A path too long for a socket, or a folder that is a file."""
    (tmp_path / "file").write_text("")

    for path in (tmp_path / ("x" * 120), tmp_path / "file" / "link.sock"):
        with pytest.raises(Misconfigured), Place(path).held():
            pass


def test_a_link_that_can_never_bind_ends(tmp_path: Path, centre: MessageCentre) -> None:
    """Rather than refuse messages for ever without a word."""
    link = Link(
        centre=Centre(host="127.0.0.1", port=centre.port, system_id="құпия", password=""),
        profile=Profile(sender="TELECOM", rate=1, window=1),
        place=Place(tmp_path / "link.sock"),
        take=repr,
        clock=FakeClock(),
    )

    with pytest.raises(UnicodeEncodeError):
        asyncio.run(link.run(asyncio.Event()))
    assert not (tmp_path / "link.sock").exists()


def test_turns_are_evenly_spaced() -> None:
    """Twenty a second; who would have to wait too long is told at once."""

    async def twenty_one() -> tuple[float, bool, float]:
        pace, loop = Pace(rate=20), asyncio.get_running_loop()
        began = loop.time()
        await asyncio.gather(*(pace.turn(by=began + 2) for _ in range(21)))
        took, asked = loop.time() - began, loop.time()
        pace.rest(5)
        return took, await pace.turn(by=asked + 1), loop.time() - asked

    took, has_turn, refused_after = asyncio.run(twenty_one())

    assert 1.0 <= took < 2.0
    assert not has_turn
    assert refused_after < 1


@contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        listening.settimeout(5)
        yield listening


def _serve(connection: socket.socket) -> None:
    """One message, as a link does that takes it."""
    connection.recv(10_000)
    connection.sendall(smpp_frames.frame(Say.TURN))
    connection.recv(10_000)
    connection.sendall(smpp_frames.frame(Say.TAKEN, id="7", raw=""))


def test_one_connection_has_one_message_after_another(tmp_path: Path) -> None:
    """To make a new one for each would cost both sides more than the message."""
    gateway = SmppGateway(socket=tmp_path / "link.sock")
    with _listening(gateway.socket) as listening:

        def link() -> None:
            connection, _ = listening.accept()
            with connection:
                for _ in range(3):
                    _serve(connection)

        serving = threading.Thread(target=link)
        serving.start()
        assert [gateway.send(message(TEXT)).message_id for _ in range(3)] == ["7"] * 3
        serving.join()


def test_a_link_that_was_started_anew_is_found(tmp_path: Path, centre: MessageCentre) -> None:
    """No message is refused because of a connection that its predecessor had."""
    with linked(tmp_path, centre) as gateway:
        gateway.send(message("the first one"))
    with linked(tmp_path, centre):
        gateway.send(message("the next one"))

    assert [got["text"] for got in centre.got] == ["the first one", "the next one"]


def test_a_turn_that_comes_too_late_is_not_the_next_messages(tmp_path: Path) -> None:
    """Whose turn it is was refused long ago, and may have left by another route."""
    gateway = SmppGateway(socket=tmp_path / "link.sock")
    with _listening(gateway.socket) as listening, ExitStack() as open_still:
        with pytest.raises(SmsRefused, match="absent"):
            gateway.send(message(TEXT))
        silent = open_still.enter_context(listening.accept()[0])
        with suppress(BrokenPipeError):
            silent.sendall(smpp_frames.frame(Say.TURN))

        def link() -> None:
            connection, _ = listening.accept()
            with connection:
                _serve(connection)

        serving = threading.Thread(target=link)
        serving.start()
        assert gateway.send(message("the next one")).message_id == "7"
        serving.join()
        assert b"the next one" not in silent.recv(10_000)


@pytest.mark.parametrize("unasked", [b"", smpp_frames.frame(Say.TURN)])
def test_a_connection_that_is_not_quiet_is_not_used_again(tmp_path: Path, unasked: bytes) -> None:
    """It was closed, or says what nobody asked for."""
    gateway = SmppGateway(socket=tmp_path / "link.sock")
    with _listening(gateway.socket) as listening, ExitStack() as open_still:
        both = threading.Barrier(2, timeout=5)

        def link() -> None:
            first, _ = listening.accept()
            open_still.enter_context(first)
            _serve(first)
            both.wait()
            first.sendall(unasked) if unasked else first.close()
            both.wait()
            second, _ = listening.accept()
            with second:
                _serve(second)

        serving = threading.Thread(target=link)
        serving.start()
        gateway.send(message(TEXT))
        both.wait()
        both.wait()
        assert gateway.send(message("the next one")).message_id == "7"
        serving.join()
