"""What is asked about numbers, and whom."""

from contextlib import ExitStack
from urllib.parse import urlsplit

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.numbers.employee_file import EmployeeFile, NoEmployees
from docgen.adapters.numbers.file_directory import FileDirectory
from docgen.adapters.numbers.http_directory import HttpDirectory
from docgen.bootstrap import CLOCK
from docgen.bootstrap.surroundings import Surroundings
from docgen.domain.errors import Misconfigured
from docgen.domain.number import NumberPolicy
from docgen.ports import EmployeeNumbers, SubscriberDirectory
from docgen.settings import Settings
from docgen.usecases.check_number import CheckNumber

_DEMO_FILE = "directory.csv"
_HERE = {"127.0.0.1", "::1", "localhost"}


def checking(
    settings: Settings, parts: Surroundings, stack: ExitStack, *, register: SqlRegister
) -> CheckNumber:
    """Checking of numbers; raises Misconfigured."""
    return CheckNumber(
        register=register,
        clock=CLOCK,
        employees=_employees(settings, parts),
        directory=_directory(settings, stack),
        policy=policy_of(settings),
    )


def policy_of(settings: Settings) -> NumberPolicy:
    """What is told, and what stops codes."""
    chosen = settings.numbers
    return NumberPolicy(
        not_subscribers=chosen.not_subscribers,
        sim_changed=chosen.sim_changed,
        unavailable=chosen.unavailable,
        told_most=chosen.told_most,
    )


def _employees(settings: Settings, parts: Surroundings) -> EmployeeNumbers:
    file = settings.numbers.employees
    if file is None:
        return NoEmployees()
    if not file.is_file():
        raise Misconfigured("DOCGEN_NUMBERS__EMPLOYEES names no file")
    return EmployeeFile(file, subject_of=parts.subject_of)


def _directory(settings: Settings, stack: ExitStack) -> SubscriberDirectory | None:
    chosen = settings.numbers
    if chosen.directory_url is not None:
        return _over_http(settings, chosen.directory_url, stack)
    file = chosen.directory_file
    if file is None and settings.profile == "demo":
        embedded = settings.var / _DEMO_FILE
        return FileDirectory(embedded) if embedded.is_file() else None
    if file is None:
        return None
    if not file.is_file():
        raise Misconfigured("DOCGEN_NUMBERS__DIRECTORY_FILE names no file")
    return FileDirectory(file)


def _over_http(settings: Settings, url: str, stack: ExitStack) -> HttpDirectory:
    chosen, parts = settings.numbers, urlsplit(url)
    secret = chosen.directory_secret.get_secret_value()
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
        raise Misconfigured("DOCGEN_NUMBERS__DIRECTORY_URL begins with https://")
    if not secret:
        raise Misconfigured("DOCGEN_NUMBERS__DIRECTORY_SECRET is not set")
    directory = HttpDirectory(url, secret=secret, ca=chosen.directory_ca)
    stack.callback(directory.close)
    return directory
