"""Fixture `chromium`: Debian's own, one for each module of tests that looks at pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Third-party cookies and storage are blocked in it, as in Safari and Firefox.

    Ended with its module, since while it is there an event loop runs in the tests' own thread, and
    nothing that brings its own loop could be tested beside it.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--test-third-party-cookie-phaseout"],
        )
        yield browser
        browser.close()
