"""The demo's phone: for people, for programs, and never in production."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.browser import links, operations, page, text

PHONE = "+77015550142"


def _message(number: int, **changes: str) -> dict[str, Any]:
    return {
        "id": f"01MESSAGE{number:017d}",
        "to": PHONE,
        "text": f"Код {number:06d}: акт, тапсырыс 1-204817733. Бөгде адамға айтпаңыз",
        "reference": f"01CHALLENGE{number:015d}",
        "at": f"2026-03-02T19:30:{number % 60:02d}.123456+00:00",
    } | changes


def test_programs_get_the_newest_first(demo: FlaskClient, messages: list[Any]) -> None:
    """Each with its id, time, masked number, text, and the challenge it was sent for."""
    messages += [_message(1), _message(2)]

    listed: Any = demo.get("/v1/inbox").json

    assert [each["id"] for each in listed["messages"]] == [messages[1]["id"], messages[0]["id"]]
    assert listed["messages"][0] == {
        "id": messages[1]["id"],
        "at": "2026-03-02T19:30:02.123456Z",
        "to": "+7 701 ***-**-42",
        "text": messages[1]["text"],
        "reference": messages[1]["reference"],
    }


def test_programs_may_ask_for_the_newest_only(demo: FlaskClient, messages: list[Any]) -> None:
    """`limit` says how many; none at all is refused."""
    messages += [_message(number) for number in range(3)]

    newest: Any = demo.get("/v1/inbox?limit=1").json

    assert [each["id"] for each in newest["messages"]] == [messages[2]["id"]]
    assert demo.get("/v1/inbox?limit=0").status_code == 422


def test_people_read_the_code_the_time_and_the_masked_number(
    demo: FlaskClient, messages: list[Any]
) -> None:
    """Newest first; the time is of Kazakhstan and says so; the number is nowhere in full."""
    messages += [_message(123456), _message(654321)]

    tree = page(demo, "/inbox?lang=ru")

    assert [text(each) for each in tree.xpath("//*[@class='code']")] == ["654321", "123456"]
    said = text(tree.xpath("//ol[@class='messages']/li")[0])
    assert "03.03.2026 00:30:21 (UTC+5)" in said
    assert "+7 701 ***-**-42" in said
    assert messages[1]["reference"] in said
    assert PHONE not in demo.get("/inbox").text
    assert "ДЕМО" in text(tree)


def test_a_message_cannot_bring_anything_into_the_page(
    demo: FlaskClient, messages: list[Any]
) -> None:
    """What it holds is text, whatever it looks like."""
    hostile = '<script>alert(1)</script> & "<img src=x onerror=alert(2)>"'
    messages.append(_message(1, text=hostile, reference="</ol><script>", id='x" onload="y'))

    tree = page(demo, "/inbox")

    assert [text(each) for each in tree.xpath("//*[@class='text']")] == [hostile]
    assert tree.xpath("//script[not(@src)] | //@onerror | //@onload") == []
    assert len(tree.xpath("//script")) == 1


@pytest.mark.parametrize(
    "said",
    ["Құжаттар дайын", "Тапсырыс 1-204817733", "Код 12345"],
    ids=["no_number", "long_number", "short_number"],
)
def test_a_message_without_a_code_is_shown_as_it_is(
    demo: FlaskClient, messages: list[Any], said: str
) -> None:
    """Nothing is singled out that is no code of six digits."""
    messages.append(_message(1, text=said))

    tree = page(demo, "/inbox")

    assert text(tree.xpath("//*[@class='text']")[0]) == said
    assert tree.xpath("//*[@class='code']") == []


@pytest.mark.parametrize(
    ("language", "said"),
    [("kk", "Әзірге хабар жоқ"), ("ru", "Сообщений пока нет")],
    ids=["kk", "ru"],
)
def test_an_empty_phone_says_what_to_do(demo: FlaskClient, language: str, said: str) -> None:
    """The way to a first message, with links to the calls it takes."""
    tree = page(demo, f"/inbox?lang={language}")

    assert said in text(tree)
    for operation in ("create_envelope", "send_code", "confirm"):
        assert f"/docs?lang={language}#{operation}" in links(tree)


def test_the_page_renews_itself(demo: FlaskClient, messages: list[Any]) -> None:
    """A script looks whether there is another newest message; without scripts the page reloads."""
    messages.append(_message(1))

    tree = page(demo, "/inbox")

    assert tree.xpath("//*[@data-newest]/@data-newest") == [messages[0]["id"]]
    assert tree.xpath("//noscript/meta[@http-equiv='refresh']/@content") == ["3"]


def test_a_full_phone_shows_the_last_fifty(demo: FlaskClient, messages: list[Any]) -> None:
    """The page stays readable after a long day; programs still get all."""
    messages += [_message(number) for number in range(60)]

    tree = page(demo, "/inbox?lang=ru")
    listed: Any = demo.get("/v1/inbox").json

    assert len(tree.xpath("//ol[@class='messages']/li")) == 50
    assert "не больше 50" in text(tree)
    assert len(listed["messages"]) == 60


def test_the_description_tells_of_the_phone(demo: FlaskClient) -> None:
    """An ordinary operation that needs no key."""
    found = {path: each for _, path, each in operations(demo.get("/openapi.json").json)}

    assert "security" not in found["/v1/inbox"]


@pytest.mark.parametrize("path", ["/inbox", "/v1/inbox"])
def test_production_has_no_phone(production: FlaskClient, path: str) -> None:
    """The address is as unknown as any other."""
    answer: Any = production.get(path)

    assert answer.status_code == 404
    assert answer.json["code"] == "route_not_found"


def test_production_speaks_of_no_phone(production: FlaskClient) -> None:
    """Neither the pages nor the description mention it."""
    assert "inbox" not in production.get("/openapi.json").text
    assert "/inbox" not in production.get("/").text
    assert "/inbox" not in production.get("/docs").text
