"""The command line: translation between words on a terminal and use cases.

Each command imports what it needs when it runs, so that `verify` does not wait for a database.
"""

import logging

import click

from docgen.cli.doctor import doctor
from docgen.cli.keys import keys
from docgen.cli.limits import limits
from docgen.cli.lint import lint
from docgen.cli.pack import pack
from docgen.cli.papers import forms, render, verify
from docgen.cli.processes import demo_command, sealer, serve, smpp, worker
from docgen.cli.register import archive, journal, migrate, sweep
from docgen.cli.sms import sms
from docgen.cli.staff import staff
from docgen.cli.stuck import stuck


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Qoltanba: bilingual Word forms become sealed documents."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    # It logs with tracebacks whatever a hostile file makes it stumble over.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)


for command in (
    forms, lint, render, verify, pack, doctor, journal, archive, migrate, sweep, stuck, keys,
    limits, staff, sms, sealer, serve, smpp, worker, demo_command,
):  # fmt: skip
    main.add_command(command)
