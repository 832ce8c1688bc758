"""The HTTP interface: translation between requests and use cases, and nothing else."""

from dataclasses import dataclass

from flask import Flask
from pydantic import JsonValue, RootModel
from werkzeug.middleware.proxy_fix import ProxyFix

from api.health import health_routes
from api.openapi import description
from api.reading import PrivateRequest
from api.route import OPEN, Answer, Call, Reply, Route
from api.schemas import ROUTES as SCHEMAS
from api.v1 import ROUTES
from api.walk import Walk
from api.web import pages
from api.web.checked import checked_pages
from api.web.inbox import Messages, inbox_routes
from api.web.issued import verify_pages
from api.web.page import Site
from docgen.bootstrap.service import Docgen
from docgen.ports import Chance, Clock


class Description(RootModel[dict[str, JsonValue]]):
    """An OpenAPI description."""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What an application is made for."""

    docgen: Docgen
    clock: Clock
    chance: Chance
    version: str
    inbox: Messages | None = None
    """Where there is one, it is shown to whoever comes: never outside the demo."""
    proxies: int = 0
    """How many reverse proxies of our own stand before it."""


def create_app(installation: Installation) -> Flask:
    """The application."""
    app = Flask("api", static_folder=None)
    app.request_class = PrivateRequest
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.strict_slashes = True
    # An address is right or unknown: a redirect would repeat whatever was asked for.
    app.url_map.merge_slashes = False
    docgen = installation.docgen
    walk = Walk(docgen=docgen, chance=installation.chance)
    walk.guard(app)
    phone = inbox_routes(installation.inbox)
    site = Site(has_inbox=installation.inbox is not None)
    verifying = (*verify_pages(site), *checked_pages(site, installation.clock))
    healthy = health_routes(docgen.register, installation.clock)
    routes = (*ROUTES, *verifying, *SCHEMAS, *phone, *healthy)
    told = Description(
        description(routes, docgen.forms, version=installation.version, url=docgen.public_url)
    )
    shown = pages(
        told.root,
        docgen.forms,
        installation.inbox,
        chance=installation.chance,
        clock=installation.clock,
    )
    for route in (*routes, _openapi(told), *shown):
        walk.onto(app, route)
    if installation.proxies:
        hops = installation.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _openapi(told: Description) -> Route:
    def openapi(_call: Call) -> Reply:
        return Reply(body=told)

    return Route(
        method="GET",
        path="/openapi.json",
        view=openapi,
        summary="This description",
        tag="description",
        scope=OPEN,
        answer=Answer(says="OpenAPI 3.1"),
    )
