"""Two people with one envelope, and two workers, over real processes: one life comes of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from docgen.texts import dates
from tests import hands
from tests.processes.running import eventually
from tests.service.installation import Installation
from tests.service.line import Ask, Said, together
from tests.service.visit import ENVELOPES, SAMPLE, Visit, begun, envelopes, fresh

_REASON = {"reason": "Қате тапсырыс"}
_REGION = "ALA"
_AGREED = ("confirmed", "signed_by_hand")
_NOT_NOW = {409, 410}


def _hand(visit: Visit, **changes: Any) -> Ask:
    """The request that signs on the tablet."""
    return Ask(method="POST", path=f"{visit.path}/handwritten", body=hands.body(**changes))


def _end(visit: Visit, verb: str) -> Ask:
    return Ask(method="POST", path=f"{visit.path}/{verb}", body=_REASON)


def _once(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def test_hand_and_code_at_once_agree_once(service: Installation) -> None:
    """Each of them several times: one legal act, one seal, and the others hear that it is done."""
    visit = begun(service)
    code = visit.code()
    by_code = [visit.try_code(code, f"A-{n}") for n in range(3)]
    by_hand = [_hand(visit, tool=tool) for tool in ("pen", "finger", "mouse")]

    said = service.ask_together([*by_code, *by_hand])

    statuses = Counter(each.status for each in said)
    assert statuses[200] == 1, [each.body for each in said]
    assert set(statuses) <= {200} | _NOT_NOW, statuses
    assert visit.reaches("sealed")
    events = Counter(visit.events())
    assert sum(events[each] for each in _AGREED) == events["sealed"] == 1, events
    assert visit.shown()["consent"]["way"] == (
        "by_hand" if events["signed_by_hand"] else "sms_code"
    )


def test_a_withdrawal_and_an_agreement_at_once_end_one_way(service: Installation) -> None:
    """Sealed, declined or void: whatever was told as done is in the journal, and no more is."""
    visits = [begun(service) for _ in range(2)]
    asks = [
        ask
        for visit in visits
        for ask in (
            visit.try_code(visit.code(), "A-1"),
            _end(visit, "void"),
            _end(visit, "decline"),
        )
    ]

    said = service.ask_together(asks)

    for visit, told in zip(visits, (said[:3], said[3:]), strict=True):
        assert {each.status for each in told} <= {200} | _NOT_NOW, [each.body for each in told]
        confirmed, void, declined = (each.status == 200 for each in told)
        assert declined + (confirmed or void) == 1
        _require_ended(visit, "declined" if declined else "void" if void else "sealed")
        events = Counter(visit.events())
        counted = [events[name] for name in ("confirmed", "voided", "declined")]
        assert counted == [confirmed, void, declined], events


def _require_ended(visit: Visit, state: str) -> None:
    """It comes to that state, and no worker moves it from there."""
    assert visit.reaches(state), (visit.state(), visit.events())
    if state == "sealed":
        visit.require_sealed_once()
    else:
        assert "sealed" not in visit.events()


def test_of_two_who_replace_an_envelope_one_does(service: Installation) -> None:
    """The other hears that it is replaced already, and has made nothing."""
    old, before = begun(service), envelopes(service)
    body = SAMPLE | {"supersedes": old.id}

    said = service.ask_together(
        [Ask(method="POST", path=ENVELOPES, body=body, headers=_once(fresh())) for _ in range(4)]
    )

    assert sorted(each.status for each in said) == [201, 409, 409, 409]
    (made,) = [each.told["id"] for each in said if each.status == 201]
    assert envelopes(service) == before + 1
    assert (old.shown()["superseded_by"], old.state()) == (made, "void")


def test_a_request_repeated_while_it_runs_is_done_once(service: Installation) -> None:
    """One envelope and one message, whoever of all processes was asked, and one answer after."""
    before, key = envelopes(service), fresh()
    making = Ask(method="POST", path=ENVELOPES, body=SAMPLE, headers=_once(key))
    made = _settled(service, making, 201)
    visit = Visit(service, made.told["id"])
    assert envelopes(service) == before + 1
    assert visit.reaches("ready")

    sending = Ask(method="POST", path=f"{visit.path}/code", body={}, headers=_once(key + "-c"))
    sent = _settled(service, sending, 202)

    assert len(service.messages(sent.told["challenge"]["id"])) == 1
    assert visit.events().count("code_issued") == 1
    assert visit.confirm(visit.code_of(sent.told["challenge"]["id"])).status == 200


def _settled(service: Installation, ask: Ask, status: int) -> Said:
    """The answer to whoever asks after all have asked at once; nobody got another one."""
    at_once = service.ask_together([ask] * 12)
    assert {each.status for each in at_once} <= {status, 409}, [each.body for each in at_once]
    (again,) = service.ask_together([ask])
    assert again.status == status, again.body
    told = {each.body for each in at_once if each.status == status}
    assert told == {again.body}
    return again


def test_two_tablets_make_one_envelope_of_a_visit(service: Installation) -> None:
    """The first that asks; the other is told which one it is, or that somebody is at it."""
    today = dates.local_day(datetime.now(UTC)).isoformat()
    planned = service.ask("POST", "/v1/visits", SAMPLE | {"planned_on": today}, key=fresh()).told
    before = envelopes(service)
    path, body = f"/v1/visits/{planned['id']}/envelope", {"version": planned["version"]}

    said = service.ask_together(
        [Ask(method="POST", path=path, body=body, headers=_once(fresh())) for _ in range(4)]
    )

    made = {each.told["id"] for each in said if each.status < 300}
    assert len(made) == 1, [each.body for each in said]
    assert {each.status for each in said} <= {200, 201, 409}, [each.body for each in said]
    assert envelopes(service) == before + 1


@dataclass
class _Tablet:
    """A technician's, signed in by a name and a password."""

    service: Installation
    headers: dict[str, str] = field(default_factory=dict)

    def sign_in(self) -> None:
        login = fresh()[:12]
        made = self.service.run(
            "staff", "create", login, "--name", "Сейтқали Ержан Маратұлы", "--role", "technician",
            "--region", _REGION,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        body = {"login": login, "password": made.stdout.strip()}
        self.headers = {"Origin": f"http://127.0.0.1:{self.service.port}"}
        (said,) = self.ask_together([self.asks("POST", "/v1/session", body)])
        assert said.status == 201, said.body
        self.headers["Cookie"] = said.headers["set-cookie"].partition(";")[0]
        self.headers["X-Page-Token"] = said.told["page_token"]

    def ask_together(self, asks: Sequence[Ask]) -> list[Said]:
        """Requests of this tablet and of others, each with what it says of itself."""
        return together(self.service.port, asks, headers={})

    def asks(self, method: str, path: str, body: object = None) -> Ask:
        return Ask(method=method, path=path, body=body, headers=self.headers)


def _begun_nearby(service: Installation) -> Visit:
    """A visit of the technician's region, ready."""
    body = SAMPLE | {"reference": SAMPLE["reference"] | {"region": _REGION}}
    visit = Visit(service, service.ask("POST", ENVELOPES, body, key=fresh()).told["id"])
    assert visit.reaches("ready")
    return visit


def test_a_tablet_handed_over_twice_at_once_shows_one_envelope(service: Installation) -> None:
    """Whichever came first; it signs that one, while the technician's own key can sign it too."""
    tablet, visits = _Tablet(service), [_begun_nearby(service) for _ in range(2)]
    tablet.sign_in()

    said = tablet.ask_together(
        [
            tablet.asks("POST", "/v1/session/hand-over", {"envelope_id": each.id, "pin": "4711"})
            for each in visits * 2
        ]
    )

    signing = {each.told["signing"] for each in said}
    assert ({each.status for each in said}, len(signing)) == ({200}, 1), [e.body for e in said]
    mine, other = visits if visits[0].id in signing else reversed(visits)
    said = tablet.ask_together(
        [
            tablet.asks("POST", f"{mine.path}/handwritten", hands.body()),
            replace(_hand(mine, tool="finger"), headers=service.headers()),
            tablet.asks("POST", f"{other.path}/handwritten", hands.body()),
        ]
    )
    assert sorted([said[0].status, said[1].status]) == [200, 409], [each.body for each in said]
    assert (said[2].status, other.state()) == (403, "ready")
    assert mine.reaches("sealed")
    assert mine.events().count("signed_by_hand") == 1


def test_two_workers_and_a_seal_that_comes_back_seal_once(service: Installation) -> None:
    """What both find owed at the same moment is sealed by one of them."""
    second = service.another_worker(service.ground.folder / "second-worker.log")
    try:
        visits = [begun(service) for _ in range(3)]
        service.kill_sealer()
        for visit in visits:
            assert visit.confirm(visit.code()).status == 200
        assert eventually(lambda: all("seal_waits" in each.events() for each in visits))

        service.start_sealer()

        for visit in visits:
            visit.require_sealed_once()
    finally:
        second.terminate()
        second.wait(60)
