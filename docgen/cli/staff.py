"""Accounts of people who sign in with a password."""

import click

from docgen.cli.telling import told
from docgen.domain.staff import Role

_BY = "system"
"""In the accounts' journals: whoever may run commands here answers to the machine, not to us."""


@click.group()
def staff() -> None:
    """Accounts of people who sign in with a password."""


@staff.command("create")
@click.argument("login")
@click.option("--name", "full_name", required=True, help="as papers print it")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([each.value for each in Role]),
)
@click.option("--region", help="the only region he sees; a technician has one")
@click.option("--employee-id", help="by what papers know him; default: the login")
@click.option("--position-kk", default="байланыс монтері", show_default=True)
@click.option("--position-ru", default="монтёр связи", show_default=True)
@click.option("--contacts", default="165", show_default=True, help="printed beside his name")
@click.option("--owner", help="whose envelopes he sees; default: DOCGEN_STAFF__OWNER")
def staff_create(
    login: str,
    *,
    full_name: str,
    roles: tuple[str, ...],
    region: str | None,
    employee_id: str | None,
    position_kk: str,
    position_ru: str,
    contacts: str,
    owner: str | None,
) -> None:
    """Make an account for LOGIN and print its password, this once."""
    from docgen.bootstrap.owners import owner_of
    from docgen.bootstrap.staff import accounts
    from docgen.domain.staff import Position
    from docgen.settings import Settings
    from docgen.usecases.hire import StaffRequest

    with told():
        settings = Settings()
    request = StaffRequest(
        login=login,
        full_name=full_name,
        roles=frozenset(Role(role) for role in roles),
        owner=owner or owner_of(settings),
        region=region,
        employee_id=employee_id,
        position=Position(kk=position_kk, ru=position_ru),
        contacts=contacts,
    )
    with told(), accounts(settings) as known:
        hired = known.hire(request, by=_BY)
    click.echo(hired.password)


@staff.command("list")
def staff_list() -> None:
    """List all accounts."""
    from docgen.bootstrap.staff import accounts
    from docgen.settings import Settings

    with told(), accounts(Settings()) as known:
        listed = known.list()
    for member in listed:
        columns = (
            member.login,
            member.employee_id,
            member.owner,
            member.region or "-",
            ",".join(sorted(member.roles)),
            "password" if member.identity is None else "provider",
            "locked" if member.locked_at is not None else "-",
            member.full_name,
        )
        click.echo("\t".join(columns))


@staff.command("lock")
@click.argument("login")
def staff_lock(login: str) -> None:
    """Let nobody in by LOGIN any more, and sign it out everywhere; `reset` opens it again."""
    from docgen.bootstrap.staff import accounts
    from docgen.settings import Settings

    with told(), accounts(Settings()) as known:
        known.lock(login, by=_BY)
    click.echo("ok")


@staff.command("reset")
@click.argument("login")
def staff_reset(login: str) -> None:
    """Give LOGIN a new password and print it, this once; the old one and all sessions end."""
    from docgen.bootstrap.staff import accounts
    from docgen.settings import Settings

    with told(), accounts(Settings()) as known:
        hired = known.reset(login, by=_BY)
    click.echo(hired.password)
