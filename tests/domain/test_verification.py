"""Verifications of numbers."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from docgen.domain.envelope import State, Verb
from docgen.domain.errors import AlreadyConfirmed, MoveNotAllowed
from docgen.domain.subscriber import IdentityDocument, Iin
from docgen.domain.verification import (
    LIFE,
    VerificationState,
    frozen,
    newest_confirmed,
    newest_for_another,
)
from tests import builders
from tests.builders import NOW, challenge, envelope, typed_code, verification

OTHER = Iin("850512456785")


def test_one_is_open_until_it_is_confirmed_or_its_time_is_over() -> None:
    """A confirmed one stays confirmed for ever."""
    opened = verification()
    confirmed = opened.confirm(typed_code())

    assert opened.state(NOW) is VerificationState.OPEN
    assert opened.state(NOW + LIFE) is VerificationState.EXPIRED
    assert confirmed.state(NOW + 1000 * LIFE) is VerificationState.CONFIRMED


def test_only_an_open_one_is_sent_codes_and_confirmed() -> None:
    """The others say why not."""
    opened = verification()
    opened.require_in_time(Verb.SEND_CODE, NOW)

    with pytest.raises(AlreadyConfirmed):
        opened.confirm(typed_code()).require_in_time(Verb.CONFIRM, NOW)
    with pytest.raises(MoveNotAllowed) as caught:
        opened.require_in_time(Verb.CONFIRM, NOW + LIFE)
    assert caught.value.state == "expired"


@pytest.mark.parametrize(
    "change",
    [
        {"person": replace(builders.person(), name="Дана")},
        {"person": replace(builders.person(), iin=OTHER)},
        {"identified_by": "E-8"},
        {"identity_document": IdentityDocument.STATE_DATABASE},
        {"salt": "another"},
    ],
    ids=["name", "iin", "by whom", "document", "salt"],
)
def test_its_codes_are_bound_to_who_which_number_and_how(change: dict[str, Any]) -> None:
    """Another of the four is another content; begun anew for the same it is the same."""
    known = verification()

    assert verification(**change).manifest_hash != known.manifest_hash
    assert verification(created_at=NOW + timedelta(days=9)).manifest_hash == known.manifest_hash


def _confirmed(at: datetime, **changes: Any) -> Any:
    return verification(**changes).confirm(typed_code(confirmed_at=at))


def test_the_newest_confirmed_one_of_the_person_counts() -> None:
    """Not the one begun last, and nobody else's."""
    early, late = _confirmed(NOW), _confirmed(NOW + timedelta(days=1))
    others = _confirmed(NOW + timedelta(days=2), person=replace(builders.person(), iin=OTHER))
    history = (verification(), others, early, late)

    assert newest_confirmed(history, builders.person().iin) == late
    assert newest_confirmed((verification(),), builders.person().iin) is None


def test_a_number_that_went_on_to_somebody_else_is_seen() -> None:
    """If that was later than what is asked about."""
    later = NOW + timedelta(days=2)
    history = (_confirmed(later, person=replace(builders.person(), iin=OTHER)), _confirmed(NOW))
    own = builders.person().iin

    assert newest_for_another(history, own, after=NOW) == later
    assert newest_for_another(history, own, after=None) == later
    assert newest_for_another(history, own, after=later) is None
    assert newest_for_another(history[1:], own, after=None) is None


def test_what_an_envelope_keeps_of_it_holds_facts_and_no_number() -> None:
    """Which one, the head of its journal, how its code went and who typed it."""
    confirmed = verification().confirm(typed_code(device="tablet-12"))
    sent = challenge(envelope(State.READY), attempts_used=1)

    kept = frozen(confirmed, sent, head="f" * 64)

    assert kept.here is not None
    assert (kept.here.id, kept.here.journal_head) == (confirmed.id, "f" * 64)
    assert kept.here.challenge["attempts_used"] == 1
    assert kept.here.challenge["channel"] == "sms"
    assert kept.here.challenge["device"] == "tablet-12"
    for secret in (confirmed.phone.value[2:], confirmed.person.iin.value, confirmed.salt):
        assert secret not in repr(kept)


def test_an_open_one_is_kept_by_nobody() -> None:
    """It shows nothing yet."""
    with pytest.raises(ValueError, match="confirmed"):
        frozen(verification(), challenge(envelope(State.READY)), head="")
