"""The sealing process's socket: what may be asked through it, and what never comes out of it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.sealer_client import SealerClient
from docgen.adapters.sealing.sealer_exchange import (
    Answer,
    Request,
    Verb,
    pack_answer,
    pack_request,
    reached,
    read_all,
    unpack_answer,
)
from docgen.adapters.sealing.sealer_server import SealerServer
from docgen.domain.envelope import SealLevel
from docgen.domain.errors import (
    DocgenError,
    Misconfigured,
    SealKeyUnusable,
    SealRefused,
    SealUnavailable,
    StaleEnvelope,
)
from docgen.domain.sealing import DetachedOrder, SealOrder
from docgen.domain.verdict import Verdict
from docgen.ports import Sealer, Verifier
from tests.adapters.sealing.conftest import MakeSealer
from tests.adapters.sealing.papers import CAPTION, FROZEN, order
from tests.fakes import FakeSealer


@dataclass
class Warrant:
    """A register that says yes to all; `refusing` is raised instead while it is set."""

    asked: list[SealOrder] = field(default_factory=list)
    refusing: DocgenError | None = None

    def __call__(self, order: SealOrder) -> str:
        """The id of no document."""
        self.asked.append(order)
        if self.refusing is not None:
            raise self.refusing
        return "document-1"


@pytest.fixture
def place(short_directory: Path, request: pytest.FixtureRequest) -> Path:
    """Where a process of one test listens."""
    return short_directory / f"seal-{abs(hash(request.node.name)):x}" / "socket"


@contextmanager
def serving(place: Path, sealer: Sealer, warrant: Warrant | None = None) -> Iterator[None]:
    """A process at that place within the block, in threads of this one."""
    server = SealerServer(place, sealer=sealer, warrant=warrant or Warrant())
    server.start()
    try:
        yield
    finally:
        server.stop()


@pytest.fixture
def client(place: Path, picture: SealPicture) -> SealerClient:
    """Whoever asks."""
    return SealerClient(place, picture=picture, patience=30)


@pytest.mark.parametrize("label", ["rsa3072", "ec"])
def test_what_comes_out_is_the_seal_that_was_made_inside(
    place: Path, client: SealerClient, make_sealer: MakeSealer, verifier: Verifier, label: str
) -> None:
    """The sealed file, its level, its signer and its time, as if it were sealed here."""
    with serving(place, make_sealer(label)):
        made = client.seal(order())

    assert made.pdf.startswith(FROZEN)
    assert verifier.verify(made.pdf).verdict is Verdict.VALID
    assert (made.level, made.signer[:10]) == (SealLevel.B_B, "Сынақ мөрі")


def test_nothing_is_sealed_without_a_warrant(place: Path, client: SealerClient) -> None:
    """What the register refuses is refused, and what has gone stale is told so, to come again."""
    warrant = Warrant(refusing=SealRefused("no such document"))
    sealer, wanted = FakeSealer(), order()
    with serving(place, sealer, warrant):
        with pytest.raises(SealRefused, match="no such document"):
            client.seal(wanted)
        warrant.refusing = StaleEnvelope("01")
        with pytest.raises(StaleEnvelope):
            client.seal(wanted)

    assert warrant.asked == [wanted, wanted]
    assert sealer.orders == []


def test_a_rehearsal_lets_no_sealed_byte_out(
    place: Path, client: SealerClient, make_sealer: MakeSealer
) -> None:
    """It needs no warrant, since the seal itself goes nowhere: the report is all that comes."""
    warrant = Warrant(refusing=SealRefused("never asked"))
    with serving(place, make_sealer("ec"), warrant):
        rehearsal = client.rehearse(order())
        said = _raw(place, pack_request(Request(verb=Verb.REHEARSE, order=order())))

    assert rehearsal.report.verdict is Verdict.VALID
    assert warrant.asked == []
    answer = unpack_answer(said)
    assert answer.sealed is None
    assert answer.rehearsal is not None
    assert len(said) < len(FROZEN) / 2


def test_the_check_says_what_the_key_can_do(
    place: Path, client: SealerClient, make_sealer: MakeSealer
) -> None:
    """The same as where the key is; an unusable key is told with its reason."""
    sealer = make_sealer("rsa3072")
    with serving(place, sealer):
        assert client.check() == sealer.check()
    with (
        serving(place, make_sealer("expired")),
        pytest.raises(SealKeyUnusable, match="has expired"),
    ):
        client.check()


def test_files_are_examined_without_the_process(
    place: Path, client: SealerClient, make_sealer: MakeSealer
) -> None:
    """Once the holder's name is known, what is rendered is judged while the process is dead."""
    with serving(place, make_sealer("ec")):
        client.check()

    client.examine(FROZEN, CAPTION)
    with pytest.raises(SealRefused):
        client.examine(b"%PDF-1.7 nothing", CAPTION)
    with pytest.raises(SealRefused, match="caption"):
        client.examine(FROZEN, CAPTION * 9)


