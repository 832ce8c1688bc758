"""One document by several routes, taken in turns: how long each takes, and how many a second."""

import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path

from bench.orders import ACT_PAGES, acts
from bench.pages import require_paper
from bench.rivals import Cold, Unoserver, make_by_unoserver, unoservers, workplace
from docgen.domain.rendering import RenderOrder
from docgen.ports import Renderer
from docgen.usecases.trial_orders import TrialOrders

Route = Callable[[RenderOrder], bytes]
Told = Callable[[str], None]
_CLIENTS = 2
"""As many as there are cores, zygotes and unoservers."""


class Race:
    """Our renderer against the others, with the same orders."""

    def __init__(
        self, *, trials: TrialOrders, renderer: Renderer, templates: Path, told: Told
    ) -> None:
        self._orders, self._renderer = acts(trials), renderer
        self._templates, self._told = templates, told

    def milliseconds(self, *, rounds: int, warm_ups: int) -> Mapping[str, Sequence[float]]:
        """Of every round, by route; raises NotThePaper where one does not do its work."""
        with ExitStack() as stack:
            folder = stack.enter_context(workplace())
            (port,) = stack.enter_context(unoservers(1, folder))
            routes: dict[str, Route] = {
                "ours": self._ours,
                "unoserver": Unoserver(self._templates, folder, port),
                "cold": Cold(self._templates, folder),
            }
            taken: dict[str, list[float]] = {name: [] for name in routes}
            for turn in range(warm_ups + rounds):
                order = next(self._orders)
                for name, seconds in _timed(order, routes, first=turn):
                    if turn >= warm_ups:
                        taken[name].append(seconds * 1000)
                self._told(f"act: round {turn + 1} of {warm_ups + rounds}")
            return taken

    def per_second(self, *, blocks: int, documents: int) -> Mapping[str, Sequence[float]]:
        """Of every block, by route: two clients of each, one route at a time."""
        with ExitStack() as stack:
            folder = stack.enter_context(workplace())
            ports = stack.enter_context(unoservers(_CLIENTS, folder))
            # Our worker is one process of several threads; docxtpl would be slower so.
            threads: Executor = stack.enter_context(ThreadPoolExecutor(_CLIENTS))
            apart = multiprocessing.get_context("spawn")
            processes = [
                stack.enter_context(ProcessPoolExecutor(1, mp_context=apart)) for _ in ports
            ]
            ours = [(threads, self._ours)] * _CLIENTS
            theirs = [
                (pool, partial(make_by_unoserver, templates=self._templates, folder=folder, port=p))
                for pool, p in zip(processes, ports, strict=True)
            ]
            found: dict[str, list[float]] = {"ours": [], "unoserver2": []}
            for block in range(1 + blocks):
                for name, clients in (("ours", ours), ("unoserver2", theirs)):
                    rate = self._rate(clients, documents)
                    if block > 0:
                        found[name].append(rate)
                self._told(f"throughput: block {block + 1} of {1 + blocks}")
            return found

    def _ours(self, order: RenderOrder) -> bytes:
        return self._renderer.render(order).pdf

    def _rate(self, clients: Sequence[tuple[Executor, Route]], documents: int) -> float:
        orders = list(islice(self._orders, documents))
        began = time.perf_counter()
        waiting = [
            executor.submit(route, order)
            for place, order in enumerate(orders)
            for executor, route in (clients[place % len(clients)],)
        ]
        papers = [each.result() for each in waiting]
        taken = time.perf_counter() - began
        for pdf in papers:
            require_paper(pdf, pages=ACT_PAGES)
        return documents / taken


def _timed(
    order: RenderOrder, routes: Mapping[str, Route], *, first: int
) -> Iterator[tuple[str, float]]:
    """Whoever comes first in one round comes last in the next: all have warm and cold caches."""
    names = list(routes)
    start = first % len(names)
    for name in names[start:] + names[:start]:
        began = time.perf_counter()
        pdf = routes[name](order)
        yield name, time.perf_counter() - began
        require_paper(pdf, pages=ACT_PAGES)


def median(numbers: Sequence[float]) -> float:
    """To a hundredth."""
    return round(statistics.median(numbers), 2)
