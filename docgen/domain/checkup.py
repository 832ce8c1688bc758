"""What a look at an installation finds: part by part, how it is, and what could be better."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from docgen.domain.errors import DocgenError
from docgen.domain.template import RouteReport


class Part(StrEnum):
    """What is looked at."""

    FONTS = "fonts"
    ENGINE = "engine"
    ROUTES = "routes"
    SETTINGS = "settings"
    DATABASE = "database"
    REDIS = "redis"
    SMPP = "smpp"
    SEAL = "seal"
    TEST_PAGE = "test_page"
    ZYGOTES = "zygotes"


class Grade(StrEnum):
    """How it is."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"
    SKIPPED = "skipped"
    """Not looked at, because what it needs has failed."""


class Weakness(StrEnum):
    """What works, and could be stronger or faster."""

    BRIDGE_PIPE = "bridge_pipe"
    NETWORK_SHARED = "network_shared"
    CLOCK_RUNNING = "clock_running"
    ALLOCATOR_LIBC = "allocator_libc"
    QUARANTINE = "quarantine"
    ROUTE_SLOWER = "route_slower"
    SEAL_WITHOUT_TIMESTAMP = "seal_without_timestamp"
    SEAL_EXPIRES = "seal_expires"
    DETACHED_UNTRIED = "detached_untried"


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One thing that was seen: `code` names a weakness or an error, `detail` its particulars."""

    part: Part
    grade: Grade = Grade.OK
    subject: str = ""
    """Which of several."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    detail: str = ""


def weak(part: Part, weakness: Weakness, detail: str = "") -> Observation:
    """A warning."""
    return Observation(part=part, grade=Grade.WARNING, code=weakness, detail=detail)


def failed(part: Part, error: DocgenError) -> Observation:
    """A failure, under the error's own code."""
    return Observation(part=part, grade=Grade.FAILURE, code=error.code, detail=str(error))


def of_route(report: RouteReport) -> Observation:
    """How one template goes; a slower route than the fastest one is a weakness."""
    code, detail = (Weakness.ROUTE_SLOWER, reasons(report)) if report.why else ("", "")
    grade = Grade.WARNING if report.why else Grade.OK
    if not report.route:
        grade = Grade.FAILURE
        code, _, detail = report.why[""].partition(": ")
    return Observation(
        part=Part.ROUTES,
        grade=grade,
        subject=f"{report.template} {'+'.join(report.languages)}",
        facts={"route": report.route or "none"},
        code=code,
        detail=detail,
    )


def reasons(report: RouteReport) -> str:
    """Why the faster routes are not gone, each reason once."""
    if len(set(report.why.values())) == 1:
        return next(iter(report.why.values()))
    return "; ".join(f"{route}: {why}" for route, why in report.why.items())
