"""What the service tells of itself: logs to read, metrics to watch; neither names anyone."""

from docgen.telemetry.logs import bind, configure
from docgen.telemetry.masks import masked
from docgen.telemetry.metrics import (
    CODES,
    DURATION,
    PROBLEMS,
    REQUESTS,
    WorkOwed,
    exposition,
    forget_process,
)

__all__ = [
    "CODES",
    "DURATION",
    "PROBLEMS",
    "REQUESTS",
    "WorkOwed",
    "bind",
    "configure",
    "exposition",
    "forget_process",
    "masked",
]
