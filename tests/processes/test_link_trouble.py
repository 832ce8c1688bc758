"""`docgen smpp` in trouble: what has certainly not left is refused at once, the rest is unknown."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docgen.adapters.sms.smpp import ROUTE
from docgen.domain.dispatch import Hop, HopState
from docgen.domain.errors import SmsRefused, SmsUncertain
from tests.fakes import FakeSms
from tests.processes.link import LinkProcess
from tests.processes.running import eventually
from tests.processes.sending import TEXT, Sender, message, outcomes
from tests.services.message_centre import MessageCentre

SPARE_WITHIN = 2.0
THROTTLED, QUEUE_FULL = 0x58, 0x14
BURST = [f"Код {number:06d}" for number in range(200)]
Route = Callable[..., LinkProcess]


@pytest.fixture
def route(tmp_path: Path, centre: MessageCentre, sqlite_url: str) -> Iterator[Route]:
    """Makes a link that is not started."""
    made = []

    def make(**settings: str) -> LinkProcess:
        made.append(LinkProcess(tmp_path, centre, sqlite_url, **settings))
        return made[-1]

    yield make
    for link in made:
        link.clear()


@pytest.fixture
def link(route: Route) -> LinkProcess:
    """The link, bound."""
    made = route()
    made.start()
    return made


def _raw(link: LinkProcess) -> str:
    with pytest.raises(SmsRefused) as refused:
        link.gateway.send(message(TEXT))
    return refused.value.raw


def _accepted(centre: MessageCentre) -> list[str]:
    return sorted(got["text"] for got in centre.got if got["status"] == 0)


def _absent(_link: LinkProcess, _centre: MessageCentre) -> None:
    """Nobody has started it."""


def _frozen(link: LinkProcess, _centre: MessageCentre) -> None:
    link.start()
    link.freeze()


def _dead(link: LinkProcess, _centre: MessageCentre) -> None:
    link.start()
    link.kill()


def _without_centre(link: LinkProcess, centre: MessageCentre) -> None:
    link.start()
    centre.stop()


def _not_let_in(link: LinkProcess, centre: MessageCentre) -> None:
    centre.behave(bind_status=0x0D)
    link.start(bound=False)


def _throttled(link: LinkProcess, centre: MessageCentre) -> None:
    link.start()
    centre.behave(status=THROTTLED)


def _refused(link: LinkProcess, centre: MessageCentre) -> None:
    link.start()
    centre.behave(status=0x0B)


@pytest.mark.parametrize(
    "trouble",
    [_absent, _frozen, _dead, _without_centre, _not_let_in, _throttled, _refused],
    ids=lambda trouble: trouble.__name__.strip("_"),
)
def test_the_spare_has_the_message_within_two_seconds(
    route: Route,
    centre: MessageCentre,
    sqlite_url: str,
    trouble: Callable[[LinkProcess, MessageCentre], None],
) -> None:
    """Whatever keeps this route from sending, and only once; it does not send after all."""
    link, spare = route(), FakeSms()
    trouble(link, centre)
    sender = Sender(sqlite_url, link.gateway, spare=spare)
    began = time.monotonic()

    hop = sender.send(TEXT)

    assert time.monotonic() - began < SPARE_WITHIN
    first, second = sender.hops(hop.sending)
    sender.close()
    assert (first.state, second.state) == (HopState.REFUSED, HopState.TAKEN)
    assert [sent.text for sent in spare.sent] == [TEXT]
    if trouble is _frozen:
        link.thaw()
        assert eventually(link.is_bound)
    if trouble is not _without_centre:
        assert _accepted(centre) == []


@pytest.mark.parametrize(
    ("status", "raw"),
    [
        (0x0B, "ESME_RINVDSTADR"),
        (0x45, "ESME_RSUBMITFAIL"),
        (0x08, "ESME_RSYSERR"),
        (0x413, "0x0413"),
        (0x12345678, "0x1234:5678"),
    ],
)
def test_an_error_is_a_refusal_under_its_name(
    link: LinkProcess, centre: MessageCentre, status: int, raw: str
) -> None:
    """Vendors' own errors too, and the bind outlives them."""
    centre.behave(status=status)

    assert _raw(link) == raw

    centre.behave(status=0)
    assert link.gateway.send(message(TEXT)).raw == "ESME_ROK"
    assert len(centre.named("bind")) == 1


