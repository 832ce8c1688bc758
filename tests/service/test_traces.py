"""What a hostile or clumsy caller sends leaves no trace in logs, metrics or Redis."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.service.installation import Installation
from tests.service.line import Ask
from tests.service.traces import require_no_traces
from tests.service.visit import ENVELOPES, SAMPLE, Visit, begun

PERSON = SAMPLE["subscriber"]
IIN, PHONE = PERSON["iin"], PERSON["phone"]
SPACED = "8 (701) 555-01-42"
JSON = {"Content-Type": "application/json"}


def _misplaced(service: Installation, visit: Visit, code: str) -> list[Ask]:
    """Secrets and personal data everywhere but where they belong."""
    once = {"Idempotency-Key": f"{PHONE}-{visit.id}"}
    confirmation = f"{visit.path}/confirmation"
    broken = f'{{"iin": "{IIN}", "phone": "{PHONE}", "code": {code}'.encode()
    return [
        Ask(method="GET", path=f"{ENVELOPES}/{IIN}"),
        Ask(method="GET", path=f"/{PHONE}/{code}?key={service.key}"),
        Ask(method="GET", path=f"{ENVELOPES}?phone=%2B77015550142"),
        Ask(method="GET", path=f"{ENVELOPES}?phone=8%20(701)%20555-01-42&iin={IIN}"),
        Ask(method="GET", path="/v1/forms", headers={"X-Request-Id": f"phone-{PHONE[1:]}-0000"}),
        Ask(method="GET", path="/v1/forms", headers={"X-Api-Key": IIN, "User-Agent": SPACED}),
        Ask(method=f"X{IIN}", path=f"/{IIN}"),
        Ask(method="GET", path=f"/{'a' * 5000}{IIN}"),
        Ask(method="POST", path=ENVELOPES, body={IIN: PHONE, SPACED: code}, headers=once),
        Ask(method="POST", path=ENVELOPES, body=broken, headers=once | JSON),
        Ask(method="POST", path=confirmation, body={"code": f"{code}0", "attempt_id": code}),
        Ask(method="POST", path=confirmation, body={"code": "nonsense", "attempt_id": PHONE}),
        Ask(method="POST", path=f"{visit.path}/void", body={"reason": "", code: IIN}),
    ]


def test_nothing_misplaced_is_written_down(service: Installation) -> None:
    """Neither by the web processes nor by the worker; the visit goes on, and leaves none either."""
    visit = begun(service)
    code = visit.code()
    require_no_traces(service)
    for ask in _misplaced(service, visit, code):
        (said,) = service.ask_together([ask])
        assert said.status in {200, 400, 401, 404, 405, 414, 422}, ask
        if said.status >= HTTPStatus.BAD_REQUEST:
            told = said.body.decode()
            assert not [each for each in (IIN, PHONE[1:], SPACED, code) if each in told], ask
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert visit.confirm(wrong, "A-0").status == 422
    assert visit.confirm(code).status == 200
    visit.require_sealed_once()

    require_no_traces(service)


def test_a_live_code_its_limits_and_its_way_name_nobody(service: Installation) -> None:
    """Sealed in Redis while it lives; limits and hops hold only what stands for people."""
    visit = begun(service)
    code = visit.code()
    with service.redis.client() as client:
        kept = [client.hgetall(key) for key in client.scan_iter("otp:*:k:*")]
        limits = list(client.scan_iter("{limits}:*"))
    assert kept
    assert limits
    assert not [each for each in kept if code in each.values()]
    row = "SELECT subject FROM sms_hops WHERE chain = :id"
    assert len(str(service.tables.one(row, id=visit.id))) == len("5e" * 32)

    require_no_traces(service)


@pytest.mark.parametrize("trace", ["key", "iin", "phone", "code"])
def test_a_trace_would_be_found(on_sqlite: Installation, trace: str) -> None:
    """The search sees what it is to see."""
    visit = begun(on_sqlite)
    code = visit.code()
    told = {"key": on_sqlite.key, "iin": f"{IIN[:6]} {IIN[6:]}", "phone": SPACED, "code": code}
    with _added(on_sqlite.worker_log, told[trace]), pytest.raises(AssertionError):
        require_no_traces(on_sqlite)


@contextmanager
def _added(log: Path, line: str) -> Iterator[None]:
    """The line stands in the log within the block."""
    size = log.stat().st_size
    with log.open("a", encoding="utf-8") as opened:
        opened.write(f"{line}\n")
    try:
        yield
    finally:
        with log.open("r+b") as opened:
            opened.truncate(size)
