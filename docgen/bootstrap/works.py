"""The work that follows: rendering, sealing and the sweep, with the seal key and LibreOffice."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.jobs.queue import QueueConsumer
from docgen.adapters.sealing.verify_limited import LimitedVerifier
from docgen.bootstrap import CLOCK
from docgen.bootstrap.copies import copy_policy, copying
from docgen.bootstrap.database import database_url
from docgen.bootstrap.evidence import closing
from docgen.bootstrap.forms import catalogue
from docgen.bootstrap.operator import operator_of
from docgen.bootstrap.packs import build_pack_of, pack_workers
from docgen.bootstrap.papers import blobs_of, proving, renderer_of
from docgen.bootstrap.sealing import sealer_of, signer_of
from docgen.bootstrap.surroundings import Surroundings, surroundings
from docgen.bootstrap.webhooks import telling_of
from docgen.domain.errors import Unavailable
from docgen.domain.work import Task
from docgen.ports import Work
from docgen.settings import Settings
from docgen.usecases.expire import Expire
from docgen.usecases.gather_news import GatherNews
from docgen.usecases.poll_receipts import PollReceipts
from docgen.usecases.prove_routes import ProveRoutes
from docgen.usecases.render_envelope import RenderEnvelope
from docgen.usecases.seal_envelope import SealEnvelope
from docgen.usecases.settle_hops import SettleHops
from docgen.usecases.sign_detached import SignDetached
from docgen.usecases.sweep import Sweep
from docgen.usecases.take_receipt import TakeReceipt
from docgen.usecases.tell_news import TellNews

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 600.0
"""As long as all threads of a worker may be looking into papers at their longest."""


@dataclass(frozen=True, kw_only=True)
class Works:
    """Does what is owed."""

    work: Work
    sweep: Sweep
    gather: GatherNews
    tell: TellNews


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """A worker's works, the queue that tells it what to do first, and whom it asks itself."""

    works: Works
    consumer: QueueConsumer
    poll: PollReceipts | None
    """Where there is anybody to ask."""


Doers = dict[Task, Callable[[str], None]]


@dataclass(frozen=True)
class _Work:
    """Does what a task says; a signature that nobody wants here is left alone."""

    doers: Mapping[Task, Callable[[str], None]]

    def __call__(self, task: Task, envelope_id: str) -> None:
        if task in self.doers:
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
        poll = PollReceipts(
            register=register,
            sources=parts.routes.sources,
            take_receipt=TakeReceipt(register=register, clock=CLOCK),
            clock=CLOCK,
        )
        asks = bool(parts.routes.sources)
        yield Workplace(works=works, consumer=consumer, poll=poll if asks else None)


@contextmanager
def works_over(
    settings: Settings, parts: Surroundings, *, register: SqlRegister
) -> Iterator[Works]:
    """Works over a register that somebody else opened."""
    forms, blobs = catalogue(settings), blobs_of(settings)
    sealer, renderer = sealer_of(settings, parts), renderer_of(settings)
    signer, operator = signer_of(sealer), operator_of(settings)
    render = RenderEnvelope(
        register=register, forms=forms, renderer=renderer, sealer=sealer, blobs=blobs, clock=CLOCK,
        operator=operator, public_url=settings.public_url,
    )  # fmt: skip
    seal = SealEnvelope(
        register=register, forms=forms, renderer=renderer, sealer=sealer, blobs=blobs, clock=CLOCK,
        operator=operator, public_url=settings.public_url, owes_detached=signer is not None,
        copies=copy_policy(settings),
    )  # fmt: skip
    doers: Doers = {Task.RENDER: render, Task.SEAL: seal}
    if signer is not None:
        doers[Task.SIGN_DETACHED] = SignDetached(
            register=register, blobs=blobs, signer=signer, clock=CLOCK
        )
    # Papers of packs are strangers'; here whoever asks can wait for his turn.
    judge = LimitedVerifier(parts.roots, clock=CLOCK, patience=_PATIENCE_SECONDS)
    build = build_pack_of(
        settings, register=register, renderer=renderer, sealer=sealer, verifier=judge
    )
    work = _Work(doers | pack_workers(register, build))
    sweep = Sweep(
        register=register, work=work, expire=Expire(register=register, clock=CLOCK), clock=CLOCK,
        settle_hops=SettleHops(register=register, clock=CLOCK),
        signs_detached=signer is not None, close_day=closing(settings, parts, register),
    )  # fmt: skip
    with ExitStack() as stack:
        stack.callback(judge.close)
        stack.enter_context(_proved_meanwhile(proving(settings, renderer), renderer.close))
        copies = copying(settings, parts, stack, register=register)
        tell = telling_of(settings, parts, stack, register=register, copies=copies)
        gather = GatherNews(register=register)
        yield Works(work=work, sweep=sweep, gather=gather, tell=tell)


@contextmanager
def _proved_meanwhile(routes: ProveRoutes, close: Callable[[], None]) -> Iterator[None]:
    """Routes are proved beside the work, at whose end the renderer is closed."""
    ending = threading.Event()
    proving_them = threading.Thread(target=_prove, args=(routes, ending), name="routes")
    proving_them.start()
    try:
        yield
    finally:
        ending.set()
        close()
        proving_them.join()


def _prove(routes: ProveRoutes, ending: threading.Event) -> None:
    """Meanwhile: until a template's faster routes are proved, it goes by the slowest."""
    try:
        for report in routes():
            if report.route != "preloaded" and not ending.is_set():
                log.warning("%s", report)
        log.info("every template was tried")
    except Unavailable as failure:
        if not ending.is_set():
            log.warning("templates are not tried: %s", failure)
