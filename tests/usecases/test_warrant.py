"""Warranting a seal: whoever holds the key signs what the register has as confirmed, or nothing."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy.exc import ProgrammingError

from docgen.adapters.db.register import SqlRegister
from docgen.domain.canonical import canonical_json
from docgen.domain.consent import HandwrittenConsent, WayOfSigning
from docgen.domain.envelope import Envelope, State
from docgen.domain.errors import SealRefused, StaleEnvelope
from docgen.domain.handwriting import Tool
from docgen.domain.journal import Event, Fact
from docgen.domain.sealing import Attachment, DetachedOrder, SealOrder
from docgen.usecases.recall_facts import RecallFacts
from docgen.usecases.seal_document import SealDocument
from docgen.usecases.void import Void
from docgen.usecases.warrant_seal import WarrantDetached, WarrantSeal
from tests import hands
from tests.fakes import FakeJobs
from tests.service.tables import Tables
from tests.usecases.world import OPERATOR, World, attempt, world

Change = Callable[[SealOrder], SealOrder]


def _confirmed(here: World) -> Envelope:
    """Confirmed, and nobody was told to seal."""
    envelope = here.code_sent()
    inline, here.jobs = here.jobs, FakeJobs()
    here.confirm(envelope.id, attempt(here.chance.given[-1]))
    here.jobs = inline
    return here.envelope(envelope.id)


def _recall(here: World) -> RecallFacts:
    return RecallFacts(
        register=here.register,
        forms=here.forms,
        operator=OPERATOR,
        public_url="https://q.example",
    )


def _warrant(here: World) -> WarrantSeal:
    return WarrantSeal(recall=_recall(here), ability=here.sealer.check)


def _order(here: World, envelope: Envelope) -> SealOrder:
    """As a worker makes it."""
    recall, (document,) = _recall(here), envelope.documents
    facts = recall.of(document, recall(envelope.id), seal=here.sealer.check())
    made = SealDocument(renderer=here.renderer, sealer=here.sealer)
    return made.order(facts, here.blobs.get(document.frozen_hash()))


def _restated(change: Callable[[Any], None]) -> Change:
    """The same order with something else in its evidence."""

    def changed(order: SealOrder) -> SealOrder:
        stated = json.loads(order.evidence)
        change(stated)
        return replace(order, evidence=canonical_json(stated))

    return changed


def test_an_honest_order_is_warranted_on_every_database(anywhere: World) -> None:
    """Made by one process and made again by the other: the same bytes, and the document's id."""
    envelope = _confirmed(anywhere)

    warranted = _warrant(anywhere)(_order(anywhere, envelope))

    assert warranted == envelope.documents[0].id


def _other_bytes(order: SealOrder) -> SealOrder:
    """The debt of another, in evidence that is consistent in itself."""
    frozen = order.frozen + b"%\n"
    stated = json.loads(order.evidence)
    stated["document"]["sha256"] = hashlib.sha256(frozen).hexdigest()
    return replace(order, frozen=frozen, evidence=canonical_json(stated))


@pytest.mark.parametrize(
    "change",
    [
        _other_bytes,
        lambda order: replace(order, frozen=order.protocol),
        lambda order: replace(order, caption=("Подписано лично", *order.caption[1:])),
        lambda order: replace(order, way=WayOfSigning.BY_HAND),
        lambda order: replace(order, reason="Approved"),
        lambda order: replace(order, location="Elsewhere"),
        lambda order: replace(order, evidence=b"{}"),
        lambda order: replace(order, evidence=b"\xff"),
        _restated(lambda stated: stated["envelope"].update(id="01" + "0" * 24)),
        _restated(lambda stated: stated["document"].update(id="none")),
        _restated(lambda stated: stated["document"].update(id=["none"])),
    ],
    ids=["bytes", "protocol as bytes", "caption", "way", "reason", "location", "no evidence",
         "no JSON", "envelope", "document", "strange id"],
)  # fmt: skip
def test_an_order_that_says_something_else_is_refused(here: World, change: Change) -> None:
    """Whoever can write to the socket cannot have the operator's seal under anything else."""
    honest = _order(here, _confirmed(here))

    with pytest.raises(SealRefused):
        _warrant(here)(change(honest))


def _signed_by_hand(here: World) -> Envelope:
    """The same, by the subscriber's own hand."""
    envelope = here.code_sent()
    inline, here.jobs = here.jobs, FakeJobs()
    here.sign_by_hand(envelope.id, hands.drawn())
    here.jobs = inline
    return here.envelope(envelope.id)


def _order_by_hand(here: World, envelope: Envelope) -> SealOrder:
    recall, (document,), consent = _recall(here), envelope.documents, envelope.consent
    assert isinstance(consent, HandwrittenConsent)
    facts = recall.of(document, recall(envelope.id), seal=here.sealer.check())
    made = SealDocument(renderer=here.renderer, sealer=here.sealer)
    frozen = here.blobs.get(document.frozen_hash())
    return made.order(facts, frozen, here.blobs.get(consent.sha256))


def test_an_order_signed_by_hand_is_warranted_on_every_database(anywhere: World) -> None:
    """The strokes come with it, and are those whose hash the register has."""
    envelope = _signed_by_hand(anywhere)

    assert _warrant(anywhere)(_order_by_hand(anywhere, envelope)) == envelope.documents[0].id


