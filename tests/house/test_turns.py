"""The turns of test files: what takes long does not come last, and nothing is named in vain."""

from pathlib import Path

import pytest

from tests.services.turns import LONGEST, TOGETHER, turn, whole

_ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("place", sorted({*LONGEST, *TOGETHER}))
def test_what_has_a_turn_is_there(place: str) -> None:
    """A file that was moved would lose its turn unseen."""
    assert (_ROOT / place).exists()


def test_a_file_has_its_own_turn_before_that_of_its_folder() -> None:
    """And what nobody named comes after all others."""
    routes, papers = turn("tests/papers/test_routes.py"), turn("tests/papers/test_rows.py")

    assert routes < papers < turn("tests/domain/test_money.py") == len(LONGEST)
    assert turn("tests/papers_of_others/test_rows.py") == len(LONGEST)


def test_what_shares_an_installation_is_for_one_worker() -> None:
    """Everything else is handed out file by file."""
    together = {whole(f"tests/service/test_{name}.py") for name in ("killed", "traces")}

    assert together == {"tests/service"}
    assert whole("tests/services/plugin.py") == "tests/services/plugin.py"
    assert whole("tests/papers/test_rows.py") == "tests/papers/test_rows.py"
