"""What a template may name follows from what its form gives."""

import pytest

from docgen.domain.shape import Gives, gives, leaves, shape

CONTEXT = {
    "note": "x",
    "urgent": True,
    "person": {"name": "x", "home": {"street": "x"}},
    "rows": [{"name": "x"}, {"price": "1"}],
    "lines": ["x"],
    "empty": [],
}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("note", Gives.TEXT),
        ("urgent", Gives.FLAG),
        ("person", Gives.GROUP),
        ("person.home.street", Gives.TEXT),
        ("rows", Gives.LIST),
        ("rows[]", Gives.GROUP),
        ("rows[].name", Gives.TEXT),
        ("rows[].price", Gives.TEXT),
        ("lines[]", Gives.TEXT),
        ("empty", Gives.LIST),
        ("empty[].anything", Gives.UNKNOWN),
        ("rows.name", None),
        ("rows[].colour", None),
        ("nobody", None),
    ],
)
def test_every_path_leads_to_something(path: str, kind: Gives | None) -> None:
    """Rows of a list count together; of an empty one nothing is known."""
    assert gives(shape(CONTEXT), path) is kind


def test_what_is_left_out_is_told_as_far_up_as_it_is_left_out() -> None:
    """A group nobody uses once, a group partly used by its members."""
    left = leaves(shape(CONTEXT), {"note", "person.name", "rows", "rows[].name", "lines"})

    assert set(left) == {"urgent", "person.home", "rows[].price", "empty"}
