"""Whether the service lives, whether it can work, and how it does."""

from collections.abc import Mapping
from typing import Literal

from api.route import OPEN, Answer, Call, Reply, Route
from api.v1.shapes import Shape
from docgen import telemetry
from docgen.domain.errors import Unavailable
from docgen.domain.work import Backlog, Task
from docgen.ports import Clock, Register


class LiveShape(Shape):
    """The process answers."""

    status: Literal["live"] = "live"


class ReadyShape(Shape):
    """Every part the service cannot work without answers."""

    status: Literal["ready"] = "ready"


def live(_call: Call) -> Reply:
    """Asks nobody else: a process that answers this need not be restarted."""
    return Reply(body=LiveShape())


def ready(call: Call) -> Reply:
    """Asks the register and the store of codes; raises Unavailable as the first one does."""
    call.docgen.register.ping()
    call.docgen.codes.ping()
    return Reply(body=ReadyShape())


def health_routes(register: Register, clock: Clock) -> tuple[Route, ...]:
    """The routes; `/metrics` also counts what is owed in the register."""
    owed = telemetry.WorkOwed(lambda: _backlog(register), clock=clock)

    def metrics(_call: Call) -> Reply:
        content, media_type = telemetry.exposition(owed)
        return Reply(body=content, media_type=media_type)

    return (
        Route(
            method="GET",
            path="/live",
            view=live,
            summary="Whether the process answers",
            tag="health",
            scope=OPEN,
            answer=Answer(says="It does", model=LiveShape),
        ),
        Route(
            method="GET",
            path="/ready",
            view=ready,
            summary="Whether the register and the store of codes answer",
            tag="health",
            scope=OPEN,
            answer=Answer(says="They do", model=ReadyShape),
            refusals=(Unavailable,),
        ),
        Route(
            method="GET",
            path="/metrics",
            view=metrics,
            summary="Metrics for Prometheus",
            tag="health",
            scope=OPEN,
            answer=Answer(says="The metrics", media_type="text/plain"),
        ),
    )


def _backlog(register: Register) -> Mapping[Task, Backlog]:
    with register.view() as unit:
        return unit.outbox.backlog()