def test_a_centre_that_says_we_are_not_bound_is_believed(
    link: LinkProcess, centre: MessageCentre
) -> None:
    """The message is refused, and the link binds anew."""
    centre.behave(statuses=[0x04])

    assert _raw(link) == "ESME_RINVBNDSTS"

    assert eventually(lambda: len(centre.named("bind")) == 2 and link.is_bound())


def test_an_error_that_says_nothing_is_uncertain(link: LinkProcess, centre: MessageCentre) -> None:
    """The centre does not know either, so nobody sends again."""
    centre.behave(status=0xFF)

    with pytest.raises(SmsUncertain, match="ESME_RUNKNOWNERR"):
        link.gateway.send(message(TEXT))


@pytest.mark.parametrize("status", [THROTTLED, QUEUE_FULL])
def test_a_busy_centre_is_asked_again(
    link: LinkProcess, centre: MessageCentre, status: int
) -> None:
    """Two refusals for want of room are waited out, and one message is taken."""
    centre.behave(statuses=[status, status])

    assert link.gateway.send(message(TEXT)).raw == "ESME_ROK"

    assert [got["status"] for got in centre.got] == [status, status, 0]
    assert len({got["reference"] for got in centre.got}) == 1


def test_a_centre_that_stays_busy_is_left(link: LinkProcess, centre: MessageCentre) -> None:
    """After a second or so, under the centre's own word."""
    centre.behave(status=THROTTLED)

    assert _raw(link) == "ESME_RTHROTTLED"


def test_a_refused_bind_is_told_and_tried_again(route: Route, centre: MessageCentre) -> None:
    """When the centre lets it in, messages go."""
    centre.behave(bind_status=0x0D)
    link = route()
    link.start(bound=False)
    assert _raw(link) == "unbound"
    assert eventually(lambda: link.gateway.status()["why"] == "bind refused: ESME_RBINDFAIL")

    centre.behave(bind_status=0)

    assert eventually(link.is_bound, seconds=40)
    link.gateway.send(message(TEXT))


@pytest.mark.parametrize("end", ["drop", "unbind"])
def test_a_lost_bind_is_made_again(link: LinkProcess, centre: MessageCentre, end: str) -> None:
    """Whoever ended it, and however."""
    getattr(centre, end)()

    assert eventually(lambda: len(centre.named("bind")) == 2 and link.is_bound())
    link.gateway.send(message(TEXT))
    assert len(centre.got) == 1


@pytest.mark.parametrize(
    "rubbish", [b"HTTP/1.1 400 Bad Request", b"\0" * 64, b"\xff" * 64], ids=["http", "0", "ff"]
)
def test_rubbish_ends_the_bind_and_not_the_link(
    link: LinkProcess, centre: MessageCentre, rubbish: bytes
) -> None:
    """It binds anew."""
    centre.say(rubbish)

    assert eventually(lambda: len(centre.named("bind")) == 2 and link.is_bound())


def test_a_centre_that_comes_back_is_bound_again(link: LinkProcess, centre: MessageCentre) -> None:
    """Nobody has to do anything."""
    centre.stop()
    assert eventually(lambda: not link.is_bound())

    centre.start()

    assert eventually(link.is_bound, seconds=40)
    link.gateway.send(message(TEXT))


def test_a_silent_centre_gets_one_message_and_no_more(
    link: LinkProcess, centre: MessageCentre
) -> None:
    """Of the first nobody knows; those that follow are refused at once, for the spare."""
    centre.behave(silent=True)
    said: list[str] = []

    def first() -> None:
        with pytest.raises(SmsUncertain) as unknown:
            link.gateway.send(message(TEXT))
        said.append(unknown.value.raw)

    asking = threading.Thread(target=first)
    asking.start()
    assert eventually(lambda: bool(link.gateway.status()["silent"]))
    began = time.monotonic()

    assert _raw(link) == "centre silent"

    assert time.monotonic() - began < 1
    asking.join()
    assert said == ["centre silent"]
    assert len(centre.got) == 1
    centre.behave(silent=False)
    assert eventually(link.is_bound, seconds=40)


def test_a_bind_lost_in_the_middle_of_a_message_is_uncertain(
    link: LinkProcess, centre: MessageCentre
) -> None:
    """The centre may have kept it: here it has."""
    centre.behave(drop_at=1)

    with pytest.raises(SmsUncertain, match="bind lost"):
        link.gateway.send(message(TEXT))

    assert len(centre.got) == 1


