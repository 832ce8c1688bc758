"""Waiting for something to be true of a page, whatever the page's policy allows."""

from typing import Any

from playwright.sync_api import Frame, Page

from tests.processes.running import eventually


def comes_true(page: Page | Frame, script: str, arg: Any = None) -> None:
    """It holds within the time.

    Playwright's own waiting looks again from within the page, where our policy forbids `eval`: it
    works only if the first look finds it true already.
    """
    assert eventually(lambda: bool(page.evaluate(script, arg))), script
