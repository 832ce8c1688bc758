"""Limits of sending codes."""

import click

from docgen.cli.telling import told


@click.group()
def limits() -> None:
    """Limits of sending codes."""


@limits.command("lift")
@click.argument("envelope_id")
@click.option("--employee", required=True, help="who has looked into it; written into the journal")
def limits_lift(envelope_id: str, employee: str) -> None:
    """Let the phone of ENVELOPE_ID go on, though it is said to be of many subscribers."""
    from docgen.bootstrap.limits import lifting
    from docgen.settings import Settings

    with told(), lifting(Settings()) as lift:
        lift(envelope_id, employee_id=employee)
    click.echo("ok")
