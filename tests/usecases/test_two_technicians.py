"""Two people do different things with one envelope at the same moment: one life comes of it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import combinations_with_replacement

import pytest

from docgen.domain import journal
from docgen.domain.envelope import State
from docgen.domain.errors import DocgenError
from docgen.domain.language import Language
from docgen.usecases.decline import Decline
from docgen.usecases.void import Void
from tests.contracts.races import at_once
from tests.usecases.world import TECHNICIAN, World, attempt

ENDED_BY = {"decline": State.DECLINED, "void": State.VOID, "confirm": State.SEALED}
_EVENT_OF = {"decline": "declined", "void": "voided", "confirm": "confirmed", "send": "code_issued"}
_PAIRS = list(combinations_with_replacement(_EVENT_OF, 2))
_AN_HOUR = timedelta(hours=1)
_EACH = 2
"""Of both, so many at once."""


def _doing(here: World, envelope_id: str, code: str) -> dict[str, Callable[[], object]]:
    by_void = Void(register=here.register, clock=here.clock)
    by_decline = Decline(register=here.register, clock=here.clock)
    return {
        "send": partial(here.send, envelope_id, language=Language.KK, asked_by=TECHNICIAN),
        "confirm": lambda: here.confirm(envelope_id, attempt(code, here.chance.identifier())),
        "decline": partial(by_decline, envelope_id, reason="жоқ", actor="subscriber"),
        "void": partial(by_void, envelope_id, reason="қате", actor="client:field"),
    }


@pytest.mark.parametrize("verbs", _PAIRS, ids="+".join)
def test_whoever_comes_second_is_told_so(anywhere: World, verbs: tuple[str, str]) -> None:
    """As many entries as successes; of the endings one counts, and the state is the winner's."""
    sent = anywhere.code_sent()
    doing = _doing(anywhere, sent.id, anywhere.chance.given[-1])
    before = anywhere.events(sent.id)

    asked = [verb for verb in verbs for _ in range(_EACH)]
    told = at_once([doing[verb] for verb in asked])

    succeeded = [
        verb for verb, each in zip(asked, told, strict=True) if not isinstance(each, DocgenError)
    ]
    after = anywhere.events(sent.id)
    for verb, event in _EVENT_OF.items():
        assert after.count(event) - before.count(event) == succeeded.count(verb), (verb, told)
    # What is confirmed may be void before it is sealed; of everything else one excludes the others.
    endings = [verb for verb in succeeded if verb in ENDED_BY]
    assert len(endings) <= 1 or sorted(endings) == ["confirm", "void"], told
    if verbs != ("send", "send"):
        assert endings, told
        expected = "void" if "void" in endings else endings[0]
        assert anywhere.envelope(sent.id).state is ENDED_BY[expected]
    journal.check(anywhere.journal(sent.id))


def test_of_two_who_send_the_first_code_one_does(anywhere: World) -> None:
    """One message, one live code, and it confirms."""
    ready = anywhere.created()
    send = partial(anywhere.send, ready.id, language=Language.KK, asked_by=TECHNICIAN)

    told = at_once([send] * 4)

    assert sum(not isinstance(each, DocgenError) for each in told) == 1, told
    assert len(anywhere.sms.sent) == 1
    assert anywhere.events(ready.id).count("code_sent") == 1
    (code,) = {each for each in anywhere.chance.given if each in anywhere.sms.sent[0].text}
    assert anywhere.confirm(ready.id, attempt(code)).state is State.SEALED


def test_an_envelope_that_ends_while_it_is_sealed_is_sealed_or_void_never_both(
    anywhere: World,
) -> None:
    """A worker seals what the operator withdraws at that moment."""
    for _ in range(5):
        envelope = anywhere.code_sent()
        code = anywhere.chance.given[-1]
        by_void = Void(register=anywhere.register, clock=anywhere.clock)

        told = at_once(
            [
                partial(anywhere.confirm, envelope.id, attempt(code)),
                partial(by_void, envelope.id, reason="қате", actor="client:field"),
            ]
        )

        events = anywhere.events(envelope.id)
        assert events.count("sealed") + events.count("voided") == 1, (events, told)
        journal.check(anywhere.journal(envelope.id))
        anywhere.clock.advance(_AN_HOUR)
