"""What a page owes to hands without a mouse and to people at the end of a slow link."""

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page

BYTES_A_SECOND, LATENCY = 400_000 / 8, 400
_SLOW = {
    "offline": False,
    "latency": LATENCY,
    "downloadThroughput": BYTES_A_SECOND,
    "uploadThroughput": BYTES_A_SECOND,
}


class SlowLink:
    """What came over a link of 400 kbit/s and 400 ms, and how long it had to take."""

    def __init__(self, page: Page) -> None:
        self.received = 0.0
        cdp: CDPSession = page.context.new_cdp_session(page)
        cdp.send("Network.enable")
        cdp.send("Network.clearBrowserCache")
        cdp.send("Network.emulateNetworkConditions", _SLOW)
        cdp.on("Network.loadingFinished", self._finished)

    def _finished(self, told: dict[str, Any]) -> None:
        self.received += float(told["encodedDataLength"])

    def least(self, rounds: int) -> float:
        """Seconds for these bytes after so many waits that cannot overlap."""
        return self.received / BYTES_A_SECOND + rounds * LATENCY / 1000


def _focused(page: Page) -> dict[str, Any]:
    told: dict[str, Any] = page.evaluate(
        """() => { const it = document.activeElement;
        const ringed = (each) => { const style = getComputedStyle(each);
          return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2; };
        return { id: it.id, text: it.textContent.trim(), name: it.getAttribute("name") ?? "",
          tag: it.tagName, class: it.className,
          ring: ringed(it) || (getComputedStyle(it).opacity === "0" && ringed(it.parentElement)) };
        }"""
    )
    return told


def tab_to(page: Page, selector: str) -> None:
    """By Tab only; whatever has the focus on the way shows it."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue
        held = _focused(page)
        assert held["ring"], held
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"no way to {selector} by the keyboard")
