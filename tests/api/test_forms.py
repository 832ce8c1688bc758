"""The forms there are, and all that is needed to fill one."""

import json
import re

import pytest

from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, sample
from tests.api.watch import refused


def test_all_forms_are_listed(here: Portal) -> None:
    """Code, annex, titles in both languages, languages and ways of signing, by annex."""
    told = here.program.get("/v1/forms").get_json()

    assert told["forms"] == [
        {
            "code": form.code,
            "annex": form.annex,
            "titles": {"kk": form.title(Language.KK), "ru": form.title(Language.RU)},
            "languages": [each.value for each in form.languages],
            "ways": [each.value for each in form.ways],
            "ways_up_to": {way.value: f"{up}" for way, up in form.ways.items() if up is not None},
        }
        for form in Catalogue()
    ]


@pytest.mark.parametrize("code", [form.code for form in Catalogue()])
def test_a_form_shows_its_schema_and_an_example(here: Portal, code: str) -> None:
    """What the list says, and a JSON Schema with an example that the service accepts."""
    told = here.program.get(f"/v1/forms/{code}").get_json()

    listed = here.program.get("/v1/forms").get_json()["forms"]
    short = next(each for each in listed if each["code"] == code)
    assert told.items() >= short.items()
    assert set(told) == set(short) | {"schema", "subscriber_schema", "example"}
    assert told["schema"]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    example, body = told["example"], sample()
    body["subscriber"] = example["subscriber"]
    body["reference"]["order_number"] = example["values"]["order_number"]
    body["documents"] = [
        {"form": code, "languages": told["languages"], "values": example["values"]}
    ]
    assert here.program.post(ENVELOPES, body).status_code == 201


@pytest.mark.parametrize(
    "code", ["unknown", "ACCEPTANCE_ACT", "%00", "..", "%2e%2e", "acceptance_act%2Fschema", "ә"]
)
def test_an_unknown_form_is_not_found(here: Portal, code: str) -> None:
    """404, whatever stands for its code; nothing is looked up on the disk."""
    answer = here.program.get(f"/v1/forms/{code}")

    refused(answer, 404, "route_not_found" if "%2F" in code else "form_not_found")


def test_the_description_names_every_model_it_refers_to(here: Portal) -> None:
    """Forms may use the names of one another and of the interface; each is told apart."""
    told = here.program.get("/openapi.json").get_data(as_text=True)

    schemas = set(json.loads(told)["components"]["schemas"])
    assert set(re.findall(r'"#/components/schemas/([^"]+)"', told)) <= schemas
    assert {
        "AcceptanceActValues",
        "ApplicationService",
        "Reason",
        "ServiceRefusalReason",
    } <= schemas
    assert not [name for name in schemas if "__" in name]
