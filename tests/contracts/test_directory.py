"""The contract of SubscriberDirectory, over files and over HTTP with a server that answers."""

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from docgen.adapters.numbers.file_directory import FileDirectory
from docgen.adapters.numbers.http_directory import HttpDirectory
from docgen.domain.errors import DirectoryUnavailable
from docgen.domain.number import Belongs, DirectoryAnswer
from docgen.domain.subscriber import Iin, Phone
from docgen.ports import SubscriberDirectory
from tests.contracts.directory_server import SECRET, DirectoryServer, certificate, serving

ALIYA, DANA = Iin("900101300007"), Iin("850512456785")
HERS, NOBODYS, SHARED = Phone("+77015550142"), Phone("+77015550143"), Phone("+77015550144")
CHANGED = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
LINES = (
    {"phone": HERS.value, "iin": ALIYA.value, "sim_changed_at": "2026-03-01T10:00:00+05:00"},
    {"phone": SHARED.value, "iin": ALIYA.value, "sim_changed_at": ""},
    {"phone": SHARED.value, "iin": DANA.value, "sim_changed_at": ""},
)
_NAMES = ("phone", "iin", "sim_changed_at")


def _csv(lines: object = LINES) -> str:
    rows = [",".join(each[name] for name in _NAMES) for each in lines]  # type: ignore[attr-defined]
    return "\n".join([",".join(_NAMES), *rows]) + "\n"


def _json_lines() -> str:
    return "\n".join(json.dumps(each) for each in LINES) + "\n"


def _put(path: Path, content: str) -> None:
    """In one step, as the description asks."""
    made = path.with_suffix(".part")
    made.write_text(content, encoding="utf-8")
    made.replace(path)


@pytest.fixture
def server() -> Iterator[DirectoryServer]:
    """A directory behind HTTP that knows the same lines."""
    with serving(LINES) as running:
        yield running


@pytest.fixture
def http(server: DirectoryServer) -> Iterator[HttpDirectory]:
    """The adapter that asks it."""
    directory = HttpDirectory(server.url, secret=SECRET)
    yield directory
    directory.close()


@pytest.fixture(params=["csv", "json lines", "http"])
def directory(request: pytest.FixtureRequest, tmp_path: Path) -> SubscriberDirectory:
    """Each adapter over the same lines."""
    if request.param == "http":
        asking: HttpDirectory = request.getfixturevalue("http")
        return asking
    path = tmp_path / ("known.csv" if request.param == "csv" else "known.jsonl")
    _put(path, _csv() if request.param == "csv" else _json_lines())
    return FileDirectory(path)


def test_a_number_is_its_subscribers(directory: SubscriberDirectory) -> None:
    """With the moment of its last SIM, in whatever zone that was told."""
    assert directory.look_up(HERS, ALIYA) == DirectoryAnswer(
        belongs=Belongs.YES, sim_changed_at=CHANGED
    )


def test_a_number_is_not_another_persons(directory: SubscriberDirectory) -> None:
    """The moment of the SIM is told all the same."""
    assert directory.look_up(HERS, DANA) == DirectoryAnswer(
        belongs=Belongs.NO, sim_changed_at=CHANGED
    )


def test_a_number_may_be_of_several(directory: SubscriberDirectory) -> None:
    """Each of them is told yes."""
    assert {directory.look_up(SHARED, each).belongs for each in (ALIYA, DANA)} == {Belongs.YES}


def test_an_unknown_number_is_unknown(directory: SubscriberDirectory) -> None:
    """Not the same as somebody else's."""
    assert directory.look_up(NOBODYS, ALIYA) == DirectoryAnswer()


# --- files ------------------------------------------------------------------------------


def test_a_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    """A line more, and a file that was not there before."""
    path = tmp_path / "known.csv"
    directory = FileDirectory(path)
    with pytest.raises(DirectoryUnavailable):
        directory.look_up(HERS, ALIYA)

    _put(path, _csv(LINES[1:]))
    assert directory.look_up(HERS, ALIYA).belongs is Belongs.UNKNOWN
    _put(path, _csv())
    assert directory.look_up(HERS, ALIYA).belongs is Belongs.YES


