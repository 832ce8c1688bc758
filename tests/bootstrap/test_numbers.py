"""Who is asked about numbers, as it is set."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.numbers.file_directory import FileDirectory
from docgen.adapters.numbers.http_directory import HttpDirectory
from docgen.bootstrap.numbers import checking
from docgen.domain.errors import Misconfigured
from docgen.domain.number import Measure
from docgen.domain.pseudonyms import Pseudonyms
from docgen.domain.subscriber import Phone
from docgen.settings import NumberSettings, Settings
from docgen.usecases.check_number import CheckNumber

THEIRS = Phone("+77015550142")


@dataclass(frozen=True)
class _Parts:
    """As much of the surroundings as is needed here."""

    def subject_of(self, phone: Phone) -> str:
        """What stands for a phone."""
        return Pseudonyms(b"s" * 32).of_phone(phone)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Closes what is opened."""
    with ExitStack() as opened:
        yield opened


def _checking(stack: ExitStack, url: str, **given: Any) -> CheckNumber:
    numbers = NumberSettings(**{k: v for k, v in given.items() if k in NumberSettings.model_fields})
    rest = {k: v for k, v in given.items() if k not in NumberSettings.model_fields}
    register = SqlRegister(url)
    stack.callback(register.close)
    parts: Any = _Parts()
    return checking(Settings(numbers=numbers, **rest), parts, stack, register=register)


def test_by_default_nobody_is_asked(stack: ExitStack, sqlite_url: str) -> None:
    """No directory, no list of employees; another's number would be blocked, the rest told."""
    check = _checking(stack, sqlite_url)

    assert check.directory is None
    assert not check.employees.has(THEIRS)
    assert check.policy.not_subscribers is Measure.BLOCK
    assert {check.policy.sim_changed, check.policy.unavailable} == {Measure.FLAG}


def test_what_is_set_is_taken(stack: ExitStack, sqlite_url: str, tmp_path: Path) -> None:
    """Directory, employees, and what to do."""
    (tmp_path / "employees").write_text(f"{THEIRS.value}\n", encoding="utf-8")
    (tmp_path / "known.csv").write_text("phone,iin\n", encoding="utf-8")
    check = _checking(
        stack, sqlite_url, employees=tmp_path / "employees",
        directory_file=tmp_path / "known.csv", sim_changed="block", told_most=3,
    )  # fmt: skip

    assert check.employees.has(THEIRS)
    assert isinstance(check.directory, FileDirectory)
    assert (check.policy.sim_changed, check.policy.told_most) == (Measure.BLOCK, 3)


def test_a_directory_over_tls_is_asked(stack: ExitStack, sqlite_url: str) -> None:
    """On the machine itself also without."""
    for url in ("https://directory.example.kz/v1", "http://127.0.0.1:9/v1"):
        check = _checking(stack, sqlite_url, directory_url=url, directory_secret="s")  # noqa: S106 - invented
        assert isinstance(check.directory, HttpDirectory)


@pytest.mark.parametrize(
    "given",
    [
        {"directory_url": "http://directory.example.kz/v1", "directory_secret": "s"},
        {"directory_url": "ftp://127.0.0.1/v1", "directory_secret": "s"},
        {"directory_url": "https://directory.example.kz/v1"},
        {"directory_file": Path("/nowhere/known.csv")},
        {"employees": Path("/nowhere/employees")},
    ],
    ids=["in the clear", "another protocol", "no secret", "no file", "no list"],
)
def test_what_cannot_work_is_refused_at_the_start(
    stack: ExitStack, sqlite_url: str, given: dict[str, Any]
) -> None:
    """Not at the first subscriber."""
    with pytest.raises(Misconfigured):
        _checking(stack, sqlite_url, **given)


def test_the_demo_takes_a_file_of_its_own(
    stack: ExitStack, sqlite_url: str, tmp_path: Path
) -> None:
    """Where one lies there."""
    assert _checking(stack, sqlite_url, profile="demo", var=tmp_path).directory is None
    (tmp_path / "directory.csv").write_text("phone,iin\n", encoding="utf-8")

    check = _checking(stack, sqlite_url, profile="demo", var=tmp_path)
    assert isinstance(check.directory, FileDirectory)
