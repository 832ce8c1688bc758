"""The service with a phone, as in the demo, and without one, as in production."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
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


@pytest.fixture
def messages() -> list[Message]:
    """What landed on the phone; a test fills it."""
    return []


@pytest.fixture
def demo(docgen: Docgen, messages: list[Message]) -> FlaskClient:
    """A browser before the demo."""
    return create_app(_installation(docgen, messages)).test_client()


@pytest.fixture
def production(docgen: Docgen) -> FlaskClient:
    """A browser before an installation without a phone."""
    return create_app(_installation(docgen, None)).test_client()
