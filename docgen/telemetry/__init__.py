"""What the service tells of itself: logs to read, metrics to watch; neither names anyone."""

from docgen.telemetry.alerts import LoggedAlerts
from docgen.telemetry.logs import bind, configure
from docgen.telemetry.masks import masked
from docgen.telemetry.metrics import (
    ALERTS,
    CODES,
    DURATION,
    LIMITS,
    PROBLEMS,
    REQUESTS,
    WorkOwed,
    count_code,
    exposition,
    forget_process,
)

__all__ = [
    "ALERTS",
    "CODES",
    "DURATION",
    "LIMITS",
    "PROBLEMS",
    "REQUESTS",
    "LoggedAlerts",
    "WorkOwed",
    "bind",
    "configure",
    "count_code",
    "exposition",
    "forget_process",
    "masked",
]