def test_a_burst_is_delivered_or_visibly_refused(link: LinkProcess, centre: MessageCentre) -> None:
    """200 codes at once: each taken once, or, on a machine that is too slow, refused in time."""
    said = outcomes(link.gateway, BURST)

    assert set(said.values()) <= {"taken", "refused"}
    assert _accepted(centre) == sorted(text for text, what in said.items() if what == "taken")
    assert len(centre.got) >= len(BURST) // 4


def test_a_burst_beyond_the_rate_is_delivered_or_visibly_refused(
    route: Route, centre: MessageCentre
) -> None:
    """Whoever cannot have a turn in time hears it; the centre's pace is kept."""
    link = route(RATE="20")
    link.start()

    said = outcomes(link.gateway, BURST)

    taken = sorted(text for text, what in said.items() if what == "taken")
    assert set(said.values()) == {"taken", "refused"}
    assert _accepted(centre) == taken
    times = [got["at"] / 1000 for got in centre.got]
    assert len(times) - 1 <= 20 * (times[-1] - times[0]) * 1.1 + 10


def test_a_throttling_centre_loses_nothing(link: LinkProcess, centre: MessageCentre) -> None:
    """Now and then it has no room; each message is taken once, or refused and not there."""
    centre.behave(statuses=([0] * 15 + [THROTTLED] * 2) * 6)

    said = outcomes(link.gateway, BURST)

    taken = sorted(text for text, what in said.items() if what == "taken")
    throttled = {got["text"] for got in centre.got if got["status"]}
    assert "unknown" not in said.values()
    assert throttled & set(taken)
    assert _accepted(centre) == taken


def test_a_bind_dropped_in_a_burst_loses_nothing(route: Route, centre: MessageCentre) -> None:
    """What was taken is there once, what was refused is not there, and few are unknown."""
    link = route(WINDOW="5")
    link.start()
    centre.behave(drop_at=40, delay=5)

    said = outcomes(link.gateway, BURST)

    assert_accounted(said, centre, most_unknown=5)
    assert Counter(said.values())["taken"] >= 35
    assert eventually(link.is_bound)


def assert_accounted(said: dict[str, str], centre: MessageCentre, *, most_unknown: int) -> None:
    """Against the centre's own list, in which no text may stand twice."""
    there = Counter(_accepted(centre))
    assert set(there.values()) <= {1}
    for text, what in said.items():
        if what != "unknown":
            assert there[text] == (what == "taken"), (text, what)
    assert Counter(said.values())["unknown"] <= most_unknown


@pytest.mark.parametrize("after", [1, 30, 90])
def test_a_killed_link_neither_loses_nor_doubles(
    route: Route, centre: MessageCentre, after: int
) -> None:
    """Only those let go and not answered are unknown: no more than may wait for answers at once."""
    link = route(WINDOW="5", RATE="100")
    link.start()
    centre.behave(delay=30)
    said: dict[str, str] = {}
    sending = threading.Thread(target=lambda: said.update(outcomes(link.gateway, BURST)))
    sending.start()
    assert eventually(lambda: len(centre.got) >= after)

    link.kill()
    sending.join()

    assert len(said) == len(BURST)
    assert_accounted(said, centre, most_unknown=5)
    assert Counter(said.values())["refused"] > 0
    link.start()
    link.gateway.send(message("the next one"))


def test_a_killed_link_and_its_spare_send_each_message_once(
    route: Route, centre: MessageCentre, sqlite_url: str
) -> None:
    """What was refused is at the spare, what is unknown is not, and nobody gets two."""
    link, spare = route(WINDOW="5", RATE="100"), FakeSms()
    link.start()
    centre.behave(delay=30)
    sender, texts = Sender(sqlite_url, link.gateway, spare=spare), BURST[:60]
    hops: dict[str, Hop] = {}
    sending = threading.Thread(target=lambda: hops.update(sender.together(texts)))
    sending.start()
    assert eventually(lambda: len(centre.got) >= 10)

    link.kill()
    sending.join()

    by_spare = sorted(sent.text for sent in spare.sent)
    by_route = {text: hop.route for text, hop in hops.items()}
    assert by_spare == sorted(text for text in texts if by_route[text] == "spare")
    assert {hop.state for hop in hops.values()} <= {HopState.TAKEN, HopState.UNKNOWN}
    at_centre = Counter(_accepted(centre))
    assert set(at_centre.values()) == {1}
    assert not at_centre.keys() & set(by_spare)
    assert all(
        at_centre[text] for text, hop in hops.items() if hop.message_id and hop.route == ROUTE
    )
    assert sum(hop.state is HopState.UNKNOWN for hop in hops.values()) <= 5
    sender.close()
