"""A form to spoil."""

from pathlib import Path

import pytest

from tests.lint.trial import Trial


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    """A sound form with its Word files."""
    return Trial(tmp_path)
