"""The service with a phone, as in the demo, and without one, as in production."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api import Installation, create_app
from docgen.bootstrap.service import Docgen, web_service
from docgen.settings import Settings
from tests.fakes import CountingChance, FakeClock

Message = dict[str, Any]


@pytest.fixture(scope="session")
def docgen(short_directory: Path) -> Iterator[Docgen]:
    """All that can be asked for, on the embedded default."""
    with web_service(Settings(profile="demo", var=short_directory / "web")) as found:
        yield found


def _installation(docgen: Docgen, messages: list[Message] | None) -> Installation:
    return Installation(
        docgen=docgen,
        clock=FakeClock(),
        chance=CountingChance(),
        version="26.1.0",
        inbox=None if messages is None else lambda: list(messages),
    )


@pytest.fixture(scope="session")
def phone() -> list[Message]:
    """The phone before the demo; `messages` is it as each test finds it."""
    return []


@pytest.fixture(autouse=True)
def messages(phone: list[Message]) -> list[Message]:
    """What landed on the phone; a test fills it."""
    phone.clear()
    return phone


@pytest.fixture(scope="session")
def with_a_phone(docgen: Docgen, phone: list[Message]) -> Flask:
    """The application of the demo: describing its routes takes longer than most tests here."""
    return create_app(_installation(docgen, phone))


@pytest.fixture(scope="session")
def without_a_phone(docgen: Docgen) -> Flask:
    """That of an installation in production."""
    return create_app(_installation(docgen, None))


@pytest.fixture
def demo(with_a_phone: Flask) -> FlaskClient:
    """A browser before the demo."""
    return with_a_phone.test_client()


@pytest.fixture
def production(without_a_phone: Flask) -> FlaskClient:
    """A browser before an installation without a phone."""
    return without_a_phone.test_client()
