"""The register: where it is, its shape, and what stands still in it."""

from collections.abc import Iterator
from contextlib import contextmanager

from docgen.adapters.db import migrate as migrations
from docgen.adapters.db.register import SqlRegister
from docgen.bootstrap import CLOCK
from docgen.domain.errors import Misconfigured
from docgen.settings import Settings
from docgen.usecases.find_stuck import FindStuck

_DEFAULT = "register.db"


@contextmanager
def opened(settings: Settings) -> Iterator[SqlRegister]:
    """The register while the block lasts; raises Misconfigured for one of another shape."""
    require_current(settings)
    register = SqlRegister(database_url(settings))
    try:
        yield register
    finally:
        register.close()


@contextmanager
def standstills(settings: Settings) -> Iterator[FindStuck]:
    """Finding of what stands still, which needs the database only."""
    with opened(settings) as register:
        yield FindStuck(register=register, clock=CLOCK)


def migrate(settings: Settings) -> None:
    """Bring the database to the current shape; raises Unavailable."""
    migrations.upgrade(database_url(settings))


def database_url(settings: Settings) -> str:
    """Where the register is; its folder is made where it is our own."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    settings.var.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{(settings.var / _DEFAULT).absolute()}"


def has_register(settings: Settings) -> bool:
    """Whether one was named, or made by default."""
    return settings.database_url is not None or (settings.var / _DEFAULT).exists()


def require_current(settings: Settings) -> None:
    """Raise Misconfigured unless the database has the shape this version needs."""
    if not migrations.is_current(database_url(settings)):
        raise Misconfigured("the database has another shape: run `docgen migrate`")
