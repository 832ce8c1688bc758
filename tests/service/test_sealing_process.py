"""The sealing process: it alone has the key, and whoever needs it waits while it is away."""

from pathlib import Path

from tests.pki.lab import PASSPHRASE
from tests.processes.running import eventually
from tests.service.installation import Installation
from tests.service.visit import begun


def test_without_the_sealing_process_envelopes_wait_and_are_made_all_the_same(
    service: Installation,
) -> None:
    """What is confirmed waits, what is new is rendered, and all is sealed when it is back."""
    early = begun(service)
    code = early.code()
    service.kill_sealer()
    assert early.confirm(code).status == 200
    late = begun(service)
    assert late.confirm(late.code()).status == 200

    assert eventually(lambda: "seal_waits" in early.events())
    assert (early.state(), late.state()) == ("confirmed", "confirmed")
    assert early.shown()["seal"]["status"] == "pending"

    service.start_sealer()
    for visit in (early, late):
        visit.require_sealed_once()


def test_killed_in_the_middle_of_a_seal_it_is_made_once(service: Installation) -> None:
    """The authority lets it wait, and it dies with the seal in its hands."""
    visit = begun(service)
    code = visit.code()
    with service.stamps.shut():
        assert visit.confirm(code).status == 200
        assert eventually(lambda: service.stamps.asked > 0)
        service.kill_sealer()
        service.start_sealer()
    visit.require_sealed_once()


def test_only_the_sealing_process_was_told_of_the_key(on_sqlite: Installation) -> None:
    """Neither file name nor passphrase are in the environment of web or worker."""
    assert on_sqlite.web is not None
    assert on_sqlite.worker is not None
    for pid in (on_sqlite.web.pid, on_sqlite.worker.pid, *on_sqlite.web_processes()):
        surroundings = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"DOCGEN_SEAL__P" not in surroundings
        assert f"={PASSPHRASE}\0".encode() not in surroundings


def test_an_unusable_key_refuses_the_start(on_sqlite: Installation) -> None:
    """The reason is told, and not where the key lies; what is confirmed meanwhile only waits."""
    on_sqlite.kill_sealer()
    refused = on_sqlite.run("sealer", **_expired(on_sqlite))

    assert refused.returncode == 1
    assert "seal_key_unusable: the seal certificate has expired" in refused.stderr
    assert str(on_sqlite.ground.folder) not in refused.stderr
    on_sqlite.start_sealer()


def _expired(service: Installation) -> dict[str, str]:
    lab = service.ground.lab
    return {
        "DOCGEN_SEAL__PKCS12": str(lab.pkcs12("expired")),
        "DOCGEN_SEAL__PASSPHRASE": PASSPHRASE,
    }
