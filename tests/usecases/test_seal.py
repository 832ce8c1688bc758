"""Sealing: repeatable, and never twice."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import jsonschema
import pytest

from docgen.domain import evidence
from docgen.domain.envelope import Envelope, State
from docgen.domain.errors import (
    DocgenError,
    MoveNotAllowed,
    SealKeyUnusable,
    SealRefused,
    SealUnavailable,
    StaleEnvelope,
)
from docgen.domain.evidence_schema import schema
from docgen.domain.journal import Event, Fact
from docgen.domain.language import BOTH
from docgen.domain.sealing import SealedPdf, SealOrder
from docgen.usecases.void import Void
from tests.fakes import FakeJobs, FakeSealer
from tests.usecases.world import TECHNICIAN, World, attempt


def _confirmed(here: World) -> Envelope:
    """Confirmed, and nobody was told to seal."""
    inline, here.jobs = here.jobs, None
    envelope = here.code_sent()
    here.jobs = FakeJobs()
    here.confirm(envelope.id, attempt(here.chance.given[-1]))
    here.jobs = inline
    return here.envelope(envelope.id)


def test_a_confirmed_envelope_left_alone_is_sealed_by_the_sweep_once(anywhere: World) -> None:
    """Whoever dies between confirmation and seal loses nothing, and sweeping again does nothing."""
    envelope = _confirmed(anywhere)
    assert envelope.state is State.CONFIRMED

    assert anywhere.sweep().sealed == 1
    assert anywhere.sweep().sealed == 0
    assert anywhere.envelope(envelope.id).state is State.SEALED
    assert len(anywhere.sealer.orders) == 1


@dataclass
class _Overtaken(FakeSealer):
    """The first so many orders are stale by the time they come."""

    stale: int = 0

    def seal(self, order: SealOrder) -> SealedPdf:
        """Raise StaleEnvelope, or seal."""
        self.stale -= 1
        if self.stale >= 0:
            raise StaleEnvelope("something was written meanwhile")
        return super().seal(order)


def test_a_seal_that_is_overtaken_is_made_anew_at_once(here: World) -> None:
    """Word that the code has arrived comes when it likes; none waits for a sweep for that."""
    envelope = _confirmed(here)

    replace(here.seal, sealer=_Overtaken(stale=2))(envelope.id)

    assert here.envelope(envelope.id).state is State.SEALED


@dataclass
class _Late(FakeSealer):
    """Once, something is written as soon as all is sealed."""

    write: Callable[[], object] | None = None

    def seal(self, order: SealOrder) -> SealedPdf:
        """Seal, and let it be written."""
        sealed, write = super().seal(order), self.write
        self.write = None
        if write is not None:
            write()
        return sealed


def test_between_what_the_evidence_tells_and_the_seal_the_journal_has_nothing(here: World) -> None:
    """What is written after the last paper was sealed is in the papers that count."""
    envelope = _confirmed(here)

    def write() -> None:
        with here.register.begin() as unit:
            now = here.clock.now()
            fact = Fact(event=Event.CODE_DELIVERED, at=now, actor="system", details={})
            unit.journal.append(envelope.id, fact)
            unit.commit()

    sealer = _Late(write=write)
    replace(here.seal, sealer=sealer)(envelope.id)

    assert here.events(envelope.id)[-2:] == ["code_delivered", "sealed"]
    told = [len(json.loads(order.evidence)["journal"]["entries"]) for order in sealer.orders]
    assert told == [told[0], told[0] + 1]


def test_a_seal_that_is_overtaken_again_and_again_waits_for_the_sweep(here: World) -> None:
    """No thread stays at one envelope, and what hindered it is no trouble to write down."""
    envelope = _confirmed(here)

    with pytest.raises(StaleEnvelope):
        replace(here.seal, sealer=_Overtaken(stale=3))(envelope.id)

    assert here.envelope(envelope.id).state is State.CONFIRMED
    assert here.journal(envelope.id)[-1].event is Event.CONFIRMED
    assert here.sweep().sealed == 1


def test_the_sealer_gets_the_very_bytes_that_were_confirmed(here: World) -> None:
    """The frozen bytes, a bilingual protocol, and evidence that names the confirmed hash."""
    envelope = _confirmed(here)
    here.seal(envelope.id)

    (order,) = here.sealer.orders
    stated = json.loads(order.evidence)
    document = envelope.documents[0]
    assert order.frozen == here.blobs.get(document.frozen_hash())
    assert evidence.confirmed_hash(stated) == document.frozen_hash()
    assert evidence.chain_holds(stated)
    assert evidence.manifest_holds(stated)
    jsonschema.validate(stated, schema())
    assert tuple(here.renderer.orders[-1].contexts) == BOTH
    assert any("+7 701 ***-**-42" in line and "(UTC+5)" in line for line in order.caption)


def test_the_evidence_tells_the_whole_envelope(here: World) -> None:
    """Each document's evidence lists the hashes of all that one code signed."""
    envelope = here.created(documents=2)
    here.send(envelope.id, language=BOTH[0], asked_by=TECHNICIAN)
    here.confirm(envelope.id, attempt(here.chance.given[-1]))

    stated = [json.loads(order.evidence)["envelope"] for order in here.sealer.orders]
    assert stated[0] == stated[1]
    assert [d["number"] for d in stated[0]["documents"]] == ["A3-2026-000001", "A3-2026-000002"]


