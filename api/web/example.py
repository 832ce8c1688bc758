"""Ready calls: a body that fits its schema, and the curl command that sends it."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from api.auth import SIGNERS
from api.v1.signing_shapes import consent_hash
from api.web.fields import Schema, Schemas
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue

_FORMATS: Mapping[str, str] = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T10:00:00+05:00",
}
_DIGITS = "123456"
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_FILE = "multipart/form-data"


def known_examples(forms: Catalogue) -> Mapping[str, Any]:
    """An envelope that is accepted as it is, of the first form's example, and a part of it."""
    form = next(iter(forms))
    values, person = form.example["values"], form.example["subscriber"]
    return {
        "PersonInput": {name: person[name] for name in ("surname", "name", "iin", "phone")},
        "NewWebhook": {"url": "https://shop.example/hooks", "topics": ["envelope.sealed"]},
        "Proof": {"iin_end": person["iin"][-4:]},
        "SignersConfirmation": {
            "code": _DIGITS,
            "attempt_id": "attempt_id",
            "language": "kk",
            "consent_sha256": consent_hash(Language.KK),
        },
        "Envelope": {
            "subscriber": person,
            "reference": {
                "order_number": values["order_number"],
                "account_number": "710000000001",
            },
            "documents": [{"form": form.code, "languages": list(form.languages), "values": values}],
        },
    }


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Makes examples of the operations of one description."""

    schemas: Schemas
    url: str
    known: Mapping[str, Any]
    """By the name of a schema, where a value must be more than well-formed."""

    def curl(self, method: str, path: str, operation: Mapping[str, Any]) -> str:
        """The command; what differs from caller to caller is a variable of the shell."""
        address = re.sub(r"{(\w+)}", lambda found: f"${found.group(1).upper()}", path)
        get = [] if method == "GET" else [f"-X {method}"]
        parts = [
            " ".join(["curl", *get, f'"{self.url}{address}"']),
            *self._headers(operation),
            *self._body(operation.get("requestBody", {})),
            *_output(operation["responses"]),
        ]
        return " \\\n  ".join(parts)

    def body(self, media: Mapping[str, Any]) -> Any:
        """A body that fits: the one given with the schema, else the smallest."""
        return media.get("example") or self._value("", media["schema"])

    def _headers(self, operation: Mapping[str, Any]) -> list[str]:
        ways = [name for way in operation.get("security", ()) for name in way]
        key = ['-H "Authorization: Bearer $KEY"'] if "bearer" in ways else []
        if ways == ["session"]:
            key = ["-b session.cookies", '-H "X-Page-Token: $TOKEN"']
        if ways == [*SIGNERS]:
            key = ['-H "Authorization: Bearer $SESSION"']
        return key + [
            f'-H "{parameter["name"]}: $(date +%s%N)"'
            for parameter in operation["parameters"]
            if parameter["in"] == "header" and parameter.get("required")
        ]

    def _body(self, request: Mapping[str, Any]) -> list[str]:
        content = request.get("content", {})
        if _FILE in content and _JSON not in content:
            return ["-F file=@document.pdf"]
        if _FORM in content:
            return [f"-d {shlex.quote(urlencode(self.body(content[_FORM])))}"]
        if _JSON not in content or not request["required"]:
            return []
        told = json.dumps(self.body(content[_JSON]), ensure_ascii=False, indent=2)
        return [f'-H "Content-Type: {_JSON}"', f"-d {shlex.quote(told)}"]

    def _value(self, name: str, schema: Schema) -> Any:
        model = schema.get("$ref", "").rpartition("/")[2]
        if model in self.known:
            return self.known[model]
        found = self.schemas.followed(schema)
        if found.get("examples"):
            return found["examples"][0]
        if "const" in found:
            return found["const"]
        if "enum" in found:
            return found["enum"][0]
        alternatives = found.get("anyOf") or found.get("oneOf")
        if alternatives:
            return self._value(name, alternatives[0])
        return self._plain(name, found)

    def _plain(self, name: str, schema: Schema) -> Any:
        match schema.get("type"):
            case "object":
                required = schema.get("required", ())
                inside = {each: schema["properties"][each] for each in required}
                return {each: self._value(each, value) for each, value in inside.items()}
            case "array":
                return [self._value(name, schema["items"])]
            case "number" | "integer":
                return max(1, schema.get("minimum", 1))
            case "boolean":
                return True
            case _:
                return _text(name, schema)


def _text(name: str, schema: Schema) -> str:
    if "format" in schema:
        return _FORMATS.get(schema["format"], name)
    if "pattern" in schema and re.search(schema["pattern"], _DIGITS):
        return _DIGITS
    return name


def _output(answers: Mapping[str, Any]) -> list[str]:
    """Where the answer is to go if it is nothing for a terminal."""
    good = next(answer for status, answer in answers.items() if status < "400")
    kinds = [media.split("/") for media in good["content"]]
    return [
        f"-o answer.{kind}" for family, kind in kinds if _JSON != f"{family}/{kind}" != "text/plain"
    ]
