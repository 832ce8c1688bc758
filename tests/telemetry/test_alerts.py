"""What those who watch the service are told of."""

import logging

import pytest

from docgen.domain.sending_limits import Alert
from docgen.telemetry import LoggedAlerts, exposition
from tests.builders import identifier


@pytest.mark.parametrize("alert", Alert)
def test_an_alert_is_counted_and_logged_by_the_id_of_a_journal(
    caplog: pytest.LogCaptureFixture, alert: Alert
) -> None:
    """A warning to be found by, and a number to alarm on; neither names anybody."""
    chain, before = identifier(), _count(alert)
    with caplog.at_level(logging.WARNING):
        LoggedAlerts().tell(alert, chain=chain)

    (line,) = caplog.messages
    assert line == f"alert {alert}: see the journal of {chain}"
    assert _count(alert) == before + 1


def _count(alert: Alert) -> float:
    told = exposition()[0].decode().splitlines()
    series = f'qoltanba_alerts_total{{alert="{alert}"}} '
    return sum(float(line.removeprefix(series)) for line in told if line.startswith(series))
