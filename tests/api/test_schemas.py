"""Published schemas."""

from docgen.domain.evidence_schema import schema
from tests.api.portal import Portal


def test_the_schema_of_the_evidence_is_open_to_all(here: Portal) -> None:
    """Without a key, word for word what is in the repository."""
    answer = here.stranger().get("/schemas/evidence/1.json")

    assert (answer.status_code, answer.mimetype) == (200, "application/schema+json")
    assert answer.get_json() == schema()