def test_without_the_process_a_seal_waits(place: Path, client: SealerClient) -> None:
    """No folder, no socket, or a socket that nobody serves any more."""
    with pytest.raises(SealUnavailable):
        client.seal(order())
    place.parent.mkdir()
    with pytest.raises(SealUnavailable):
        client.seal(order())
    with socket.socket(socket.AF_UNIX) as left, reached(place) as address:
        left.bind(address)
    with pytest.raises(SealUnavailable):
        client.seal(order())


@pytest.mark.parametrize(
    "answer", [b"", b"garbage", b"{}", pack_answer(Answer(error="unheard_of", words="?"))]
)
def test_a_process_that_dies_or_babbles_is_unavailable(
    place: Path, client: SealerClient, answer: bytes
) -> None:
    """A connection that closes early, bytes that are no answer, an empty one, a strange error."""
    place.parent.mkdir(exist_ok=True)
    with socket.socket(socket.AF_UNIX) as listening, reached(place) as address:
        listening.bind(address)
        listening.listen()
        thread = threading.Thread(target=_babble, args=(listening, answer))
        thread.start()
        with pytest.raises(SealUnavailable):
            client.seal(order())
        thread.join()


def _babble(listening: socket.socket, answer: bytes) -> None:
    connection, _ = listening.accept()
    with connection:
        read_all(connection)
        connection.sendall(answer)


@pytest.mark.parametrize(
    "request_", [b"", b"\x00\xff", b"[]", b'{"verb":"sign","digest":"AAAA"}', b'{"verb":"seal"}']
)
def test_nothing_else_can_be_asked(place: Path, request_: bytes) -> None:
    """Least of all a signature over a digest: such a request is not understood."""
    sealer = FakeSealer()
    with serving(place, sealer):
        answer = unpack_answer(_raw(place, request_))

    assert answer.error == "seal_refused"
    assert sealer.orders == []


def test_no_detached_signature_is_made_where_none_is_set(place: Path, client: SealerClient) -> None:
    """Whoever asks all the same is refused."""
    wanted = DetachedOrder(envelope_id="1", document_id="2", pdf=FROZEN)
    with serving(place, FakeSealer()), pytest.raises(SealRefused, match="no detached"):
        client.sign(wanted)


def test_a_detached_signature_needs_its_own_warrant(place: Path, client: SealerClient) -> None:
    """Bytes that the register knows as sealed are signed; others never reach the signer."""
    wanted = DetachedOrder(envelope_id="1", document_id="2", pdf=FROZEN)
    signed: list[DetachedOrder] = []
    refused: list[DetachedOrder] = []

    def sign(order: DetachedOrder) -> bytes:
        signed.append(order)
        return b"CMS"

    def warrant(order: DetachedOrder) -> None:
        if order.document_id != "2":
            refused.append(order)
            raise SealRefused("not the bytes that were sealed")

    server = SealerServer(
        place,
        sealer=FakeSealer(),
        warrant=Warrant(),
        detached=_Signing(sign),
        warrant_detached=warrant,
    )
    server.start()
    try:
        assert client.check().detached
        assert client.sign(wanted) == b"CMS"
        with pytest.raises(SealRefused, match="not the bytes"):
            client.sign(replace(wanted, document_id="3"))
    finally:
        server.stop()
    assert signed == [wanted]
    assert len(refused) == 1


