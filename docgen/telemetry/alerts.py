"""What those who watch the service should look into: a warning in the log, a count to alarm on."""

import logging

from docgen.domain.sending_limits import Alert
from docgen.telemetry.metrics import ALERTS

log = logging.getLogger(__name__)


class LoggedAlerts:
    """Implements ports_of_codes.Alerts."""

    def tell(self, alert: Alert, *, chain: str) -> None:
        """The journal of that id tells who was at it; the log does not."""
        ALERTS.labels(alert.value).inc()
        log.warning("alert %s: see the journal of %s", alert.value, chain)
