"""The OpenAPI 3.1 description, made from what the routes say of themselves."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api import problems
from api.auth import SCHEMES, SESSION, SIGNERS
from api.expected import expected
from api.idempotency import HEADER, PATTERN
from api.links import links, path_names
from api.names import short
from api.route import FileBody, FiledBody, FormBody, JsonBody, Repeat, Route
from docgen.domain import errors
from docgen.domain.errors import DocgenError, Misconfigured
from docgen.domain.language import BOTH
from docgen.forms.catalogue import Catalogue

_REF = "#/components/schemas/{model}"
_PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "envelope_id": {"type": "string", "pattern": "^[0-9A-Za-z]{26}$"},
    "verification_id": {"type": "string", "pattern": "^[0-9A-Za-z]{26}$"},
    "document_id": {"type": "string", "pattern": "^[0-9A-Za-z]{26}$"},
    "visit_id": {"type": "string", "pattern": "^[0-9A-Za-z]{26}$"},
    "webhook_id": {"type": "string", "pattern": "^[0-9A-Za-z]{26}$"},
    "pack_id": {"type": "string", "pattern": "^NP-[0-9]{4}-[2-9A-HJ-NP-Z]{10}$"},
    "batch_id": {"type": "string", "pattern": "^NB-[0-9]{4}-[2-9A-HJ-NP-Z]{10}$"},
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "page": {"type": "string", "pattern": "^[1-9][0-9]{0,3}$"},
    "code": {"type": "string", "pattern": "^[a-z_]{1,60}$"},
    "token": {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"},
}
_LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "schema": {"type": "string", "examples": ["kk", "ru"]},
    "description": "`kk` or `ru`: the language of what is said to people.",
}
_PROBLEM_WORDS = {
    400: "The request is malformed",
    401: "No key, or none that counts",
    403: "The key lacks the scope",
    404: "No such thing, or not yours",
    408: "The body did not come in time",
    409: "The state does not allow it",
    410: "The code is gone",
    413: "The body is too large",
    415: "Not this media type",
    422: "Values are wrong",
    429: "Too often; `Retry-After` says when",
    500: "A fault of ours",
    503: "Not now; `Retry-After` says when, and nothing is lost",
}
_WITH_RETRY_AFTER = {429, 503}


def description(
    routes: Sequence[Route], forms: Catalogue, *, version: str, url: str
) -> dict[str, Any]:
    """The whole description."""
    models = _models(routes, forms)
    schemas = _schemas(models)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Qoltanba",
            "version": version,
            "summary": "Bilingual forms become sealed documents, confirmed by an SMS code.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": url}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": _paths(routes, forms),
        "components": {
            "schemas": schemas | {"Problem": _problem()},
            "securitySchemes": {
                name: dict(scheme) for name, scheme in {**SCHEMES, **SESSION, **SIGNERS}.items()
            },
        },
    }


def _paths(routes: Sequence[Route], forms: Catalogue) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for route in routes:
        operation = _operation(route, forms)
        if "Location" in route.answer.headers:
            operation["responses"][str(route.answer.status)]["links"] = links(routes, made_by=route)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return paths


def _operation(route: Route, forms: Catalogue) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.view.__name__,
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": list(_parameters(route)),
        "responses": _responses(route),
    }
    if route.scope is not None:
        operation["security"] = [{name: []} for name in (*SCHEMES, *SESSION)]
        operation["description"] = f"Needs the scope `{route.scope.value}`."
    if route.signing is not None:
        operation["security"] = [{name: []} for name in SIGNERS]
        operation["description"] = "For the signer's own browser, by the session of its ticket."
    if route.for_staff:
        operation["security"] = [{name: []} for name in SESSION]
        operation["description"] = "For people of the staff who are signed in."
    if route.body is not None:
        operation["requestBody"] = _body(route.body, forms)
    return operation


def _parameters(route: Route) -> Iterable[dict[str, Any]]:
    for name in path_names(route):
        yield {"name": name, "in": "path", "required": True, "schema": dict(_PARAMETERS[name])}
    if route.query is not None:
        listed = route.query.model_json_schema(ref_template=_REF)
        for name, schema in listed["properties"].items():
            yield {"name": name, "in": "query", "schema": _without_null(schema)}
    if route.repeat is not Repeat.NEVER:
        yield {
            "name": HEADER,
            "in": "header",
            "required": route.repeat is Repeat.MUST,
            "schema": {"type": "string", "pattern": f"^{PATTERN}$"},
            "description": "The same key and body get the same answer, and have one effect.",
        }
    yield _LANGUAGE


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A query leaves out what it does not ask for; it cannot say null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "title"}}
    if rest.get("default", ...) is None:
        del rest["default"]
    return rest | kinds[0] if len(kinds) == 1 else dict(schema)


def _body(body: JsonBody | FormBody | FileBody | FiledBody, forms: Catalogue) -> dict[str, Any]:
    if isinstance(body, FiledBody):
        described = _body(body.alone, forms)
        described["content"][body.media_type] = {"schema": _filed(body)}
        return described
    if isinstance(body, FileBody):
        file = {"type": "string", "format": "binary"}
        schema = {"type": "object", "properties": {"file": file}, "required": ["file"]}
        form = {"schema": schema, "encoding": {"file": {"contentType": "application/pdf"}}}
        return {"required": True, "content": {body.media_type: form}}
    schema = {"$ref": _REF.format(model=_described(body, forms).__name__)}
    optional = isinstance(body, JsonBody) and body.optional
    return {"required": not optional, "content": {body.media_type: {"schema": schema}}}


def _filed(body: FiledBody) -> dict[str, Any]:
    file: dict[str, Any] = {"type": "string", "format": "binary"}
    if body.several:
        file = {"type": "array", "items": file, "minItems": 1}
    data = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {"$ref": _REF.format(model=body.model.__name__)},
    }
    return {
        "type": "object",
        "properties": {"file": file, "data": data},
        "required": ["file", "data"],
    }


def _responses(route: Route) -> dict[str, Any]:
    answer = route.answer
    if answer.model is not None:
        schema: dict[str, Any] = {"$ref": _REF.format(model=answer.model.__name__)}
    else:
        schema = {} if answer.media_type.endswith("json") else {"type": "string"}
    good: dict[str, Any] = {
        "description": answer.says,
        "content": {answer.media_type: {"schema": schema}},
    }
    if answer.headers:
        good["headers"] = {
            name: {"description": says, "schema": {"type": "string"}}
            for name, says in answer.headers.items()
        }
    by_status: dict[int, list[str]] = defaultdict(list)
    for code, status in sorted(expected(route).items()):
        by_status[status].append(code)
    told = {str(status): _refusal(status, by_status[status]) for status in sorted(by_status)}
    if "ETag" in answer.headers:
        told["304"] = {"description": "You hold it already"}
    return {str(answer.status): good, **told}


def _refusal(status: int, codes: Sequence[str]) -> dict[str, Any]:
    schema = {"$ref": _REF.format(model="Problem")}
    told: dict[str, Any] = {
        "description": f"{_PROBLEM_WORDS[status]}: " + ", ".join(f"`{code}`" for code in codes),
        "content": {problems.MEDIA_TYPE: {"schema": schema}},
    }
    if status in _WITH_RETRY_AFTER:
        told["headers"] = {
            "Retry-After": {
                "required": True,
                "description": "Seconds to wait.",
                "schema": {"type": "string", "pattern": "^[1-9][0-9]*$"},
            }
        }
    return told


def _described(body: JsonBody | FormBody, forms: Catalogue) -> type[BaseModel]:
    if isinstance(body, FormBody) or body.described is None:
        return body.model
    return body.described(forms)


def _models(routes: Sequence[Route], forms: Catalogue) -> list[tuple[type[BaseModel], Any]]:
    found: dict[tuple[type[BaseModel], str], None] = {}
    for route in routes:
        if isinstance(route.body, JsonBody | FormBody):
            found[(_described(route.body, forms), "validation")] = None
        if isinstance(route.body, FiledBody):
            found[(route.body.model, "validation")] = None
            found[(route.body.alone.model, "validation")] = None
        if route.answer.model is not None:
            found[(route.answer.model, "serialization")] = None
    return list(found)


def _schemas(models: Sequence[tuple[type[BaseModel], Any]]) -> dict[str, Any]:
    _, defined = models_json_schema(models, ref_template=_REF)
    schemas: dict[str, Any] = defined["$defs"]
    told = json.dumps(schemas)
    for long in schemas:
        told = told.replace(f'"{_REF.format(model=long)}"', f'"{_REF.format(model=short(long))}"')
    named = {
        short(long): schema for long, schema in zip(schemas, json.loads(told).values(), strict=True)
    }
    if len(named) != len(schemas):
        raise Misconfigured("two models of the interface have one name")
    return named


def _finding() -> dict[str, Any]:
    """One value that is wrong; its sentence in the language of the answer, and in both."""
    text = {"type": "string"}
    both = {
        "type": "object",
        "properties": {each.value: text for each in BOTH},
        "required": [each.value for each in BOTH],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"pointer": text, "code": text, "message": text, "messages": both},
        "required": ["pointer", "code", "message", "messages"],
        "additionalProperties": False,
    }


def _problem() -> dict[str, Any]:
    """RFC 9457, with our own members."""
    text = {"type": "string"}
    own = {
        "errors": {"type": "array", "items": _finding()},
        "retry_after": {"type": "integer", "minimum": 1, "description": "Seconds."},
        **{name: {"type": "integer", "minimum": 0} for name in _COUNTS},
        "reason": text,
        "limit": {"type": ["string", "integer"]},
        "scope": text,
        "state": text,
        "superseded_by": text,
        "pack_state": text,
        "accepted": {"type": "array", "items": text},
        "way": text,
        "number": text,
        "version": {"type": "integer", "minimum": 1},
    }
    always = {
        "type": {"type": "string", "pattern": f"^{problems.TYPE}[a-z_]+$"},
        "title": text,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": text,
        "instance": text,
        "code": {"type": "string", "enum": sorted(all_codes())},
        "retryable": {"type": "boolean"},
        "request_id": text,
    }
    return {
        "type": "object",
        "properties": always | own,
        "required": list(always),
        "additionalProperties": False,
    }


_COUNTS = ("attempts_left", "blocks", "warnings")
"""Members of a problem that count something."""


def all_codes() -> frozenset[str]:
    """Every code a problem can have."""
    ours = {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, DocgenError)
    }
    return frozenset(ours) | problems.known_codes()