def _with(**changes: Any) -> Change:
    """The same order with something else beside its evidence."""
    return lambda order: replace(order, attachments=(replace(order.attachments[0], **changes),))


@pytest.mark.parametrize(
    "change",
    [
        lambda order: replace(order, attachments=()),
        lambda order: replace(order, attachments=order.attachments * 2),
        _with(content=hands.strokes(tool=Tool.MOUSE).content()),
        _with(name="evidence.json"),
        _with(media_type="text/html"),
        lambda order: replace(order, way=WayOfSigning.SMS_CODE),
    ],
    ids=["none", "twice", "another hand's", "another name", "another kind", "another way"],
)
def test_strokes_that_were_not_drawn_are_refused(here: World, change: Change) -> None:
    """No other hand comes under the seal."""
    honest = _order_by_hand(here, _signed_by_hand(here))

    with pytest.raises(SealRefused):
        _warrant(here)(change(honest))


def test_strokes_in_an_order_signed_by_code_are_refused(here: World) -> None:
    """Nobody drew any."""
    honest = _order(here, _confirmed(here))
    drawn = Attachment(
        name="strokes.json",
        media_type="application/json",
        content=hands.strokes().content(),
        description="x",
    )

    with pytest.raises(SealRefused, match="nobody"):
        _warrant(here)(replace(honest, attachments=(drawn,)))


def test_evidence_that_says_something_else_is_not_warranted(here: World) -> None:
    """One word of the evidence is enough; an honest worker would gather it anew."""
    honest = _order(here, _confirmed(here))
    false = _restated(lambda stated: stated["subscriber"].update(full_name="Басқа Адам"))(honest)

    with pytest.raises(StaleEnvelope):
        _warrant(here)(false)


def test_an_order_that_the_journal_has_overtaken_is_to_be_made_anew(here: World) -> None:
    """Something was written between the evidence and the seal: the next order has it."""
    envelope = _confirmed(here)
    stale = _order(here, envelope)
    with here.register.begin() as unit:
        fact = Fact(event=Event.SEAL_WAITS, at=here.clock.now(), actor="system")
        unit.journal.append(envelope.id, fact)
        unit.commit()

    warrant = _warrant(here)
    with pytest.raises(StaleEnvelope):
        warrant(stale)
    assert warrant(_order(here, envelope)) == envelope.documents[0].id


def test_what_nobody_confirmed_is_refused(here: World) -> None:
    """The order of an envelope that was made void meanwhile, though everything else is right."""
    envelope = _confirmed(here)
    order = _order(here, envelope)
    void = Void(register=here.register, clock=here.clock)
    void(envelope.id, reason="ошибка", actor="employee:E-1")

    with pytest.raises(SealRefused, match="no such document"):
        _warrant(here)(order)


def _save(register: SqlRegister, envelope: Envelope) -> None:
    with register.begin() as unit:
        unit.envelopes.save(envelope)
        unit.commit()


def test_a_role_that_may_only_read_is_enough(postgres_url: str, redis_url: str) -> None:
    """The sealing process needs no more of the register than SELECT."""
    here = world(postgres_url, redis_url)
    envelope = _confirmed(here)
    order = _order(here, envelope)
    name = urlsplit(postgres_url).path.strip("/")
    Tables(postgres_url).rows(f"CREATE ROLE reader_{name} LOGIN")
    Tables(postgres_url).rows(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader_{name}")
    reader = SqlRegister(postgres_url.replace("postgres@", f"reader_{name}@", 1))
    try:
        recall = replace(_recall(here), register=reader)
        warrant = replace(_warrant(here), recall=recall)
        assert warrant(order) == envelope.documents[0].id
        with pytest.raises(ProgrammingError, match="permission denied"):
            _save(reader, envelope)
    finally:
        reader.close()
        here.register.close()
        for words in ("DROP OWNED BY", "DROP ROLE"):
            Tables(postgres_url).rows(f"{words} reader_{name}")


def test_nothing_is_warranted_twice(here: World) -> None:
    """Once the sealed file is registered, no second one is made."""
    envelope = _confirmed(here)
    order = _order(here, envelope)
    here.seal(envelope.id)
    assert here.envelope(envelope.id).state is State.SEALED

    with pytest.raises(SealRefused):
        _warrant(here)(order)


def test_only_registered_sealed_bytes_are_signed_beside_the_file(here: World) -> None:
    """Not the frozen ones, not others, and not those of another document."""
    envelope = _confirmed(here)
    here.seal(envelope.id)
    document = here.envelope(envelope.id).documents[0]
    assert document.sealed is not None
    sealed = here.blobs.get(document.sealed.sha256)
    wanted = DetachedOrder(envelope_id=envelope.id, document_id=document.id, pdf=sealed)
    warrant = WarrantDetached(recall=_recall(here))

    warrant(wanted)

    frozen = here.blobs.get(document.frozen_hash())
    for false in (
        replace(wanted, pdf=frozen),
        replace(wanted, pdf=sealed + b"\n"),
        replace(wanted, document_id="none"),
        replace(wanted, envelope_id="none"),
    ):
        with pytest.raises(SealRefused):
            warrant(false)
