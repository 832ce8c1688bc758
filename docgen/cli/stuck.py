"""What stands still."""

import json
from datetime import timedelta

import click

from docgen.cli.telling import told


@click.command()
@click.option(
    "--minutes", type=click.IntRange(min=0), default=5, help="only what has waited longer than that"
)
@click.option("--json", "as_json", is_flag=True, help="for machines")
def stuck(*, minutes: int, as_json: bool) -> None:
    """List what waits: since when, and what hinders it.

    Envelopes, packs, lines of batches, copies to subscribers, and webhooks that nothing reaches.
    """
    from docgen.bootstrap.database import standstills
    from docgen.settings import Settings

    with told(), standstills(Settings()) as find_stuck:
        found = find_stuck(older_than=timedelta(minutes=minutes))
    if as_json:
        listed = [
            {
                "envelope_id": each.envelope_id,
                "state": each.state.value,
                "since": each.since.isoformat(),
                "age_seconds": int(each.age.total_seconds()),
                "reason": each.reason,
            }
            for each in found
        ]
        click.echo(json.dumps(listed, indent=2))
        return
    for each in found:
        waited = str(each.age).split(".")[0]
        click.echo(f"{each.envelope_id}\t{each.state}\t{waited}\t{each.reason}")
    click.echo(f"{len(found)} stuck", err=True)
