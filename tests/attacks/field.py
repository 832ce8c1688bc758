"""What is done in the field, by honest people and by others."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from docgen.domain.challenge import Challenge
from docgen.domain.dispatch import AskedBy
from docgen.domain.envelope import Envelope, State
from docgen.domain.errors import CodeGone, CodeWrong, DocgenError
from docgen.domain.language import Language
from docgen.domain.subscriber import control_digit
from tests.services.redis_server import RedisServer
from tests.usecases.world import World, attempt, request

WRONG = "999999"
"""No world gives that code out: they begin at 000001."""

LOSSES: dict[str, Callable[[RedisServer], object]] = {
    "flushed": RedisServer.flush,
    "restarted with its data": RedisServer.restart,
    "restarted without data": RedisServer.restart_empty,
}
"""What may become of Redis in the middle of it all."""


def person(number: int) -> str:
    """The IIN of an invented person, another one for each number."""
    first = f"9001{1 + number // 500:02d}3{number % 500:04d}"
    try:
        return f"{first}{control_digit(first)}"
    except DocgenError:
        return person(number + 1000)


def number(place: int, network: str = "701") -> str:
    """A phone, another one for each place."""
    return f"+7{network}{5_000_000 + place:07d}"


def visit(
    here: World, *, phone: str | None = None, iin: str | None = None, client: str = "field"
) -> Envelope:
    """An envelope that is ready, of the sample's subscriber unless others are given."""
    asked = request()
    subscriber: dict[str, Any] = dict(asked.subscriber)  # type: ignore[call-overload]
    subscriber |= {} if phone is None else {"phone": phone}
    subscriber |= {} if iin is None else {"iin": iin}
    return here.create(replace(asked, subscriber=subscriber, client=client))


def send(
    here: World, envelope: Envelope, *, technician: str | None = "E-1", client: str = "field"
) -> Challenge:
    """Ask for a code."""
    by = AskedBy(client=client, employee_id=technician)
    return here.send(envelope.id, language=Language.KK, asked_by=by)


def tried(action: Callable[[], object]) -> str:
    """`done`, or by which code it was refused; a limit by its own name."""
    try:
        action()
    except DocgenError as refused:
        return str(getattr(refused, "limit", refused.code))
    return "done"


def guess(here: World, envelope: Envelope, name: str, code: str = WRONG) -> str:
    """One try: `right`, `wrong`, or why there was none."""
    try:
        done = here.confirm(envelope.id, attempt(code, name))
    except CodeWrong:
        return "wrong"
    except CodeGone as gone:
        return gone.reason
    except DocgenError as refused:
        return refused.code
    assert done.state is State.SEALED
    return "right"


def confirmed(here: World, envelope: Envelope) -> None:
    """The honest subscriber types what came last."""
    assert guess(here, envelope, "honest", here.chance.given[-1]) == "right"
