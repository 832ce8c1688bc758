"""API keys of the programs that call the service."""

import re
from datetime import datetime, timedelta

import click

from docgen.cli.telling import told
from docgen.domain.caller import NOT_OF_TESTS, Scope

_BY = "system"
"""In the keys' journals: whoever may run commands here answers to the machine, not to us."""
_ADDRESS = "a network the key counts in, as 10.0.0.0/8 or 2001:db8::/32; several may be given"


@click.group()
def keys() -> None:
    """API keys of the programs that call the service."""


@keys.command("create")
@click.argument("client")
@click.option("--owner", default="operator", show_default=True, help="whose envelopes it sees")
@click.option("--region", help="the only region whose envelopes it sees; default: all")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([each.value for each in Scope]),
    help="default: all that such a key may have",
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    help="a web page, https://HOST or http://localhost:PORT, that may frame the signing; else none",
)
@click.option("--address", "addresses", multiple=True, help=f"{_ADDRESS}; default: anywhere")
@click.option("--test", "is_test", is_flag=True, help="for trying out: numbers of tests alone")
@click.option("--days", type=click.IntRange(1, 3650), help="how long it counts; default: for ever")
def keys_create(
    *,
    client: str,
    owner: str,
    region: str | None,
    scopes: tuple[str, ...],
    origins: tuple[str, ...],
    addresses: tuple[str, ...],
    is_test: bool,
    days: int | None,
) -> None:
    """Make a key for the program CLIENT and print it, this once."""
    from docgen.bootstrap import CLOCK
    from docgen.bootstrap.keys import keys as opened_keys
    from docgen.settings import Settings
    from docgen.usecases.issue_key import KeyRequest

    all_scopes = frozenset(Scope) - (NOT_OF_TESTS if is_test else frozenset())
    request = KeyRequest(
        client=client,
        owner=owner,
        region=region,
        scopes=frozenset(Scope(scope) for scope in scopes) or all_scopes,
        origins=origins,
        addresses=addresses,
        is_test=is_test,
        expires_at=None if days is None else CLOCK.now() + timedelta(days=days),
    )
    with told(), opened_keys(Settings()) as known:
        issued = known.issue(request, by=_BY)
    click.echo(issued.secret)


_HEAD = (
    "ID", "CLIENT", "OWNER", "REGION", "CREATED", "USED", "EXPIRES", "REVOKED", "FOLLOWS",
    "ADDRESSES", "ORIGINS", "SCOPES",
)  # fmt: skip


@keys.command("list")
def keys_list() -> None:
    """List all keys, without their secrets: a line of tab-separated columns each, below a head."""
    from docgen.bootstrap.keys import keys as opened_keys
    from docgen.settings import Settings

    with told(), opened_keys(Settings()) as known:
        listed = known.list()
    click.echo("\t".join(_HEAD))
    for key in listed:
        caller = key.caller
        columns = (
            key.id,
            caller.client,
            caller.owner,
            caller.region or "all",
            _day(key.created_at),
            _day(key.last_used_at),
            _day(key.expires_at),
            _day(key.revoked_at),
            key.follows or "-",
            " ".join(key.addresses) or "anywhere",
            " ".join(caller.origins) or "none",
            " ".join(sorted(caller.scopes)),
        )
        click.echo("\t".join(columns))


def _day(moment: datetime | None) -> str:
    return "-" if moment is None else moment.strftime("%Y-%m-%dT%H:%MZ")


@keys.command("revoke")
@click.argument("key_id")
def keys_revoke(key_id: str) -> None:
    """End the key KEY_ID at once and for ever."""
    from docgen.bootstrap.keys import keys as opened_keys
    from docgen.settings import Settings

    with told(), opened_keys(Settings()) as known:
        known.revoke(key_id, by=_BY)
    click.echo("ok")


@keys.command("move")
@click.argument("key_id")
@click.option("--address", "addresses", multiple=True, help=_ADDRESS)
@click.option("--anywhere", is_flag=True, help="let it count at any address")
def keys_move(key_id: str, *, addresses: tuple[str, ...], anywhere: bool) -> None:
    """Let KEY_ID count in these networks alone, from its next request on."""
    from docgen.bootstrap.keys import keys as opened_keys
    from docgen.settings import Settings

    if anywhere == bool(addresses):
        raise click.UsageError("--address, or --anywhere")
    with told(), opened_keys(Settings()) as known:
        known.move(key_id, addresses, by=_BY)
    click.echo("ok")


@keys.command("rotate")
@click.argument("key_id")
@click.option(
    "--overlap",
    default="7d",
    show_default=True,
    help="how long the old one still counts, in days or hours: 7d, 12h, 0d",
)
def keys_rotate(key_id: str, overlap: str) -> None:
    """Make a key that replaces KEY_ID and print it, this once."""
    from docgen.bootstrap.keys import keys as opened_keys
    from docgen.settings import Settings

    length = _length(overlap)
    with told(), opened_keys(Settings()) as known:
        issued = known.rotate(key_id, overlap=length, by=_BY)
    click.echo(issued.secret)


def _length(written: str) -> timedelta:
    parts = re.fullmatch(r"([0-9]{1,4})([dh])", written)
    if parts is None:
        raise click.BadParameter("days or hours, as 7d or 12h", param_hint="--overlap")
    count = int(parts[1])
    return timedelta(days=count) if parts[2] == "d" else timedelta(hours=count)
