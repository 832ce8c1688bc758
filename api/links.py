"""Where an answer leads: from what was made to all that can be done with it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from api.route import Route

_FOUND: Mapping[str, str] = {
    "envelope_id": "$response.body#/id",
    "verification_id": "$response.body#/id",
    "visit_id": "$response.body#/id",
    "webhook_id": "$response.body#/id",
    "document_id": "$response.body#/documents/0/id",
    "pack_id": "$response.body#/id",
    "batch_id": "$response.body#/id",
    "sha256": "$response.body#/papers/0/sha256",
    "page": "1",
}


def path_names(route: Route) -> list[str]:
    """Names of the parts of a path."""
    return re.findall(r"{(\w+)}", route.path)


def links(routes: Iterable[Route], *, made_by: Route) -> dict[str, Any]:
    """OpenAPI links of an answer that shows what a route has made."""
    return {
        route.view.__name__: {
            "operationId": route.view.__name__,
            "parameters": {name: _FOUND[name] for name in path_names(route)},
        }
        for route in routes
        if route.path.startswith(f"{made_by.path}/{{")
    }
