"""An hour without the time-stamp authority, by a clock that is moved: all is told as it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.key import SealKey
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.typeface import NOTO_SANS, NOTO_SANS_BOLD, Typeface
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.domain.envelope import Envelope, SealLevel, State
from docgen.domain.rendering import Rendered, RenderOrder
from docgen.domain.verdict import Verdict
from docgen.forms.protocol import TEMPLATE
from docgen.ports import Sealer
from tests.adapters.sealing.answering import answering
from tests.adapters.sealing.papers import FROZEN, PROTOCOL
from tests.builders import sha256
from tests.fakes import FakeJobs
from tests.pki.lab import PASSPHRASE, Lab, serving
from tests.usecases.world import World, attempt

HOUR = timedelta(hours=1)
EVERY = timedelta(seconds=15)
"""As a worker sweeps."""


@dataclass
class Papers:
    """A renderer whose papers can be sealed."""

    orders: list[RenderOrder] = field(default_factory=list)

    def render(self, order: RenderOrder) -> Rendered:
        """The act or the protocol."""
        self.orders.append(order)
        pdf = PROTOCOL if order.template == TEMPLATE else FROZEN
        return Rendered(pdf=pdf, pages=1, template_sha256=sha256(order.template), engine="none")

    def close(self) -> None:
        """Nothing to stop."""


@dataclass
class Authority:
    """The lab's, which answers while it is not away."""

    lab: Lab
    away: bool = False
    asked: int = 0

    def stamp(self, request: bytes) -> bytes:
        """A token, or nothing that could be one."""
        self.asked += 1
        return b"" if self.away else self.lab.stamp(request)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Certificates, their revocation lists and time stamps."""
    with serving(tmp_path_factory.mktemp("hour")) as served:
        yield served


@contextmanager
def _stamped(here: World, authority: Authority) -> Iterator[Sealer]:
    """A world whose seals are real ones, by the same clock."""
    picture = SealPicture(regular=Typeface.load(NOTO_SANS), bold=Typeface.load(NOTO_SANS_BOLD))
    with answering(authority.stamp) as url:
        here.clock.moment = datetime.now(UTC)
        yield PadesSealer(
            SealKey.load(authority.lab.pkcs12("ec"), PASSPHRASE, allow_demo=False),
            roots=TrustRoots.load([authority.lab.root]),
            clock=here.clock,
            picture=picture,
            tsa_url=url,
        )


def _confirmed(here: World) -> Envelope:
    """By its code, and nobody was told to seal."""
    envelope = here.code_sent()
    inline, here.jobs = here.jobs, FakeJobs()
    here.confirm(envelope.id, attempt(here.chance.given[-1]))
    here.jobs = inline
    return here.envelope(envelope.id)


def _pass_an_hour(here: World) -> None:
    """240 sweeps, after each of which the states are what they were."""
    until = here.clock.now() + HOUR
    while here.clock.now() < until:
        here.clock.advance(EVERY)
        swept = here.sweep()
        assert (swept.sealed, swept.waiting) == (0, 3)
    with here.register.view() as unit:
        assert len(unit.envelopes.in_state(State.CONFIRMED)) == 3


def test_after_an_hour_nothing_is_lost_and_all_is_sealed_with_validation_data(
    here: World, lab: Lab
) -> None:
    """Confirmed all the while, noted once, and B-LT at last: no lesser seal, and none twice."""
    authority = Authority(lab)
    with _stamped(here, authority) as sealer:
        here.seal_of, here.papers = sealer, Papers()
        envelopes = [_confirmed(here) for _ in range(3)]
        authority.away = True
        _pass_an_hour(here)
        # Revocation lists and stamps are of real time: the seals are made by the same clock again.
        here.clock.moment = datetime.now(UTC)
        authority.away = False
        asked = authority.asked

        assert here.sweep().sealed == 3
        assert here.sweep().sealed == 0

        assert authority.asked > asked
        for envelope in envelopes:
            _require_sealed_once(here, envelope, lab)


def _require_sealed_once(here: World, envelope: Envelope, lab: Lab) -> None:
    (document,) = here.envelope(envelope.id).documents
    assert document.sealed is not None
    assert document.sealed.level is SealLevel.B_LT
    events = here.events(envelope.id)
    assert (events.count("sealed"), events[-1]) == (1, "sealed")
    assert events.count("seal_waits") <= 1
    verifier = PadesVerifier(TrustRoots.load([lab.root]), clock=here.clock)
    report = verifier.verify(here.blobs.get(document.sealed.sha256))
    assert report.verdict is Verdict.VALID
    assert report.seal is not None
    assert report.seal.level == "B-LT"
