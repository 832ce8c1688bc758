"""From values to frozen documents."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from docgen.domain.envelope import State
from docgen.domain.errors import (
    RendererUnavailable,
    RenderFailed,
    SealRefused,
    StaleEnvelope,
    ValuesRejected,
)
from docgen.domain.journal import Event, Fact
from docgen.domain.language import Language
from docgen.domain.rendering import Rendered, RenderOrder
from docgen.usecases.void import Void
from tests.fakes import FakeJobs
from tests.usecases.world import World, request


def test_an_envelope_is_ready_with_frozen_bytes(anywhere: World) -> None:
    """The bytes are stored under the hash the document carries."""
    envelope = anywhere.created()

    document = envelope.documents[0]
    assert envelope.state is State.READY
    assert document.frozen is not None
    assert len(anywhere.blobs.get(document.frozen_hash())) == document.frozen.size
    assert anywhere.events(envelope.id) == ["created", "rendered"]


def test_number_token_and_qr_exist_before_rendering(here: World) -> None:
    """They are printed in the document, so they cannot come later."""
    document = here.created().documents[0]
    order = here.renderer.orders[0]

    assert document.number == "A3-2026-000001"
    assert order.contexts[Language.KK]["document"]["number"] == document.number
    assert order.qr == f"https://q.example/verify/{document.verification_token}"
    assert order.identifier.endswith(document.verification_token)


def test_each_document_has_a_number_of_its_own(here: World) -> None:
    """Also two of the same form in one envelope."""
    numbers = [d.number for d in here.created(documents=2).documents]

    assert numbers == ["A3-2026-000001", "A3-2026-000002"]


def test_findings_of_all_documents_come_at_once_and_nothing_is_kept(here: World) -> None:
    """One refusal names every document's faults."""
    good = request().documents[0]
    bad = replace(good, values={**good.values, "services": []})  # type: ignore[dict-item]
    foreign = replace(good, form="no_such_form")
    other_order = replace(good, values={**good.values, "order_number": "9"})  # type: ignore[dict-item]
    asked = replace(request(), documents=(bad, good, foreign, other_order))

    with pytest.raises(ValuesRejected) as caught:
        here.create(asked)

    assert [(e.pointer, e.code) for e in caught.value.errors] == [
        ("/documents/0/values/services", "too_short"),
        ("/documents/2/form", "form_unknown"),
        ("/documents/3/values/order_number", "order_number_differs"),
    ]
    assert here.blobs.contents == {}


def test_an_envelope_without_documents_is_refused(here: World) -> None:
    """There would be nothing to sign."""
    with pytest.raises(ValuesRejected):
        here.create(replace(request(), documents=()))


@dataclass
class _Overtaken:
    """While it makes a paper time passes, and something happens."""

    here: World
    happens: Callable[[], object]
    takes: timedelta = timedelta()

    def render(self, order: RenderOrder) -> Rendered:
        """As the other does."""
        self.happens()
        self.here.clock.advance(self.takes)
        return self.here.renderer.render(order)

    def close(self) -> None:
        """Nothing is open."""


def _void(here: World, envelope_id: str) -> None:
    void = Void(register=here.register, clock=here.clock)
    void(envelope_id, reason="қате", actor="client:field")


def _note_failure(here: World, envelope_id: str) -> None:
    fact = Fact(event=Event.RENDER_FAILED, at=here.clock.now(), actor="system", details={})
    with here.register.begin() as unit:
        unit.journal.append(envelope_id, fact)
        unit.commit()


def test_of_what_is_void_no_more_papers_are_made(here: World) -> None:
    """Whoever made it void need not wait for the rest of them."""
    here.jobs = FakeJobs()
    envelope = here.create(replace(request(), documents=request().documents * 3))
    here.papers = _Overtaken(here, partial(_void, here, envelope.id), timedelta(seconds=1))

    here.render(envelope.id)

    assert len(here.renderer.orders) == 1
    assert here.events(envelope.id) == ["created", "voided"]


