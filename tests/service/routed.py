"""An installation as production has it, its messages going to stand-ins of the providers."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.service.installation import Ground, Installation
from tests.services.http_stand_in import Post, Say, StandIn, listening
from tests.services.sms_providers import KEY, MobizonStandIn, SmscKzStandIn

CALL_SIGNATURES = "between us and SMSC.kz"


@dataclass(frozen=True)
class Arrival:
    """A message at a provider, and when it came by the monotonic clock."""

    route: str
    text: str
    at: float


class Routed(Installation):
    """Without the tests' inbox: what has arrived is what the providers have."""

    application = "api.wsgi:app"

    def __init__(self, ground: Ground, smsc_kz: StandIn, mobizon: StandIn) -> None:
        super().__init__(
            ground,
            SMS__SMSC_KZ__API_KEY=KEY,
            SMS__SMSC_KZ__ADDRESSES=json.dumps([smsc_kz.address]),
            SMS__SMSC_KZ__WEIGHT="100",
            SMS__SMSC_KZ__NETWORKS='["701"]',
            SMS__SMSC_KZ__CALLBACK_SECRET=CALL_SIGNATURES,
            SMS__MOBIZON__API_KEY=KEY,
            SMS__MOBIZON__ADDRESSES=json.dumps([mobizon.address]),
            SMS__MOBIZON__WEIGHT="1",
        )
        self.arrivals: list[Arrival] = []
        self.smsc_kz, self.mobizon = SmscKzStandIn(), MobizonStandIn()
        smsc_kz.answer = self._noting("smsc_kz", self.smsc_kz)
        mobizon.answer = self._noting("mobizon", self.mobizon)

    def messages(self, challenge_id: str | None = None) -> list[str]:
        """Texts that the providers have taken; none tells of challenges."""
        assert challenge_id is None
        return [each.text for each in self.arrivals]

    def _noting(self, route: str, provider: SmscKzStandIn | MobizonStandIn) -> "_Noting":
        return _Noting(route, provider, self.arrivals)


@dataclass(frozen=True)
class _Noting:
    route: str
    provider: SmscKzStandIn | MobizonStandIn
    arrivals: list[Arrival]

    def __call__(self, post: Post) -> Say:
        before = len(self.provider.sent)
        say = self.provider(post)
        if len(self.provider.sent) > before:
            text = post.form.get("mes") or post.form["text"]
            self.arrivals.append(Arrival(self.route, text, time.monotonic()))
        return say


@contextmanager
def routed(ground: Ground) -> Iterator[Routed]:
    """The installation, not started."""
    nobody = SmscKzStandIn()
    with listening(nobody) as smsc_kz, listening(nobody) as mobizon:
        yield Routed(ground, smsc_kz, mobizon)
