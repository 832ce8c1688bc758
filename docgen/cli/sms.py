"""Routes of messages, by hand."""

import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from docgen.cli.telling import told
from docgen.domain.dispatch import Delivery, Message
from docgen.domain.errors import SmsRefused, SmsUncertain
from docgen.domain.subscriber import Phone

if TYPE_CHECKING:
    from docgen.domain.dispatch import Hop
    from docgen.domain.routes import Route

REFUSED, UNKNOWN, UNDELIVERED = 1, 3, 4


@click.group()
def sms() -> None:
    """Routes of messages, by hand."""


@sms.command("send")
@click.argument("phone")
@click.argument("text")
@click.option("--route", required=True, help="its name, as `docgen sms routes` lists it")
@click.option(
    "--wait",
    type=click.IntRange(0, 3600),
    default=60,
    show_default=True,
    help="seconds to ask for a receipt",
)
def sms_send(phone: str, text: str, *, route: str, wait: int) -> None:
    """Send TEXT to PHONE by one route, and say what comes of it; nothing is written down.

    It is a real message, and it costs. Exit 0 taken, 1 refused, 3 nobody knows, 4 taken and not
    delivered.
    """
    from docgen.bootstrap import CHANCE
    from docgen.bootstrap.trial import trial
    from docgen.settings import Settings

    with told(), trial(Settings(), route) as try_route:
        number = Phone(phone)
        message = Message(
            phone=number, text=text, reference=CHANCE.identifier(), life=timedelta(minutes=3)
        )
        try:
            taken = try_route(message)
        except SmsRefused as refusal:
            _end(f"refused\t{number.masked()}\t{refusal.raw}", REFUSED)
        except SmsUncertain as doubt:
            _end(f"unknown\t{number.masked()}\t{doubt.raw}", UNKNOWN)
        click.echo(f"taken\t{number.masked()}\t{taken.provider} {taken.message_id}\t{taken.raw}")
        last = try_route.last_word(message, taken, wait=timedelta(seconds=wait))
    if last is None:
        click.echo("no receipt")
        return
    click.echo(f"{last.delivery}\t{last.raw}")
    if last.delivery is Delivery.FAILED:
        sys.exit(UNDELIVERED)


def _end(line: str, code: int) -> None:
    click.echo(line)
    sys.exit(code)


@sms.command("routes")
def sms_routes() -> None:
    """List the routes that are set up, and how each stands by its last messages."""
    from docgen.bootstrap.trial import shown
    from docgen.settings import Settings

    with told(), shown(Settings()) as show_routes:
        routes = show_routes()
    for each in routes:
        columns = (
            each.route.name,
            f"weight {each.route.weight}",
            f"networks {_networks(each.route)}",
            each.health.standing.value,
            f"takes {each.health.taken_of_hundred} of 100",
            f"last {_last(each.last)}",
        )
        click.echo("\t".join(columns))
    if not routes:
        click.echo("no route is set up: no code can be sent", err=True)


def _networks(route: "Route") -> str:
    return ",".join(sorted(route.networks)) or "all"


def _last(hop: "Hop | None") -> str:
    if hop is None:
        return "-"
    return f"{hop.begun_at:%Y-%m-%dT%H:%MZ} {hop.state} {hop.delivery}"
