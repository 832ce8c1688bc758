"""The national signature beside a sealed file: owed, retried, noted, and made once."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from docgen.domain.envelope import Envelope, State
from docgen.domain.errors import DocgenError, SealUnavailable
from docgen.domain.language import BOTH
from docgen.domain.sealing import DetachedOrder
from docgen.domain.work import Task
from docgen.usecases.sign_detached import SignDetached
from docgen.usecases.sweep import Sweep, Swept
from tests.usecases.world import TECHNICIAN, World, attempt


@dataclass
class FakeSigner:
    """Makes no CMS, but something over the order."""

    orders: list[DetachedOrder] = field(default_factory=list)
    failing: DocgenError | None = None

    def sign(self, order: DetachedOrder) -> bytes:
        """Bytes that are another for each order."""
        if self.failing is not None:
            raise self.failing
        self.orders.append(order)
        return b"CMS over " + order.pdf


def _sealed(here: World, *, documents: int = 1) -> Envelope:
    envelope = here.created(documents=documents)
    here.send(envelope.id, language=BOTH[0], asked_by=TECHNICIAN)
    return here.confirm(envelope.id, attempt(here.chance.given[-1]))


def _sign(here: World, signer: FakeSigner) -> SignDetached:
    return SignDetached(register=here.register, blobs=here.blobs, signer=signer, clock=here.clock)


def _sweep(here: World, signer: FakeSigner) -> Swept:
    sign = _sign(here, signer)

    def work(task: Task, envelope_id: str) -> None:
        if task is Task.SIGN_DETACHED:
            sign(envelope_id)
        else:
            here.work(task, envelope_id)

    sweep: Sweep = replace(here.sweep, work=work, signs_detached=True)
    return sweep()


def test_the_sweep_signs_every_sealed_document_once(anywhere: World) -> None:
    """Over the very bytes that were sealed; the CMS is kept beside them and noted by its hash."""
    envelope, signer = _sealed(anywhere, documents=2), FakeSigner()

    assert _sweep(anywhere, signer).signed == 1
    assert _sweep(anywhere, signer).signed == 0

    found = anywhere.envelope(envelope.id)
    assert found.state is State.SEALED
    assert len(signer.orders) == 2
    entry = anywhere.journal(envelope.id)[-1]
    assert entry.event.value == "signed_detached"
    for document, order in zip(found.documents, signer.orders, strict=True):
        assert document.sealed is not None
        assert document.detached is not None
        assert (order.envelope_id, order.document_id) == (envelope.id, document.id)
        assert order.pdf == anywhere.blobs.get(document.sealed.sha256)
        assert anywhere.blobs.get(document.detached.sha256) == b"CMS over " + order.pdf
        assert document.detached.size == len(b"CMS over " + order.pdf)
        assert entry.details[f"document.{document.number}"] == document.detached.sha256


def test_without_the_wish_for_one_none_is_made(here: World) -> None:
    """The sweep of an installation that has no national signer leaves sealed files alone."""
    envelope = _sealed(here)

    swept = here.sweep()

    assert (swept.signed, swept.waiting) == (0, 0)
    assert here.envelope(envelope.id).documents[0].detached is None


def test_a_signer_that_is_away_is_asked_again_whatever_the_age(here: World) -> None:
    """The seal stands meanwhile; the wait is noted once, and the signature made when he is back."""
    envelope, signer = _sealed(here), FakeSigner(failing=SealUnavailable())

    for _ in range(3):
        here.clock.advance(timedelta(days=365))
        swept = _sweep(here, signer)
        assert (swept.signed, swept.waiting) == (0, 1)
    assert here.envelope(envelope.id).state is State.SEALED
    assert here.events(envelope.id).count("detached_waits") == 1

    signer.failing = None
    assert _sweep(here, signer).signed == 1
    assert here.events(envelope.id)[-2:] == ["detached_waits", "signed_detached"]


def test_it_is_owed_from_the_seal_on_and_settled_by_the_signature(here: World) -> None:
    """In the transaction of the seal, so that whoever watches sees what waits."""
    here.owes_detached = True
    envelope = _sealed(here)
    with here.register.view() as unit:
        assert unit.outbox.backlog()[Task.SIGN_DETACHED].count == 1

    _sign(here, FakeSigner())(envelope.id)

    with here.register.view() as unit:
        assert Task.SIGN_DETACHED not in unit.outbox.backlog()


@pytest.mark.parametrize("state", [State.READY, State.CODE_SENT])
def test_what_is_not_sealed_is_not_signed(here: World, state: State) -> None:
    """The national signature is over the sealed bytes and nothing before."""
    envelope = here.created() if state is State.READY else here.code_sent()
    signer = FakeSigner()

    _sign(here, signer)(envelope.id)

    assert signer.orders == []
