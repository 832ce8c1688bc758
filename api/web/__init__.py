"""The pages: a front page, the interface described, and in the demo the subscriber's phone."""

from collections.abc import Mapping
from typing import Any

from api.route import Route
from api.web.embed import embed_routes
from api.web.field_page import field_pages
from api.web.front import front_page
from api.web.inbox import Messages, inbox_page
from api.web.office_page import office_pages
from api.web.page import Site
from api.web.reference_page import reference_page
from api.web.sign import sign_page
from api.web.static import MODULE_ROUTE, STATIC_ROUTE
from docgen.forms.catalogue import Catalogue
from docgen.ports import Chance, Clock


def pages(
    description: Mapping[str, Any],
    forms: Catalogue,
    messages: Messages | None,
    *,
    chance: Chance,
    clock: Clock,
) -> tuple[Route, ...]:
    """All pages; without messages there is no phone to show."""
    site = Site(has_inbox=messages is not None)
    phone = () if messages is None else (inbox_page(site, messages),)
    return (
        front_page(site),
        reference_page(site, description, forms),
        *phone,
        sign_page(site, chance),
        *embed_routes(),
        *field_pages(site, clock),
        *office_pages(site, clock),
        STATIC_ROUTE,
        MODULE_ROUTE,
    )
