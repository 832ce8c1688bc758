"""Origins, as browsers write them."""

import pytest

from docgen.domain.errors import InvalidValue
from docgen.domain.origin import require_origin


@pytest.mark.parametrize(
    "origin",
    [
        "https://cabinet.example",
        "https://cabinet.example:8443",
        "https://xn--80aaxitdbjk.xn--p1ai",
        "http://localhost:5000",
        "http://127.0.0.1:5000",
    ],
)
def test_an_origin_is_taken_as_it_is(origin: str) -> None:
    """Https anywhere, http on this machine."""
    assert require_origin(origin) == origin


@pytest.mark.parametrize(
    "origin",
    [
        "", "*", "null", "https://*", "https://*.example", "https://", "https:", "cabinet.example",
        "http://cabinet.example", "https://Cabinet.example", "https://cabinet.example/",
        "https://cabinet.example/path", "https://cabinet.example:443", "http://localhost:80",
        "https://cabinet.example; script-src *", "https://a.example https://b.example",
        "https://u@cabinet.example", "https://cabinet.example#x", "https://cabinet.example\n",
        "data:", "https://" + "a" * 200,
    ],
    ids=repr,
)  # fmt: skip
def test_what_no_browser_writes_is_none(origin: str) -> None:
    """Nothing gets into a policy that means more than one page, or something else."""
    with pytest.raises(InvalidValue):
        require_origin(origin)
