"""Files and functions stay small enough to be read at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_LIST = 700
LISTS = {ROOT / "docgen/ports.py", ROOT / "docgen/domain/errors.py"}
"""All that the core needs from outside, and all that it may say no with: one page each."""
MOST_LINES_OF_A_FUNCTION = 40
FILES = sorted(
    file
    for folder in ("docgen", "api", "tests")
    for file in (ROOT / folder).rglob("*.py")
    if "versions" not in file.parts
)


def _functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_and_its_functions_are_small(file: Path) -> None:
    """Nothing in it needs scrolling twice."""
    most = MOST_LINES_OF_A_LIST if file in LISTS else MOST_LINES_OF_A_FILE
    assert len(file.read_text(encoding="utf-8").splitlines()) <= most
    for function in _functions(file):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= MOST_LINES_OF_A_FUNCTION, function.name


@pytest.mark.parametrize("file", [f for f in FILES if f.name.startswith("test_")], ids=str)
def test_every_test_says_its_behaviour(file: Path) -> None:
    """A test without a sentence is not a specification."""
    silent = [
        function.name
        for function in _functions(file)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]

    assert silent == []