def test_what_became_void_in_a_moment_is_not_made_ready(here: World) -> None:
    """Papers that take no time are all made, and none of them is kept."""
    here.jobs = FakeJobs()
    envelope = here.create(request())
    here.papers = _Overtaken(here, partial(_void, here, envelope.id))

    with pytest.raises(StaleEnvelope):
        here.render(envelope.id)

    assert here.events(envelope.id) == ["created", "voided"]


def test_what_is_written_while_papers_are_made_is_not_overlooked(here: World) -> None:
    """The draft stays for the next time, which follows what was written."""
    here.jobs = FakeJobs()
    envelope = here.create(request())
    here.papers = _Overtaken(here, partial(_note_failure, here, envelope.id))

    with pytest.raises(StaleEnvelope):
        here.render(envelope.id)
    assert here.envelope(envelope.id).state is State.DRAFT

    here.papers = None
    here.render(envelope.id)
    assert here.events(envelope.id) == ["created", "render_failed", "rendered"]


def test_a_failed_rendering_leaves_a_draft_and_is_written_down(here: World) -> None:
    """The values are not lost; a mended template lets the sweep finish the work."""
    here.renderer.failing = RenderFailed("no such variable")
    envelope = here.created()
    assert envelope.state is State.DRAFT
    assert here.events(envelope.id) == ["created", "render_failed"]

    here.renderer.failing = None
    assert here.sweep().rendered == 1
    assert here.envelope(envelope.id).state is State.READY


def test_an_engine_that_is_down_is_waited_for(here: World) -> None:
    """The draft stays, nothing is written down, the sweep tries again."""
    here.renderer.failing = RendererUnavailable()
    envelope = here.created()

    assert envelope.state is State.DRAFT
    assert here.sweep().waiting == 1
    assert here.events(envelope.id) == ["created"]


def test_rendering_twice_freezes_once(here: World) -> None:
    """A repeated job finds nothing to do."""
    envelope = here.created()

    here.render(envelope.id)

    assert here.envelope(envelope.id) == envelope
    assert len(here.renderer.orders) == 1


def test_what_was_never_told_is_found_by_the_sweep(here: World) -> None:
    """A process that dies after the commit leaves work the register knows of."""
    here.jobs = FakeJobs()
    envelope = here.created()
    assert envelope.state is State.DRAFT

    assert here.sweep().rendered == 1
    assert here.envelope(envelope.id).state is State.READY


def test_what_could_not_be_sealed_is_refused_before_anybody_signs(here: World) -> None:
    """A template without a place for the seal leaves a draft, and the journal says so once."""
    here.sealer.unfit = SealRefused("no place for the seal")
    envelope = here.created()

    for _ in range(3):
        here.sweep()

    assert here.envelope(envelope.id).state is State.DRAFT
    assert here.events(envelope.id) == ["created", "render_failed"]


def test_a_number_takes_its_year_from_the_local_calendar(here: World) -> None:
    """On New Year's Eve in Greenwich it is next year in Almaty, on the paper and in its number."""
    here.clock.moment = datetime(2026, 12, 31, 20, 0, tzinfo=UTC)

    assert here.created().documents[0].number == "A3-2027-000001"


def test_person_reference_and_documents_are_judged_together(here: World) -> None:
    """Every finding of the whole request at once."""
    asked = replace(
        request(),
        subscriber={**request().subscriber, "iin": "900101412305"},  # type: ignore[dict-item]
        reference={"order_number": "1-204817733", "account_number": "\x07"},
        documents=(replace(request().documents[0], languages=()),),
    )

    with pytest.raises(ValuesRejected) as caught:
        here.create(asked)

    assert {error.pointer for error in caught.value.errors} == {
        "/subscriber/iin", "/reference/account_number", "/documents/0/languages",
    }  # fmt: skip


def test_the_papers_of_an_envelope_share_a_bound(here: World) -> None:
    """Three long papers would make all other callers wait; nothing is kept of them."""
    values = dict(request().documents[0].values)  # type: ignore[call-overload]
    work = {"kind": "Розетка", "quantity": "1", "unit_price": "1.00"}
    long = replace(request().documents[0], values=values | {"works": [work] * 900})

    with pytest.raises(ValuesRejected) as caught:
        here.create(replace(request(), documents=(long,) * 3))

    assert [(e.pointer, e.code) for e in caught.value.errors] == [("/documents", "too_many_rows")]
