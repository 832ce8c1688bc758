"""The demo's address and its key."""

import socket
import stat
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from docgen.adapters.db.register import SqlRegister
from docgen.bootstrap.database import database_url
from docgen.bootstrap.keys import keys
from docgen.demo.address import Address
from docgen.demo.api_key import kept_key
from docgen.demo.visits import plan_today
from docgen.domain.errors import Misconfigured
from docgen.domain.subscriber import Iin, Phone
from docgen.domain.visit import VisitFilter
from docgen.settings import Settings


@pytest.mark.parametrize(
    ("bind", "url"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("localhost:80", "http://localhost:80"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("[::]:8080", "http://[::1]:8080"),
        ("[::1]:65535", "http://[::1]:65535"),
    ],
)
def test_an_address_is_told_as_a_browser_here_reaches_it(bind: str, url: str) -> None:
    """Who listens everywhere is reached by the loopback."""
    assert Address.of(bind).url == url


@pytest.mark.parametrize(
    "bind", ["8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "h:65536", "unix:/tmp/sock"]
)
def test_what_is_no_host_and_port_is_refused(bind: str) -> None:
    """Nobody could be told where the demo is."""
    with pytest.raises(Misconfigured, match="DOCGEN_WEB__BIND"):
        Address.of(bind)


def test_a_taken_port_is_refused_and_a_free_one_is_not() -> None:
    """Before anything is started; the error names what to do."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = Address("127.0.0.1", other.getsockname()[1])
        with pytest.raises(Misconfigured, match="another program listens there"):
            address.require_free()

    address.require_free()


def test_nobody_answers_where_nobody_is() -> None:
    """Neither a closed port nor a silent one is an answer."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = Address("127.0.0.1", other.getsockname()[1])

    assert not address.answers("/ready")


def test_the_visits_of_today_go_to_three_people(settings: Settings) -> None:
    """A list of visits in which nobody can be told apart shows nothing; never six."""
    plan_today(settings)
    plan_today(settings)

    register = SqlRegister(database_url(settings))
    with closing(register), register.view() as unit:
        planned = unit.visits.find(VisitFilter(owner="demo"), after=None, limit=10)
    people = [visit.content["subscriber"] for visit in planned]
    assert len(planned) == 3
    for name in ("surname", "iin", "phone", "email"):
        assert len({person[name] for person in people}) == 3
    assert len({person["addresses"]["service"] for person in people}) == 3
    assert len({visit.reference.account_number for visit in planned}) == 3
    for person in people:
        assert Iin(person["iin"])
        assert Phone(person["phone"])


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """A demo's folder with a register."""
    return Settings(profile="demo", var=tmp_path / "var", database_url=SecretStr(sqlite_url))


def _caller(settings: Settings, key: str) -> str:
    with keys(settings) as known:
        return known.authenticate(key).owner


def test_the_demos_key_is_made_once_and_is_its_owners_only(settings: Settings) -> None:
    """It counts, sees what the demo makes, and the next start finds it again."""
    path = kept_key(settings)
    key = path.read_text().strip()

    assert path == settings.var / "demo" / "api_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert _caller(settings, key) == "demo"
    path.chmod(0o644)
    assert kept_key(settings).read_text().strip() == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_that_counts_no_more_is_replaced(settings: Settings) -> None:
    """Revoked, of another register, or not a key at all."""
    path = kept_key(settings)
    revoked = path.read_text().strip()
    with keys(settings) as known:
        known.revoke(revoked.split("_")[1], by="system")
    second = kept_key(settings).read_text().strip()
    path.write_text("no key at all\n")
    path.chmod(0o644)
    third = kept_key(settings).read_text().strip()

    assert len({revoked, second, third}) == 3
    assert [_caller(settings, key) for key in (second, third)] == ["demo", "demo"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
