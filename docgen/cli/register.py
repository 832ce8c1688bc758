"""The register: its shape, its journal, and what is stuck in it."""

import click

from docgen.cli.telling import told


@click.group()
def journal() -> None:
    """The journal of envelopes."""


@journal.command("verify")
def journal_verify() -> None:
    """Recompute every hash of every chain."""
    from docgen.bootstrap.database import journals
    from docgen.settings import Settings

    with told(), journals(Settings()) as check_journal:
        checked = check_journal()
    click.echo(f"ok: {checked.envelopes} envelopes, {checked.entries} entries")


@click.command()
def migrate() -> None:
    """Bring the database to the current shape."""
    from docgen.bootstrap import database
    from docgen.settings import Settings

    with told():
        database.migrate(Settings())
    click.echo("ok")


@click.command()
def sweep() -> None:
    """Move on whatever is stuck: render drafts, seal what is confirmed, expire what is overdue."""
    from docgen import telemetry
    from docgen.bootstrap.service import opened
    from docgen.settings import Settings

    telemetry.configure(level="WARNING")
    with told(), opened(Settings()) as everything:
        swept = everything.sweep()
    click.echo(
        f"rendered {swept.rendered}, sealed {swept.sealed}, "
        f"expired {swept.expired}, waiting {swept.waiting}"
    )
