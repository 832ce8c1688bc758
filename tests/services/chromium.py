"""Fixture `chromium`: Debian's own, one for the session, whichever pages are looked at."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Third-party cookies and storage are blocked in it, as in Safari and Firefox."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--test-third-party-cookie-phaseout"],
        )
        yield browser
        browser.close()
