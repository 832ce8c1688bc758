"""Show the routes that messages can take, and how each stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from docgen.domain.dispatch import Hop
from docgen.domain.routes import REMEMBERED, BreakerPolicy, Health, Route, health
from docgen.ports import Clock, Register


@dataclass(frozen=True, kw_only=True)
class ShownRoute:
    """A route, how it stands, and its last message, if it ever had one."""

    route: Route
    health: Health
    last: Hop | None


@dataclass(frozen=True, kw_only=True)
class ShowRoutes:
    """By their last hops in the register, as whoever sends judges them."""

    register: Register
    routes: Sequence[Route]
    clock: Clock
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)

    def __call__(self) -> Sequence[ShownRoute]:
        """Every route, as they are set."""
        now = self.clock.now()
        with self.register.view() as unit:
            recent = [unit.hops.recent(route.name, limit=REMEMBERED) for route in self.routes]
        return [
            ShownRoute(
                route=route,
                health=health(hops, now=now, policy=self.breaker),
                last=hops[0] if hops else None,
            )
            for route, hops in zip(self.routes, recent, strict=True)
        ]
