"""Routes by hand: they need neither Redis nor the seal."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from docgen.bootstrap import CLOCK
from docgen.bootstrap.database import opened
from docgen.bootstrap.routes import routes_of
from docgen.domain.errors import Misconfigured
from docgen.settings import Settings
from docgen.usecases.show_routes import ShowRoutes
from docgen.usecases.try_route import TryRoute


@contextmanager
def trial(settings: Settings, name: str) -> Iterator[TryRoute]:
    """A route by its name; raises Misconfigured where it is not set up."""
    with closing(routes_of(settings)) as routes:
        gateways = {way.route.name: way.gateway for way in routes.ways}
        if name not in gateways:
            there = ", ".join(gateways) or "none"
            raise Misconfigured(f"no such route is set up; there are: {there}")
        yield TryRoute(gateway=gateways[name], source=routes.sources.get(name), clock=CLOCK)


@contextmanager
def shown(settings: Settings) -> Iterator[ShowRoutes]:
    """All routes of these settings; raises Misconfigured for a register of another shape."""
    with opened(settings) as register, closing(routes_of(settings)) as routes:
        yield ShowRoutes(register=register, routes=[way.route for way in routes.ways], clock=CLOCK)