@dataclass
class _Signing:
    sign: Callable[[DetachedOrder], bytes]


def test_only_owner_and_group_reach_the_socket(place: Path) -> None:
    """Its folder is not others' either."""
    with serving(place, FakeSealer()):
        assert place.stat().st_mode & 0o777 == 0o660
        assert place.parent.stat().st_mode & 0o007 == 0


def test_one_process_serves_a_place(place: Path, client: SealerClient) -> None:
    """A second one is refused and disturbs nothing; what a dead one left is taken over."""
    with serving(place, FakeSealer()):
        second = SealerServer(place, sealer=FakeSealer(), warrant=Warrant())
        with pytest.raises(Misconfigured, match="another sealing process"):
            second.start()
        assert client.check().holder == "CN=Fake Seal"
    place.touch()
    with serving(place, FakeSealer()):
        assert client.check().holder == "CN=Fake Seal"


def test_a_place_deep_in_folders_can_be_reached(tmp_path: Path, picture: SealPicture) -> None:
    """Though the kernel takes no address of more than 107 bytes."""
    deep = tmp_path / ("x" * 90) / ("y" * 90) / "socket"
    with serving(deep, FakeSealer()):
        assert SealerClient(deep, picture=picture).check().holder == "CN=Fake Seal"


def test_the_trouble_of_one_request_is_not_the_next_ones(place: Path, client: SealerClient) -> None:
    """A fault inside is unavailability for its asker alone, and its words stay inside."""
    sealer = FakeSealer(orders=_Faulty())
    with serving(place, sealer):
        with pytest.raises(SealUnavailable) as caught:
            client.seal(order())
        assert client.check().holder == "CN=Fake Seal"
    assert "secret" not in str(caught.value)


class _Faulty(list[SealOrder]):
    def append(self, _: SealOrder) -> None:
        raise RuntimeError("a secret of the inside")


def test_what_was_begun_is_finished_at_the_end(
    place: Path, client: SealerClient, make_sealer: MakeSealer
) -> None:
    """Whoever stops it waits for the seal in the making, which reaches its asker."""
    begun, go_on = threading.Event(), threading.Event()

    def wait(_: SealOrder) -> None:
        begun.set()
        go_on.wait(30)

    server = SealerServer(place, sealer=make_sealer("ec"), warrant=_Calling(wait))
    server.start()
    levels: list[SealLevel] = []
    asking = threading.Thread(target=lambda: levels.append(client.seal(order()).level))
    asking.start()
    assert begun.wait(30)
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    go_on.set()
    asking.join(30)
    stopping.join(30)

    assert levels == [SealLevel.B_B]
    assert not stopping.is_alive()


def test_the_check_does_not_wait_behind_seals(place: Path, client: SealerClient) -> None:
    """All places are taken by seals that wait: whoever starts now still learns what he needs."""
    begun, go_on = threading.Event(), threading.Event()

    def wait(_: SealOrder) -> None:
        begun.set()
        go_on.wait(30)

    server = SealerServer(place, sealer=FakeSealer(), warrant=_Calling(wait), at_once=1)
    server.start()
    asking = threading.Thread(target=client.seal, args=(order(),))
    asking.start()
    assert begun.wait(30)

    assert client.check().holder == "CN=Fake Seal"

    assert asking.is_alive()
    go_on.set()
    asking.join(30)
    server.stop()


@dataclass
class _Calling:
    call: Callable[[SealOrder], None]

    def __call__(self, order: SealOrder) -> str:
        self.call(order)
        return "document-1"


def _raw(place: Path, request: bytes) -> bytes:
    """The answer to these bytes."""
    with socket.socket(socket.AF_UNIX) as connection, reached(place) as address:
        connection.connect(address)
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return read_all(connection)
