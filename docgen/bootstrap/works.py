"""The work that follows: rendering, sealing and the sweep, with the seal key and LibreOffice."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.jobs.queue import QueueConsumer
from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.typeface import Typeface
from docgen.bootstrap import CLOCK
from docgen.bootstrap.database import database_url
from docgen.bootstrap.forms import catalogue
from docgen.bootstrap.operator import operator_of
from docgen.bootstrap.papers import blobs_of, proving, renderer_of
from docgen.bootstrap.surroundings import Surroundings, surroundings
from docgen.bootstrap.webhooks import TellNews, telling_of
from docgen.domain.errors import Unavailable
from docgen.domain.work import Task
from docgen.ports import Work
from docgen.settings import Settings
from docgen.usecases.expire import Expire
from docgen.usecases.prove_routes import ProveRoutes
from docgen.usecases.render_envelope import RenderEnvelope
from docgen.usecases.seal_envelope import SealEnvelope
from docgen.usecases.settle_hops import SettleHops
from docgen.usecases.sweep import Sweep

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Works:
    """Does what is owed."""

    work: Work
    sweep: Sweep
    tell: TellNews


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """A worker's works, and the queue that tells it what to do first."""

    works: Works
    consumer: QueueConsumer


@dataclass(frozen=True)
class _Work:
    """Does what a task says."""

    doers: Mapping[Task, Callable[[str], None]]

    def __call__(self, task: Task, envelope_id: str) -> None:
        self.doers[task](envelope_id)


@contextmanager
def working(settings: Settings) -> Iterator[Workplace]:
    """For a worker; raises Misconfigured or SealKeyUnusable rather than start half-able."""
    with ExitStack() as stack:
        parts = stack.enter_context(surroundings(settings))
        register = SqlRegister(database_url(settings))
        stack.callback(register.close)
        works = stack.enter_context(works_over(settings, parts, register=register))
        consumer = QueueConsumer(parts.redis_url, work=works.work, threads=settings.work.threads)
        yield Workplace(works=works, consumer=consumer)


def check_seal(settings: Settings) -> None:
    """Raise SealKeyUnusable or Misconfigured unless the seal could be used now."""
    with surroundings(settings) as parts:
        sealer_of(settings, parts)


@contextmanager
def works_over(
    settings: Settings, parts: Surroundings, *, register: SqlRegister
) -> Iterator[Works]:
    """Works over a register that somebody else opened."""
    forms, blobs = catalogue(settings), blobs_of(settings)
    sealer = sealer_of(settings, parts)
    renderer = renderer_of(settings)
    operator = operator_of(settings)
    render = RenderEnvelope(
        register=register, forms=forms, renderer=renderer, sealer=sealer, blobs=blobs, clock=CLOCK,
        operator=operator, public_url=settings.public_url,
    )  # fmt: skip
    seal = SealEnvelope(
        register=register, forms=forms, renderer=renderer, sealer=sealer, blobs=blobs, clock=CLOCK,
        operator=operator, public_url=settings.public_url,
    )  # fmt: skip
    work = _Work({Task.RENDER: render, Task.SEAL: seal})
    expire = Expire(register=register, clock=CLOCK)
    routes = threading.Thread(target=_prove, args=(proving(settings, renderer),), name="routes")
    routes.start()
    try:
        yield Works(
            work=work,
            tell=telling_of(settings, parts, register=register),
            sweep=Sweep(
                register=register,
                work=work,
                expire=expire,
                settle_hops=SettleHops(register=register, clock=CLOCK),
                clock=CLOCK,
            ),
        )
    finally:
        renderer.close()
        routes.join()


def _prove(routes: ProveRoutes) -> None:
    """Meanwhile: until a template's faster routes are proved, it goes by the slowest."""
    try:
        for report in routes():
            if report.route != "preloaded":
                log.warning("%s", report)
    except Unavailable as failure:
        log.warning("templates are not tried: %s", failure)


def sealer_of(settings: Settings, parts: Surroundings) -> PadesSealer:
    """The seal, checked; raises SealKeyUnusable or Misconfigured."""
    picture = SealPicture(
        regular=Typeface.load(settings.seal.font), bold=Typeface.load(settings.seal.bold_font)
    )
    sealer = PadesSealer(
        parts.seal_key(), roots=parts.roots, clock=CLOCK, picture=picture, tsa_url=parts.tsa_url
    )
    sealer.check()
    return sealer
