"""Schemas that are published for programs which are not ours."""

from api.route import OPEN, Answer, Call, Reply, Route
from api.telling import as_json
from docgen.domain.evidence_schema import schema

_MEDIA_TYPE = "application/schema+json"


def evidence_schema(_call: Call) -> Reply:
    """The schema of `evidence.json` in sealed files."""
    return Reply(body=as_json(schema()), media_type=_MEDIA_TYPE)


ROUTES = (
    Route(
        method="GET",
        path="/schemas/evidence/1.json",
        view=evidence_schema,
        summary="Read the JSON Schema of the evidence in sealed files",
        tag="verification",
        scope=OPEN,
        answer=Answer(says="The schema", media_type=_MEDIA_TYPE),
    ),
)