def test_an_authority_that_is_down_keeps_the_envelope_confirmed(here: World) -> None:
    """It waits, says so once however often it is tried, and is sealed later."""
    here.sealer.failing = SealUnavailable()
    envelope = _confirmed(here)

    for _ in range(3):
        assert here.sweep().waiting == 1
    assert here.envelope(envelope.id).state is State.CONFIRMED
    assert here.events(envelope.id).count("seal_waits") == 1

    here.sealer.failing = None
    assert here.sweep().sealed == 1


def test_an_unconfirmed_envelope_is_never_sealed(here: World) -> None:
    """The seal follows the subscriber, not the other way."""
    envelope = here.code_sent()

    with pytest.raises(MoveNotAllowed):
        here.seal(envelope.id)
    assert here.sealer.orders == []


def test_two_workers_at_once_make_one_seal(anywhere: World) -> None:
    """Eight at the same envelope: one works, the others leave it alone."""
    envelope = _confirmed(anywhere)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: anywhere.seal(envelope.id), range(8)))

    assert len(anywhere.sealer.orders) == 1
    assert anywhere.events(envelope.id).count("sealed") == 1


def test_one_stuck_envelope_does_not_hold_up_the_others(here: World) -> None:
    """The frozen bytes of the first are gone from the disk; the second is sealed all the same."""
    first, second = _confirmed(here), _confirmed(here)
    del here.blobs.contents[first.documents[0].frozen_hash()]

    swept = here.sweep()

    assert (swept.sealed, swept.waiting) == (1, 1)
    assert here.envelope(first.id).state is State.CONFIRMED
    assert here.envelope(second.id).state is State.SEALED


def test_a_seal_that_fails_for_good_says_why_once(here: World) -> None:
    """Somebody has to look at it; the journal is not flooded by the retries."""
    here.sealer.failing = SealKeyUnusable("expired")
    envelope = _confirmed(here)

    for _ in range(3):
        here.sweep()

    last = here.journal(envelope.id)[-1]
    assert here.events(envelope.id).count("seal_failed") == 1
    assert last.details == {"error": "seal_key_unusable"}


@dataclass
class _Withdrawn(FakeSealer):
    """The operator withdraws the envelope while its seal is made, which then comes to nothing."""

    withdraw: Callable[[], object] = field(kw_only=True)

    def seal(self, order: SealOrder) -> SealedPdf:
        """Let it be withdrawn, and fail."""
        self.withdraw()
        return super().seal(order)


@pytest.mark.parametrize(
    "failing", [SealRefused("not as the register has it"), SealUnavailable()], ids=str
)
def test_an_envelope_that_is_withdrawn_as_it_is_sealed_ends_with_that(
    anywhere: World, failing: DocgenError
) -> None:
    """Nothing follows it in the journal: whoever reads it is not sent to look for a failure."""
    envelope = _confirmed(anywhere)
    void = Void(register=anywhere.register, clock=anywhere.clock)
    sealer = _Withdrawn(
        failing=failing,
        withdraw=lambda: void(envelope.id, reason="қате", actor="client:field"),
    )

    with pytest.raises(type(failing)):
        replace(anywhere.seal, sealer=sealer)(envelope.id)

    assert anywhere.envelope(envelope.id).state is State.VOID
    assert anywhere.events(envelope.id)[-2:] == ["confirmed", "voided"]


def test_an_actor_of_a_kind_we_have_no_word_for_does_not_stop_the_seal(here: World) -> None:
    """The protocol shows it as it was written."""
    envelope = here.created()
    here.send(envelope.id, language=BOTH[0], asked_by=TECHNICIAN)
    with here.register.begin() as unit:
        fact = Fact(event=Event.CODE_DELIVERED, at=here.clock.now(), actor="portal:shop")
        unit.journal.append(envelope.id, fact)
        unit.commit()

    sealed = here.confirm(envelope.id, attempt(here.chance.given[-1]))

    assert sealed.state is State.SEALED
    events = here.renderer.orders[-1].contexts[BOTH[0]]["events"]
    assert "portal:shop" in {event["actor"] for event in events}


def test_a_seal_that_was_changed_meanwhile_is_put_on_again(here: World) -> None:
    """Evidence and protocol name the certificate: another one's seal over them is not kept."""
    envelope = _confirmed(here)
    here.sealer.serial = "02"

    with pytest.raises(SealUnavailable, match="changed"):
        here.seal(envelope.id)
    assert here.envelope(envelope.id).state is State.CONFIRMED
    here.sealer.serial = "01"
    here.seal(envelope.id)

    assert here.envelope(envelope.id).state is State.SEALED


def test_a_key_that_cannot_seal_is_found_before_anything_is_made(here: World) -> None:
    """No protocol is rendered for a seal that will not come."""
    envelope = _confirmed(here)
    here.sealer.unusable = SealKeyUnusable("expired")
    rendered = len(here.renderer.orders)

    with pytest.raises(SealKeyUnusable):
        here.seal(envelope.id)

    assert len(here.renderer.orders) == rendered
    assert here.events(envelope.id)[-1] == "seal_failed"


def test_the_evidence_names_the_seal_that_was_put_on(here: World) -> None:
    """Holder, serial number and level, as they were just before."""
    here.seal(_confirmed(here).id)

    stated = json.loads(here.sealer.orders[-1].evidence)
    assert stated["seal"] == {"holder": "CN=Fake Seal", "serial": "01", "level": "B-B"}
    assert stated["verify_url"].endswith(stated["document"]["verification_token"])