def test_a_file_that_stays_is_read_once(tmp_path: Path) -> None:
    """What is kept is what was read, as long as nobody touches it."""
    path = tmp_path / "known.csv"
    _put(path, _csv())
    directory = FileDirectory(path)
    directory.look_up(HERS, ALIYA)
    before = path.stat()

    path.write_text(_csv().replace(HERS.value, NOBODYS.value), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert directory.look_up(HERS, ALIYA).belongs is Belongs.YES


@pytest.mark.parametrize(
    "content",
    [
        "phone,iin\n+77015550142,900101300008\n",
        "phone,iin\n87015550142,900101300007\n",
        "number,iin\n+77015550142,900101300007\n",
        "phone,iin,sim_changed_at\n+77015550142,900101300007,2026-03-01T10:00:00\n",
        'phone,iin\n"+77015550142,900101300007\n',
    ],
    ids=["no iin", "not e.164", "no phone", "no zone", "a quote left open"],
)
def test_a_broken_file_is_no_answer(tmp_path: Path, content: str) -> None:
    """And nobody is told whose line it was."""
    path = tmp_path / "known.csv"
    _put(path, content)

    with pytest.raises(DirectoryUnavailable) as caught:
        FileDirectory(path).look_up(HERS, ALIYA)
    assert not {"550142", "900101"} & {str(caught.value)[n : n + 6] for n in range(99)}
    assert caught.value.__suppress_context__


def test_a_line_that_is_no_object_is_no_answer(tmp_path: Path) -> None:
    """JSON, but not ours."""
    path = tmp_path / "known.jsonl"
    _put(path, "[1]\n")

    with pytest.raises(DirectoryUnavailable):
        FileDirectory(path).look_up(HERS, ALIYA)


# --- HTTP -------------------------------------------------------------------------------


def test_the_secret_is_shown_and_no_number_is_in_the_address(
    server: DirectoryServer, http: HttpDirectory
) -> None:
    """Logs of addresses hold nobody."""
    http.look_up(HERS, ALIYA)

    (asked,) = server.asked
    assert asked.authorization == f"Bearer {SECRET}"
    assert asked.path == "/lookup"
    assert asked.body == {"phone": HERS.value, "iin": ALIYA.value}


def test_a_wrong_secret_is_no_answer(server: DirectoryServer) -> None:
    """401 is not a word about the number."""
    directory = HttpDirectory(server.url, secret="wrong")  # noqa: S106 - invented
    with pytest.raises(DirectoryUnavailable):
        directory.look_up(HERS, ALIYA)
    directory.close()


@pytest.mark.parametrize(
    "answer",
    [b"", b"{}", b"[]", b'{"belongs": "yes"}', b'{"belongs": 1}', b"{" * 9,
     b'{"belongs": true, "sim_changed_at": "yesterday"}',
     b'{"belongs": true, "sim_changed_at": "2026-03-01T10:00:00"}',
     b'{"belongs": true, "more": "' + b"x" * 70_000 + b'"}'],
    ids=["none", "empty", "list", "word", "number", "broken", "no time", "no zone", "long"],
)  # fmt: skip
def test_a_strange_answer_is_none(
    server: DirectoryServer, http: HttpDirectory, answer: bytes
) -> None:
    """Neither yes nor no is guessed from it."""
    server.content = answer

    with pytest.raises(DirectoryUnavailable):
        http.look_up(HERS, ALIYA)


@pytest.mark.parametrize("status", [204, 302, 404, 500])
def test_another_status_is_no_answer(
    server: DirectoryServer, http: HttpDirectory, status: int
) -> None:
    """Nor is a redirection followed: the secret would go with it."""
    server.status = status

    with pytest.raises(DirectoryUnavailable):
        http.look_up(HERS, ALIYA)
    assert len(server.asked) == 1


def _taken(action: Callable[[], object]) -> float:
    begun = time.monotonic()
    with pytest.raises(DirectoryUnavailable):
        action()
    return time.monotonic() - begun


def test_a_silent_server_is_waited_for_a_second(
    server: DirectoryServer, http: HttpDirectory
) -> None:
    """And not longer, also where it sends a byte now and then."""
    server.pause = 5.0
    assert 0.9 < _taken(lambda: http.look_up(HERS, ALIYA)) < 4

    server.pause, server.drip = 0.0, 0.3
    assert 0.9 < _taken(lambda: http.look_up(HERS, ALIYA)) < 4


def test_a_server_that_is_not_there_is_no_answer() -> None:
    """At once."""
    directory = HttpDirectory("http://127.0.0.1:9/lookup", secret=SECRET)

    assert _taken(lambda: directory.look_up(HERS, ALIYA)) < 4
    directory.close()


def test_an_answer_after_silence_is_taken_again(
    server: DirectoryServer, http: HttpDirectory
) -> None:
    """Nothing is left over from the bad time."""
    server.status = 500
    with pytest.raises(DirectoryUnavailable):
        http.look_up(HERS, ALIYA)
    server.status = 200

    assert http.look_up(HERS, ALIYA).belongs is Belongs.YES


def test_over_tls_only_a_known_root_is_believed(tmp_path: Path) -> None:
    """With the operator's own root it answers, without it nobody is asked."""
    pem = certificate(tmp_path)
    with serving(LINES, tls=pem) as server:
        known = HttpDirectory(server.url, secret=SECRET, ca=pem, patience=5)
        assert known.look_up(HERS, ALIYA).belongs is Belongs.YES
        stranger = HttpDirectory(server.url, secret=SECRET, patience=5)
        with pytest.raises(DirectoryUnavailable):
            stranger.look_up(HERS, ALIYA)
        for each in (known, stranger):
            each.close()
    assert len(server.asked) == 1
