"""Pages for readers in a browser: large enough for a finger, and in the page's own language."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser.serving import served
from tests.browser.staff import AXE

_SMALL = """() => [...document.querySelectorAll(
    ".top a, .ways a, .contents summary, .upload button, .upload .choosing")]
  .filter((each) => each.checkVisibility())
  .map((each) => [each.textContent.trim(), each.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44).map(([words]) => words)"""
_SIZES = ((390, 844), (820, 1180))


@pytest.fixture(scope="module")
def origin(with_a_phone: Flask) -> Iterator[str]:
    """Where the demo answers."""
    with served(with_a_phone) as port:
        yield f"http://localhost:{port}"


@pytest.fixture
def reader(chromium: Browser) -> Iterator[Page]:
    """A phone whose browser itself speaks English."""
    context = chromium.new_context(locale="en-GB", viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("path", ["/", "/docs", "/inbox", "/verify"])
def test_whatever_is_touched_is_large_enough(
    reader: Page, origin: str, path: str, language: str
) -> None:
    """Links of the head, ways and the form, on a phone and a tablet; nothing sticks out."""
    reader.goto(f"{origin}{path}?lang={language}")

    for width, height in _SIZES:
        reader.set_viewport_size({"width": width, "height": height})
        assert reader.evaluate(_SMALL) == []
        assert reader.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    ("language", "nothing", "missing"),
    [
        ("kk", "Таңдалмаған", "Файлды таңдаңыз"),
        ("ru", "Не выбрано", "Выберите файл"),
        ("en", "Nothing chosen", "Choose a file"),
    ],
)
def test_a_file_is_chosen_in_the_language_of_the_page(
    reader: Page, origin: str, tmp_path: Path, language: str, nothing: str, missing: str
) -> None:
    """What is chosen, and that nothing is; whatever the browser itself speaks."""
    reader.goto(f"{origin}/verify?lang={language}")
    expect(reader.locator(".choosing output")).to_have_text(nothing)
    reader.click("form.upload [type=submit]")
    expect(reader.locator("form.upload .error")).to_have_text(missing)
    expect(reader.locator("#file")).to_be_focused()

    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"%PDF-1.7")
    reader.locator("#file").set_input_files(paper)

    expect(reader.locator(".choosing output")).to_have_text("paper.pdf")
    expect(reader.locator("form.upload .error")).to_be_empty()
    reader.click("form.upload [type=submit]")
    expect(reader.locator("#main h1")).to_be_visible()
    assert reader.url.endswith(f"/verify?lang={language}")


def test_a_file_is_chosen_without_scripts_too(chromium: Browser, origin: str) -> None:
    """The browser's own field is there then, and asks for a file by itself."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{origin}/verify?lang=ru")

    assert page.locator("#file").get_attribute("required") is not None
    expect(page.locator(".choosing output")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_page_that_takes_a_file_keeps_nobody_out(
    chromium: Browser, origin: str, language: str
) -> None:
    """By the rules of WCAG, with an error on it."""
    context = chromium.new_context(bypass_csp=True)
    context.add_init_script(path=AXE)
    page = context.new_page()
    page.goto(f"{origin}/verify?lang={language}")
    page.click("form.upload [type=submit]")

    found = page.evaluate(
        "async () => (await axe.run()).violations.map((v) => v.id + ' ' + v.nodes[0].html)"
    )

    assert found == []
    context.close()
