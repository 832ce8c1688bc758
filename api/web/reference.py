"""The description as a reader wants it: operations by subject, each with all it takes and gives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from api import problems, refusals
from api.web.example import Examples
from api.web.fields import Field, Schemas
from docgen.domain import errors
from docgen.domain.errors import DocgenError
from docgen.domain.language import BOTH, Language
from docgen.texts.phrases import phrases

_REFUSALS = (
    refusals.malformed_json(),
    refusals.key_required(),
    refusals.key_malformed(),
    refusals.file_missing(),
)
_FIRST_REFUSAL = 400


@dataclass(frozen=True, kw_only=True)
class Body:
    """What a request holds."""

    media_type: str
    required: bool
    says: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One status by which an operation answers."""

    status: str
    says: str
    media_types: tuple[str, ...]
    headers: Mapping[str, str]
    fields: tuple[Field, ...]

    @property
    def is_problem(self) -> bool:
        """Whether it is a refusal."""
        return int(self.status) >= _FIRST_REFUSAL


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A value outside the body."""

    place: str
    field: Field


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one path."""

    id: str
    method: str
    path: str
    summary: str
    says: str
    is_open: bool
    parameters: tuple[Parameter, ...]
    body: Body | None
    answers: tuple[Answer, ...]
    curl: str

    @property
    def refusals(self) -> tuple[Answer, ...]:
        """Statuses of problems."""
        return tuple(answer for answer in self.answers if answer.is_problem)

    @property
    def good(self) -> tuple[Answer, ...]:
        """The other statuses."""
        return tuple(answer for answer in self.answers if not answer.is_problem)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Operations under one tag."""

    tag: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, kw_only=True)
class KnownProblem:
    """A code with its words in both languages."""

    code: str
    retryable: bool
    title: Mapping[Language, str]
    detail: Mapping[Language, str]


@dataclass(frozen=True, kw_only=True)
class Refusals:
    """Problems that share a status."""

    status: int
    phrase: str
    problems: tuple[KnownProblem, ...]


def subjects(description: Mapping[str, Any], known: Mapping[str, Any]) -> tuple[Subject, ...]:
    """All operations, in the order of the description's tags; `known` examples by schema."""
    reader = _Reader(description, known)
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in description["tags"]}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            found[operation["tags"][0]].append(reader.operation(method.upper(), path, operation))
    return tuple(Subject(tag=tag, operations=tuple(each)) for tag, each in found.items())


def problem_fields(description: Mapping[str, Any]) -> tuple[Field, ...]:
    """The members of a problem."""
    schemas = Schemas(components=description["components"]["schemas"])
    return schemas.fields({"$ref": "#/components/schemas/Problem"})


def known_problems() -> tuple[Refusals, ...]:
    """Every code there is, by status."""
    kinds = {kind.code: kind for kind in _kinds()}
    by_status: dict[int, list[KnownProblem]] = {}
    for code, status in sorted(_statuses().items()):
        kind = kinds.get(code)
        retryable = code in problems.HTTP_RETRYABLE if kind is None else kind.retryable
        by_status.setdefault(status, []).append(_known(code, retryable=retryable))
    return tuple(
        Refusals(status=status, phrase=HTTPStatus(status).phrase, problems=tuple(listed))
        for status, listed in sorted(by_status.items())
    )


def _known(code: str, *, retryable: bool) -> KnownProblem:
    def both(part: str) -> Mapping[Language, str]:
        return {each: phrases(each)[f"problem.{code}.{part}"] for each in BOTH}

    return KnownProblem(code=code, retryable=retryable, title=both("title"), detail=both("detail"))


def _kinds() -> Iterable[type[DocgenError]]:
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, DocgenError):
            yield kind


def _statuses() -> Mapping[str, int]:
    of_http = {code: status for status, code in problems.HTTP_CODES.items()}
    of_refusals = {each.problem.code: each.problem.status for each in _REFUSALS}
    of_errors = {kind.code: problems.status_of(kind) for kind in _kinds()}
    return of_http | of_refusals | of_errors


class _Reader:
    """Reads the operations of one description."""

    def __init__(self, description: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        self._schemas = Schemas(components=description["components"]["schemas"])
        url = description["servers"][0]["url"]
        self._examples = Examples(schemas=self._schemas, url=url, known=known)

    def operation(self, method: str, path: str, told: Mapping[str, Any]) -> Operation:
        """One operation."""
        return Operation(
            id=told["operationId"],
            method=method,
            path=path,
            summary=told["summary"],
            says=told.get("description", ""),
            is_open="security" not in told,
            parameters=tuple(self._parameter(each) for each in told["parameters"]),
            body=self._body(told["requestBody"]) if "requestBody" in told else None,
            answers=tuple(
                self._answer(status, answer) for status, answer in sorted(told["responses"].items())
            ),
            curl=self._examples.curl(method, path, told),
        )

    def _parameter(self, told: Mapping[str, Any]) -> Parameter:
        # The parameter's own sentence says more than that of its kind.
        schema = {**told["schema"], **{k: told[k] for k in ("description",) if k in told}}
        required = told.get("required", False)
        field = self._schemas.field(told["name"], schema, required=required)
        return Parameter(place=told["in"], field=field)

    def _body(self, told: Mapping[str, Any]) -> Body:
        # Where it may be of several kinds, the first one is shown in full.
        media = next(iter(told["content"].values()))
        return Body(
            media_type=", ".join(told["content"]),
            required=told["required"],
            says=self._schemas.followed(media["schema"]).get("description", ""),
            fields=self._schemas.fields(media["schema"]),
        )

    def _answer(self, status: str, told: Mapping[str, Any]) -> Answer:
        content = told.get("content", {})
        refused = int(status) >= _FIRST_REFUSAL
        schemas = [] if refused else [media["schema"] for media in content.values()]
        headers = told.get("headers", {})
        return Answer(
            status=status,
            says=told["description"],
            media_types=tuple(content),
            headers={name: header["description"] for name, header in headers.items()},
            fields=tuple(field for each in schemas for field in self._schemas.fields(each)),
        )
