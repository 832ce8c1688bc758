"""The sample visit, and ways to spoil it."""

import copy
import json
from pathlib import Path
from typing import Any

from docgen.forms.catalogue import Catalogue
from docgen.forms.form import Form
from docgen.forms.visit import acceptance_act_of

VISIT = Path(__file__).parents[2] / "samples" / "visit_acceptance.json"


def visit() -> dict[str, Any]:
    """The order system's record of one visit."""
    loaded: dict[str, Any] = json.loads(VISIT.read_text(encoding="utf-8"))
    return loaded


def act_request() -> dict[str, Any]:
    """The visit mapped to annex 3: subscriber, reference and values."""
    return copy.deepcopy(acceptance_act_of(visit()))


def act() -> Form:
    """The form of annex 3."""
    return Catalogue().get("acceptance_act")
