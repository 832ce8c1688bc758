"""The interface described for people says all that the description for programs says."""

import json
import re
import shlex
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.openapi import all_codes
from api.route import JsonBody
from api.v1 import ROUTES
from api.web.reference import known_problems
from api.web.words import words
from docgen.bootstrap.service import Docgen
from docgen.domain.language import Language
from docgen.forms.identity import ReferenceInput, SubscriberInput
from docgen.texts.phrases import phrases
from tests.web.browser import LANGUAGES, operations, page, text


@pytest.fixture
def description(demo: FlaskClient) -> Any:
    """What programs get."""
    return demo.get("/openapi.json").json


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operation_is_there(demo: FlaskClient, description: Any, language: str) -> None:
    """With method, path, summary, scope, parameters, fields and statuses."""
    tree = page(demo, f"/docs?lang={language}")

    for method, path, operation in operations(description):
        said = text(tree.get_element_by_id(operation["operationId"]))
        shown = [method, path, operation["summary"], operation.get("description", "")]
        shown += [parameter["name"] for parameter in operation["parameters"]]
        shown += list(operation["responses"])
        assert [each for each in shown if each.replace("`", "") not in said] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ways_to_show_a_key_are_those_of_programs(demo: FlaskClient, language: str) -> None:
    """Two, as it says, each once: cookies and what signers show are no keys."""
    rules = page(demo, f"/docs?lang={language}").get_element_by_id("rules")

    assert [text(each) for each in rules.xpath(".//li/code")] == [
        "Authorization: Bearer $KEY", "X-Api-Key: $KEY",
    ]  # fmt: skip


def test_a_field_is_shown_however_deep_it_lies(demo: FlaskClient, description: Any) -> None:
    """Every field of every schema that an operation takes or gives is on the page."""
    tree = page(demo, "/docs")
    shown = {text(each) for each in tree.xpath("//code[@class='name']")}

    schemas = description["components"]["schemas"].values()
    fields = {name for schema in schemas for name in schema.get("properties", {})}
    assert len(fields) > 60
    assert fields - shown == set()


def test_code_in_a_sentence_is_shown_as_code(demo: FlaskClient) -> None:
    """What the description writes between backticks."""
    confirm = page(demo, "/docs").get_element_by_id("confirm")
    (summary,) = confirm.xpath(".//*[@class='summary']")

    assert [text(each) for each in summary.xpath("./code")] == ["attempt_id"]
    assert "`" not in text(summary)


def test_what_must_be_given_is_marked(demo: FlaskClient) -> None:
    """Required fields of a body are marked and others are not, nor is anything of an answer."""
    confirm = page(demo, "/docs?lang=ru").get_element_by_id("confirm")
    lines = [text(each) for each in confirm.xpath(".//*[@class='takes']//*[@class='field']")]
    answered = text(confirm.xpath(".//*[@class='gives']")[0])

    assert "code string обязательно" in lines
    assert "employee_id string or null" in lines
    assert "обязательно" not in answered


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_is_there(demo: FlaskClient, description: Any, language: str) -> None:
    """Each code once, with its words in both languages, under its status."""
    tree = page(demo, f"/docs?lang={language}")
    codes = description["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]

    assert len(tree.xpath("//*[starts-with(@id, 'problem-')]")) == len(codes)
    for code in codes:
        said = text(tree.get_element_by_id(f"problem-{code}"))
        for each in Language:
            assert phrases(each)[f"problem.{code}.title"] in said


def test_every_code_has_its_status() -> None:
    """The list for people has neither more nor fewer codes than there are."""
    listed = {problem.code: each.status for each in known_problems() for problem in each.problems}

    assert set(listed) == all_codes()
    assert listed["code_wrong"] == 422
    assert listed["code_gone"] == 410
    assert listed["malformed_json"] == 400
    assert listed["body_too_large"] == 413


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (("GET", "/nowhere"), 404),
        (("DELETE", "/live"), 405),
        (("GET", "/v1/forms"), 401),
    ],
    ids=["nowhere", "method", "no_key"],
)
def test_a_problem_that_is_met_is_found_in_the_list(
    demo: FlaskClient, asked: tuple[str, str], status: int
) -> None:
    """Under the code and status that the answer had, with the words it had."""
    met: Any = demo.open(asked[1], method=asked[0], headers={"Accept-Language": "ru"}).json
    tree = page(demo, "/docs?lang=ru")
    found = tree.get_element_by_id(f"problem-{met['code']}")

    heading = found.getparent().getprevious()
    assert (met["status"], heading.get("id")) == (status, f"status-{status}")
    assert met["title"] in text(found)


def test_every_subject_has_words(description: Any) -> None:
    """A tag of the description has a heading in both languages."""
    tags = {tag["name"] for tag in description["tags"]}

    for language in Language:
        assert tags - set(words(language)["docs"]["tags"]) == set()


def _curl(client: FlaskClient, operation: str) -> list[str]:
    article = page(client, "/docs").get_element_by_id(operation)
    (command,) = article.xpath(".//pre")
    return shlex.split(command.text_content().replace("\\\n", " "))


def test_every_example_carries_what_its_operation_needs(
    demo: FlaskClient, description: Any
) -> None:
    """Address, method, key, required headers and a body where one is required."""
    for method, path, operation in operations(description):
        curl = _curl(demo, operation["operationId"])
        address = re.sub(r"{(\w+)}", lambda found: f"${found.group(1).upper()}", path)

        assert curl[0] == "curl"
        assert f"http://127.0.0.1:8080{address}" in curl
        assert ("-X" in curl) == (method != "GET")
        ways = {name for way in operation.get("security", ()) for name in way}
        assert ("Authorization: Bearer $KEY" in curl) == ("bearer" in ways)
        assert ("X-Page-Token: $TOKEN" in curl) == (ways == {"session"})
        needed = {each["name"] for each in operation["parameters"] if _is_needed_header(each)}
        sent = {curl[at + 1].partition(":")[0] for at, part in enumerate(curl) if part == "-H"}
        assert sent - {"Authorization", "Content-Type", "X-Page-Token"} == needed
        body = operation.get("requestBody", {}).get("required", False)
        assert bool({"-d", "-F"} & set(curl)) == body


def _is_needed_header(parameter: Any) -> bool:
    return parameter["in"] == "header" and bool(parameter.get("required"))


def _sent(client: FlaskClient, operation: str) -> Any:
    curl = _curl(client, operation)
    return json.loads(curl[curl.index("-d") + 1])


def test_the_bodies_of_examples_can_be_read(demo: FlaskClient) -> None:
    """By the very models that read what callers send."""
    required = [
        (route.view.__name__, route.body.model)
        for route in ROUTES
        if isinstance(route.body, JsonBody) and not route.body.optional
    ]

    assert required
    for operation, model in required:
        model.model_validate(_sent(demo, operation))


def test_the_example_of_an_envelope_would_be_accepted(demo: FlaskClient, docgen: Docgen) -> None:
    """Also by what the core reads itself: person, reference and values of the form."""
    sent = _sent(demo, "create_envelope")
    (document,) = sent["documents"]

    SubscriberInput.model_validate(sent["subscriber"])
    reference = ReferenceInput.model_validate(sent["reference"])
    values = docgen.forms.get(document["form"]).read(document["values"])
    assert values.order_number == reference.order_number
