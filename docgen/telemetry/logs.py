"""Logs: one JSON object a line on stderr, whoever speaks, ours or a library."""

import json
import logging
import logging.config
from contextlib import AbstractContextManager
from typing import Any, TextIO

import structlog
from pydantic_core import to_json
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.processors import JSONRenderer, TimeStamper, format_exc_info
from structlog.stdlib import (
    BoundLogger,
    LoggerFactory,
    PositionalArgumentsFormatter,
    ProcessorFormatter,
    add_log_level,
    add_logger_name,
    filter_by_level,
)
from structlog.typing import EventDict, Processor

from docgen.telemetry.masks import mask_event

_FIRST = ("timestamp", "level", "logger", "event", "request_id")

_QUIETER = {
    # They log with tracebacks whatever a hostile file makes them stumble over.
    "pyhanko": "CRITICAL",
    "pyhanko_certvalidator": "CRITICAL",
    "fontTools": "WARNING",
    # It tells of every look at the shape of the database.
    "alembic": "WARNING",
    # It would repeat each request, with all that its address holds.
    "werkzeug": "WARNING",
}


def configure(*, level: str = "INFO") -> None:
    """Send all logs of this process to stderr as JSON; calling it again changes the level only."""
    _spare_what_is_not_told()
    structlog.configure(
        processors=[
            filter_by_level,
            *_WHO_SPEAKS,
            PositionalArgumentsFormatter(),
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=LoggerFactory(),
        wrapper_class=BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": _formatter}},
            "handlers": {"stderr": {"()": _Lines, "formatter": "json"}},
            "root": {"level": level, "handlers": ["stderr"]},
            "loggers": {name: {"level": least} for name, least in _QUIETER.items()},
        }
    )
    logging.captureWarnings(capture=True)


def _spare_what_is_not_told() -> None:
    """No line of ours says where in the program, and in which thread, it was made.

    As Python's HOWTO on logging has it under "Optimization".
    """
    logging._srcfile = None  # noqa: SLF001 - it is how the HOWTO says it
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def bind(**values: object) -> AbstractContextManager[None]:
    """Within it, every line of this thread holds these values, a library's lines included."""
    return bound_contextvars(**values)


class _Lines(logging.StreamHandler[TextIO]):
    """Writes lines; one that cannot be made is replaced, not told in full as Python would."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - Python's name
        said = {"level": "error", "logger": record.name, "event": "a log line could not be made"}
        self.stream.write(f"{json.dumps(said)}\n")


def _written(event: EventDict, **_: Any) -> str:
    """Half a character, which UTF-8 cannot hold, is written as Python writes it."""
    try:
        return to_json(event, fallback=repr).decode()
    except ValueError:
        return json.dumps(event, default=repr)


def _in_order(_logger: Any, _method: str, event: EventDict) -> EventDict:
    first = {name: event.pop(name) for name in _FIRST if name in event}
    return first | dict(event)


_WHO_SPEAKS: tuple[Processor, ...] = (merge_contextvars, add_log_level, add_logger_name)


def _formatter() -> ProcessorFormatter:
    return ProcessorFormatter(
        foreign_pre_chain=_WHO_SPEAKS,
        processors=[
            ProcessorFormatter.remove_processors_meta,
            format_exc_info,
            mask_event,
            TimeStamper(fmt="iso", utc=True),
            _in_order,
            JSONRenderer(serializer=_written),
        ],
    )
