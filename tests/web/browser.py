"""Reads pages as a browser would, without one."""

from collections.abc import Iterator
from typing import Any

from flask.testing import FlaskClient
from lxml import html

PAGES = ("/", "/docs", "/inbox")
LANGUAGES = ("kk", "ru")


def page(client: FlaskClient, address: str, **headers: str) -> Any:
    """The page's tree; it must be there."""
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, address
    assert answer.mimetype == "text/html"
    return html.document_fromstring(answer.data, parser=html.HTMLParser(encoding="utf-8"))


def text(element: Any) -> str:
    """Its words, each gap one blank."""
    return " ".join(element.text_content().split())


def ids(tree: Any) -> list[str]:
    """Everything that a link may lead to."""
    return [str(each) for each in tree.xpath("//@id")]


def links(tree: Any) -> set[str]:
    """Where it leads."""
    return {str(each) for each in tree.xpath("//@href | //@src")}


def operations(description: Any) -> Iterator[tuple[str, str, Any]]:
    """Method, path and all the rest."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation
