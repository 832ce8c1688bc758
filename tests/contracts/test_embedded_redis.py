"""The Redis that the embedded default brings along."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from docgen.adapters.embedded.redis_server import EmbeddedRedis
from docgen.adapters.otp.redis_codes import RedisCodes
from docgen.domain.errors import CodesUnavailable, Misconfigured
from tests.contracts.conftest import PEPPER, SUBJECT_KEY
from tests.contracts.races import at_once
from tests.services.programs import need

_ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _installed() -> None:
    need("redis-server", "setpriv")


@contextmanager
def _client(url: str) -> Iterator[Redis]:
    client = Redis.from_url(url, decode_responses=True)
    try:
        yield client
    finally:
        client.close()


def _pid(url: str) -> int:
    with _client(url) as client:
        return int(client.info("server")["process_id"])


def _ended(pid: int) -> bool:
    """Whether it ends within ten seconds."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 10)[0])
    finally:
        os.close(descriptor)


def test_it_serves_codes(tmp_path: Path) -> None:
    """What it starts answers, and pleases the store of codes."""
    with EmbeddedRedis(tmp_path / "redis") as redis:
        codes = RedisCodes(redis.url, subject_key=SUBJECT_KEY, pepper=PEPPER)
        codes.ping()
        codes.close()


def test_it_is_private(tmp_path: Path) -> None:
    """No TCP port; socket and directory are their owner's; appended to disk, nothing evicted."""
    with EmbeddedRedis(tmp_path / "redis") as redis, _client(redis.url) as client:
        settings = client.config_get("port", "appendonly", "maxmemory-policy", "save")
        assert settings == {
            "port": "0", "appendonly": "yes", "maxmemory-policy": "noeviction", "save": "",
        }  # fmt: skip
        assert (tmp_path / "redis").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "redis" / "redis.sock").stat().st_mode & 0o777 == 0o700


def test_it_stops_with_its_block(tmp_path: Path) -> None:
    """Afterwards the server is gone."""
    with EmbeddedRedis(tmp_path / "redis") as redis:
        pid = _pid(redis.url)
    assert _ended(pid)


def test_it_remembers(tmp_path: Path) -> None:
    """What was stored is there after the next start."""
    with EmbeddedRedis(tmp_path / "redis") as redis, _client(redis.url) as client:
        client.set("kept", "yes")
    with EmbeddedRedis(tmp_path / "redis") as redis, _client(redis.url) as client:
        assert client.get("kept") == "yes"


def test_one_that_answers_is_used_and_left(tmp_path: Path) -> None:
    """A second user of the directory shares the server and does not stop it."""
    with EmbeddedRedis(tmp_path / "redis") as first:
        with EmbeddedRedis(tmp_path / "redis") as second:
            assert second.url == first.url
            assert _pid(second.url) == _pid(first.url)
        assert _pid(first.url)


def test_of_parallel_starts_one_server_comes(tmp_path: Path) -> None:
    """Processes that start at the same moment share one server."""
    owners = [EmbeddedRedis(tmp_path / "redis") for _ in range(4)]
    # The threads of this race end at once, and the server with the one that started it.
    at_once([owner.__enter__ for owner in owners])
    started = [owner for owner in owners if owner._process is not None]
    for owner in owners:
        owner.__exit__()
    assert len(started) == 1


def test_a_long_directory_gets_a_short_socket(tmp_path: Path) -> None:
    """Where the path would not fit into a socket's name, another is used, always the same."""
    deep = tmp_path / ("long name " * 5) / ("very " * 20)
    with EmbeddedRedis(deep) as first, EmbeddedRedis(deep) as second:
        assert len(first.url.removeprefix("unix://")) <= 107
        assert _pid(first.url) == _pid(second.url)
    assert (deep / "appendonlydir").is_dir()
    assert not Path(first.url.removeprefix("unix://")).parent.exists()


def test_a_path_with_odd_letters_works(tmp_path: Path) -> None:
    """Spaces, signs and Kazakh letters in the directory's name survive the address."""
    with EmbeddedRedis(tmp_path / "қ #1 50%?") as redis, _client(redis.url) as client:
        assert client.ping()


def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    """A parent killed by SIGKILL takes the server along."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.contracts.redis_owner", str(tmp_path / "redis")],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as owner:
        assert owner.stdout is not None
        pid = _pid(owner.stdout.readline().strip())
        owner.kill()
    assert _ended(pid)


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    """Without redis-server the setting cannot work."""
    with pytest.raises(Misconfigured, match="no-such-redis"):
        EmbeddedRedis(tmp_path / "redis", program="no-such-redis").__enter__()


def test_a_server_that_does_not_start_is_unavailable(tmp_path: Path) -> None:
    """A program that ends at once is told with the place of its log."""
    with pytest.raises(CodesUnavailable, match=r"redis\.log"):
        EmbeddedRedis(tmp_path / "redis", program="false").__enter__()
