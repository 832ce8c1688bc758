"""The time-stamp authority, and then NCANode, go away and come back: nothing lesser is made."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from asn1crypto import cms

from tests.pki.lab import PASSPHRASE, Lab
from tests.processes.running import eventually
from tests.service.authority import AuthorityProcess
from tests.service.installation import Ground, Installation
from tests.service.visit import Visit, begun
from tests.services.ncanode import StandIn, ncanode
from tests.services.redis_server import RedisServer

VISITS = 4
_UNSIGNED = "SELECT count(*) FROM documents WHERE sealed_at IS NOT NULL AND detached_at IS NULL"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuthorityProcess]:
    """A process that stamps."""
    process = AuthorityProcess(tmp_path_factory.mktemp("authority"))
    yield process
    process.kill()


@pytest.fixture(scope="module")
def national(service_lab: Lab) -> Iterator[StandIn]:
    """What stands for NCANode."""
    with ncanode(service_lab.tsa_url) as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
def stamped(
    short_directory: Path, tmp_path_factory: pytest.TempPathFactory, service_lab: Lab,
    authority: AuthorityProcess, national: StandIn,
) -> Iterator[Installation]:  # fmt: skip
    """It trusts two roots in a folder, its seal's and its authority's, and signs beside files."""
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
        national={
            "DOCGEN_SEAL__DETACHED__URL": national.url,
            "DOCGEN_SEAL__DETACHED__PKCS12": str(service_lab.pkcs12("rsa")),
            "DOCGEN_SEAL__DETACHED__PASSPHRASE": PASSPHRASE,
        },
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


def test_beside_each_sealed_file_comes_the_national_signature(
    stamped: Installation, national: StandIn
) -> None:
    """NCANode is down at first: the file is sealed all the same, and its signature follows."""
    # While it is down only the oldest is tried: let no other one stand before this.
    assert eventually(lambda: stamped.tables.one(_UNSIGNED) == 0)
    national.answer = lambda _: (503, b"")
    visit = begun(stamped)
    assert visit.confirm(visit.code()).status == 200
    assert visit.reaches("sealed")
    assert eventually(lambda: "detached_waits" in visit.events())
    (document,) = visit.shown()["documents"]
    assert (document["detached"], document["links"]["cms"]) == (None, None)

    national.answer = None
    assert eventually(lambda: "signed_detached" in visit.events())
    (document,) = visit.shown()["documents"]
    made = cms.ContentInfo.load(visit.fetch(document["links"]["cms"]), strict=True)
    (signer,) = made["content"]["signer_infos"]
    (digest,) = (
        each["values"][0].native
        for each in signer["signed_attrs"]
        if each["type"].native == "message_digest"
    )
    assert digest.hex() == document["sealed"]["sha256"]


def _retried(stamped: Installation) -> int:
    return stamped.worker_log.read_text(encoding="utf-8").count("sealing waits")


def _require_full(visit: Visit) -> None:
    visit.require_sealed_once()
    (document,) = visit.shown()["documents"]
    verdict = visit.verdict(visit.fetch(document["links"]["pdf"]))
    assert verdict["seal"]["level"] == "B-LT", verdict
    assert "ДЕМО" in verdict["seal"]["timestamp_authority"]
