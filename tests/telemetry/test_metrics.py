"""What a scrape tells, in one process and in several."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from docgen.domain.work import Backlog, Task
from docgen.telemetry import WorkOwed, exposition
from tests.builders import NOW
from tests.fakes import FakeClock

_PROCESS = """
from docgen import telemetry
telemetry.REQUESTS.labels("GET", "/v1/forms", "200").inc()
telemetry.DURATION.labels("GET", "/v1/forms").observe(0.02)
telemetry.PROBLEMS.labels("not_ready").inc()
telemetry.CODES.labels("sent").inc()
print(telemetry.exposition()[0].decode())
"""


def _process(folder: Path | None) -> str:
    """What a process that answered one request tells of it."""
    several = {} if folder is None else {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", _PROCESS],
        env={**os.environ, **several},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout


def _value(told: str, series: str) -> float:
    found = re.search(rf"^{re.escape(series)} (\S+)$", told, re.MULTILINE)
    assert found, told
    return float(found[1])


_REQUESTS = 'qoltanba_requests_total{method="GET",route="/v1/forms",status="200"}'


def test_one_process_tells_of_itself() -> None:
    """Without a folder to share, the counts are its own."""
    told = _process(None)

    assert _value(told, _REQUESTS) == 1
    assert _value(told, 'qoltanba_request_seconds_count{method="GET",route="/v1/forms"}') == 1
    assert _value(told, 'qoltanba_problems_total{code="not_ready"}') == 1
    assert _value(told, 'qoltanba_codes_total{outcome="sent"}') == 1


def test_several_processes_tell_of_all(tmp_path: Path) -> None:
    """Whichever is asked, the counts are those of all, the dead included."""
    _process(tmp_path)
    told = _process(tmp_path)

    assert _value(told, _REQUESTS) == 2
    assert _value(told, 'qoltanba_request_seconds_count{method="GET",route="/v1/forms"}') == 2


def _told(work_owed: WorkOwed) -> str:
    content, content_type = exposition(work_owed)
    assert content_type.startswith("text/plain")
    return content.decode()


def test_work_owed_is_told_with_its_age() -> None:
    """Each task has its line, also where nothing is owed."""
    oldest = NOW - timedelta(seconds=90)

    def owed() -> Mapping[Task, Backlog]:
        return {Task.SEAL: Backlog(count=3, oldest=oldest)}

    told = _told(WorkOwed(owed, clock=FakeClock()))

    assert _value(told, 'qoltanba_work_owed{task="seal"}') == 3
    assert _value(told, 'qoltanba_work_oldest_seconds{task="seal"}') == 90
    assert _value(told, 'qoltanba_work_owed{task="render"}') == 0
    assert _value(told, 'qoltanba_work_oldest_seconds{task="render"}') == 0
    assert _value(told, "qoltanba_work_known") == 1


def test_a_register_that_is_down_does_not_stop_the_scrape() -> None:
    """All other metrics are told, and that this one is unknown."""

    def owed() -> Mapping[Task, Backlog]:
        raise RuntimeError("down")

    told = _told(WorkOwed(owed, clock=FakeClock()))

    assert _value(told, "qoltanba_work_known") == 0
    assert "qoltanba_work_owed" not in told
    assert "# TYPE qoltanba_requests_total counter" in told
