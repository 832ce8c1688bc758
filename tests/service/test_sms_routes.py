"""Codes over real routes: the spare, the receipts, and what is written of it all."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.pki.lab import Lab
from tests.processes.running import eventually
from tests.service.installation import Ground
from tests.service.line import Ask, Said
from tests.service.routed import CALL_SIGNATURES, Routed, routed
from tests.service.stamps import Stamps
from tests.service.traces import require_no_traces
from tests.service.visit import SAMPLE, Visit, begun, code_in
from tests.services import http_stand_in as says
from tests.services.redis_server import RedisServer
from tests.services.sms_providers import KEY

PHONE = str(SAMPLE["subscriber"]["phone"])


@pytest.fixture(scope="module")
def installation(
    short_directory: Path, tmp_path_factory: pytest.TempPathFactory, service_lab: Lab
) -> Iterator[Routed]:
    """The service with two providers, for all tests here."""
    folder = tmp_path_factory.mktemp("routed")
    (short_directory / "routed-redis").mkdir()
    redis = RedisServer(short_directory / "routed-redis")
    redis.start()
    url = f"sqlite:///{folder / 'register.db'}"
    with Stamps(service_lab).serving() as stamps:
        ground = Ground(
            folder=folder,
            database_url=url,
            redis=redis,
            lab=service_lab,
            stamps=stamps,
            roots=service_lab.root,
        )
        with routed(ground) as service:
            try:
                service.start()
                yield service
                assert service.stop() == (0, 0, 0)
            finally:
                service.clear()
                redis.kill()


@pytest.fixture
def service(installation: Routed) -> Routed:
    """Both providers in order, and nothing sent yet."""
    for provider in (installation.smsc_kz, installation.mobizon):
        provider.broken = None
        provider.sent.clear()
    installation.arrivals.clear()
    installation.tables.rows("DELETE FROM sms_hops")
    return installation


def _delivery(visit: Visit) -> str:
    query = "SELECT delivery FROM challenges WHERE chain = :id ORDER BY id DESC LIMIT 1"
    return str(visit.service.tables.one(query, id=visit.id))


def _call(service: Routed, message_id: str, *, signed_with: str = CALL_SIGNATURES) -> Said:
    """What SMSC.kz posts of a message that has arrived."""
    signed = f"{message_id}:{PHONE[1:]}:1:{signed_with}".encode()
    form = {"id": message_id, "phone": PHONE[1:], "status": "1"}
    form["sha1"] = hashlib.sha1(signed, usedforsecurity=False).hexdigest()
    ask = Ask(
        method="POST",
        path="/v1/sms/receipts/smsc-kz",
        body=urlencode(form).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    (said,) = service.ask_together([ask])
    return said


def test_a_code_goes_by_a_real_route_and_its_call_says_that_it_arrived(service: Routed) -> None:
    """From the form to the seal; a forged call says nothing."""
    visit = begun(service)
    assert visit.send_code().status == 202
    service.mobizon.state = "DELIVRD"
    (arrival,) = service.arrivals
    if arrival.route == "smsc_kz":
        message_id = service.smsc_kz.sent[0]["id"]
        assert _call(service, message_id, signed_with="a guess").status == 403
        assert _delivery(visit) == "underway"
        assert _call(service, message_id).status == 200

    assert eventually(lambda: _delivery(visit) == "delivered")
    assert visit.confirm(code_in(arrival.text)).status == 200
    visit.require_sealed_once()
    assert visit.events().count("code_delivered") == 1
    # His copy goes out by itself afterwards, and would be taken for another test's message.
    assert eventually(lambda: "copy_sent" in visit.events())


@pytest.mark.parametrize("how", ["refuses", "503"])
def test_the_spare_has_the_message_within_two_seconds(service: Routed, how: str) -> None:
    """Where the first one is down; and the worker asks the spare what became of it."""
    service.smsc_kz.broken = (
        says.told({"error": "no money", "error_code": 3})
        if how == "refuses"
        else says.status("503 Service Unavailable")
    )
    service.mobizon.state = "ENQUEUD"
    visit = begun(service)
    begun_at = time.monotonic()
    assert visit.send_code().status == 202

    (arrival,) = service.arrivals
    assert arrival.route == "mobizon"
    assert arrival.at - begun_at < 2
    assert _delivery(visit) == "underway"
    service.mobizon.state = "DELIVRD"
    assert eventually(lambda: _delivery(visit) == "delivered")


def test_with_both_down_the_caller_hears_it_and_the_envelope_stands(service: Routed) -> None:
    """503; with a provider back, the next code goes out."""
    for provider in (service.smsc_kz, service.mobizon):
        provider.broken = says.status("503 Service Unavailable")
    visit = begun(service)
    said = visit.send_code()

    assert (said.status, said.told["code"]) == (503, "sms_unavailable")
    assert "code_not_sent" in visit.events()
    service.mobizon.broken = service.smsc_kz.broken = None
    assert visit.send_code().status == 202
    assert len(service.arrivals) == 1


def test_a_doubt_goes_nowhere_else(service: Routed) -> None:
    """The answer broke off: the message may be there, and counts as sent."""
    service.smsc_kz.broken = service.mobizon.broken = says.cut()
    visit = begun(service)
    assert visit.send_code().status == 202

    assert service.arrivals == []
    hops = service.tables.rows("SELECT state, raw FROM sms_hops")
    assert [tuple(row) for row in hops] == [("unknown", "answer cut off")]


def test_nothing_of_it_is_written_down_in_the_clear(service: Routed) -> None:
    """Neither code, phone, IIN nor key of an account: not by web, worker, metrics or Redis."""
    visit = begun(service)
    assert visit.send_code().status == 202
    assert _call(service, "unknown").status == 200
    assert _call(service, "unknown", signed_with="a guess").status == 403

    require_no_traces(service)
    for log in (service.web_log, service.worker_log):
        told = log.read_text(encoding="utf-8")
        assert KEY not in told
        assert CALL_SIGNATURES not in told
