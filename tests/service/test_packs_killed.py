"""SIGKILL of a worker that builds a notary pack: there is one pack, bound once and sealed once."""

import io
import json
import zipfile
from contextlib import closing
from typing import Any

import pytest

from tests.packs.cases import SAMPLES, complete, put
from tests.processes.running import eventually
from tests.service import processes
from tests.service.installation import Installation
from tests.service.line import Ask, Line
from tests.service.visit import fresh

_SECONDS = 180
"""Six papers are made of Word files on a machine that does much else."""
_BORDER = "a-border-between-parts"


def _bring_papers(service: Installation) -> None:
    media = {"Content-Type": f"multipart/form-data; boundary={_BORDER}"}
    with closing(Line(service.port, service.headers(**media))) as line:
        for path in sorted({each["path"] for each in complete()["papers"]}):
            head = 'Content-Disposition: form-data; name="file"; filename="paper.pdf"'
            begin = f"--{_BORDER}\r\n{head}\r\nContent-Type: application/pdf\r\n\r\n".encode()
            body = begin + (SAMPLES / path).read_bytes() + f"\r\n--{_BORDER}--\r\n".encode()
            said = line.ask(Ask(method="POST", path="/v1/pack-papers", body=body))
            assert said.status == 201, said.body


def _asked_for(service: Installation, receipt: str) -> str:
    """The number of a new pack that is to be built."""
    _bring_papers(service)
    case = complete()
    put(fee__receipt=receipt)(case)
    said = service.ask("POST", "/v1/packs", case, key=fresh())
    assert (said.status, said.told["state"]) == (201, "checked"), said.body
    number = str(said.told["id"])
    assert service.ask("POST", f"/v1/packs/{number}/build", {}, key=fresh()).status == 202
    return number


def _shown(service: Installation, number: str) -> dict[str, Any]:
    told: dict[str, Any] = service.ask("GET", f"/v1/packs/{number}").told
    return told


def _require_sealed_once(service: Installation, number: str) -> None:
    assert eventually(lambda: _shown(service, number)["state"] == "sealed", seconds=_SECONDS)
    rows = service.tables.rows(
        "SELECT event FROM journal WHERE envelope_id = :id ORDER BY sequence", id=number
    )
    events = [str(row[0]) for row in rows]
    assert (events.count("pack_bound"), events.count("pack_sealed")) == (1, 1)
    assert events.index("pack_bound") < events.index("pack_sealed")
    content = service.ask("GET", f"/v1/packs/{number}/download").body
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = json.loads(archive.read(f"{number}/manifest.json"))
        volume = archive.read(f"{number}/volume.pdf")
    assert volume.startswith(b"%PDF-")
    assert manifest["volumes"][0]["sha256"] == _shown(service, number)["volume"]["sha256"]
    owed = "SELECT count(*) FROM outbox WHERE envelope_id = :id AND done_at IS NULL"
    assert service.tables.rows(owed, id=number)[0][0] == 0


@pytest.mark.parametrize("service", ["postgres"], indirect=True)
def test_a_worker_killed_while_it_makes_the_papers(service: Installation) -> None:
    """Nothing is bound yet: the next one begins anew."""
    assert service.worker is not None
    with processes.frozen_engine(service.engine):
        number = _asked_for(service, "77-300001")
        assert eventually(
            lambda: _shown(service, number)["building"]["step"] == "binding", seconds=_SECONDS
        )
        service.kill_worker()
    assert _shown(service, number)["state"] == "checked"

    service.make_whole()

    _require_sealed_once(service, number)


@pytest.mark.parametrize("service", ["sqlite"], indirect=True)
def test_a_worker_killed_between_volume_and_seal(service: Installation) -> None:
    """The very volume that was bound is sealed by the next one."""
    with service.stamps.shut():
        number = _asked_for(service, "77-300002")
        assert eventually(lambda: service.stamps.asked > 0, seconds=_SECONDS)
        bound = _shown(service, number)
        service.kill_worker()
    assert bound["state"] == "bound"

    service.make_whole()

    _require_sealed_once(service, number)
    assert _shown(service, number)["volume"]["sha256"] == bound["volume"]["sha256"]
