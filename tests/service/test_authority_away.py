"""The time-stamp authority goes away as a process, and comes back: seals wait, none is lesser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pki.lab import Lab
from tests.processes.running import eventually
from tests.service.authority import AuthorityProcess
from tests.service.installation import Ground, Installation
from tests.service.visit import Visit, begun
from tests.services.redis_server import RedisServer

VISITS = 4


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuthorityProcess]:
    """A process that stamps."""
    process = AuthorityProcess(tmp_path_factory.mktemp("authority"))
    yield process
    process.kill()


@pytest.fixture(scope="module")
def stamped(
    short_directory: Path, tmp_path_factory: pytest.TempPathFactory, service_lab: Lab,
    authority: AuthorityProcess,
) -> Iterator[Installation]:  # fmt: skip
    """An installation that trusts two roots in a folder: its seal's and its authority's."""
    folder = tmp_path_factory.mktemp("stamped")
    roots = folder / "roots"
    roots.mkdir()
    for name, root in (("seal.pem", service_lab.root), ("stamps.crt", authority.root)):
        (roots / name).write_bytes(root.read_bytes())
    (short_directory / "stamped").mkdir()
    redis = RedisServer(short_directory / "stamped")
    redis.start()
    ground = Ground(
        folder=folder,
        database_url=f"sqlite:///{folder / 'register.db'}",
        redis=redis,
        lab=service_lab,
        stamps=authority,
        roots=roots,
    )
    installation = Installation(ground)
    try:
        installation.start()
        yield installation
        assert installation.stop() == (0, 0, 0)
    finally:
        installation.clear()
        redis.kill()


def test_nothing_is_lost_and_all_is_sealed_with_validation_data(
    stamped: Installation, authority: AuthorityProcess
) -> None:
    """Killed and started again: what was confirmed meanwhile was shown so, and is B-LT at last."""
    before = begun(stamped)
    assert before.confirm(before.code()).status == 200
    _require_full(before)
    authority.kill()
    visits = [begun(stamped) for _ in range(VISITS)]
    for visit in visits:
        assert visit.confirm(visit.code()).status == 200
    # Every sweep tries anew; the states stay true however often that is.
    assert eventually(lambda: _retried(stamped) >= 3, seconds=60)
    for visit in visits:
        shown = visit.shown()
        assert (shown["state"], shown["seal"]["status"]) == ("confirmed", "pending"), shown
        assert visit.events().count("seal_waits") <= 1

    authority.start()
    for visit in visits:
        _require_full(visit)


def _retried(stamped: Installation) -> int:
    return stamped.worker_log.read_text(encoding="utf-8").count("sealing waits")


def _require_full(visit: Visit) -> None:
    visit.require_sealed_once()
    (document,) = visit.shown()["documents"]
    verdict = visit.verdict(visit.fetch(document["links"]["pdf"]))
    assert verdict["seal"]["level"] == "B-LT", verdict
    assert "ДЕМО" in verdict["seal"]["timestamp_authority"]
