"""The life of an envelope: a table of moves, and nothing outside it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain.envelope import MOVES, Envelope, State, Verb
from docgen.domain.errors import (
    AlreadyConfirmed,
    AlreadySuperseded,
    DocumentNotFound,
    MoveNotAllowed,
    NotReady,
)
from tests import builders

ENDS = {State.SEALED, State.DECLINED, State.EXPIRED, State.VOID}

ACTS: Mapping[Verb, Callable[[Envelope], Envelope]] = {
    Verb.RENDER: lambda e: e.render({d.id: builders.frozen(d.id) for d in e.documents}),
    Verb.SEND_CODE: lambda e: e.send_code(),
    Verb.CONFIRM: lambda e: e.confirm(builders.sms_consent()),
    Verb.SIGN_BY_HAND: lambda e: e.sign_by_hand(builders.handwritten_consent()),
    Verb.SEAL: lambda e: e.seal({d.id: builders.sealed(d.id) for d in e.documents}),
    Verb.DECLINE: lambda e: e.decline("бас тарту"),
    Verb.EXPIRE: lambda e: e.expire(),
    Verb.VOID: lambda e: e.void("қате"),
}

ALLOWED = {
    (State.DRAFT, Verb.RENDER, State.READY),
    (State.READY, Verb.SEND_CODE, State.CODE_SENT),
    (State.CODE_SENT, Verb.SEND_CODE, State.CODE_SENT),
    (State.CODE_SENT, Verb.CONFIRM, State.CONFIRMED),
    (State.READY, Verb.SIGN_BY_HAND, State.CONFIRMED),
    (State.CODE_SENT, Verb.SIGN_BY_HAND, State.CONFIRMED),
    (State.CONFIRMED, Verb.SEAL, State.SEALED),
    (State.READY, Verb.DECLINE, State.DECLINED),
    (State.CODE_SENT, Verb.DECLINE, State.DECLINED),
    (State.DRAFT, Verb.EXPIRE, State.EXPIRED),
    (State.READY, Verb.EXPIRE, State.EXPIRED),
    (State.CODE_SENT, Verb.EXPIRE, State.EXPIRED),
    (State.DRAFT, Verb.VOID, State.VOID),
    (State.READY, Verb.VOID, State.VOID),
    (State.CODE_SENT, Verb.VOID, State.VOID),
    (State.CONFIRMED, Verb.VOID, State.VOID),
}


def test_the_table_holds_these_sixteen_moves_and_no_other() -> None:
    """The whole life on one page."""
    table = {(source, verb, m.target) for verb, m in MOVES.items() for source in m.sources}

    assert table == ALLOWED


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", Verb)
def test_each_verb_does_what_the_table_says(state: State, verb: Verb) -> None:
    """An allowed verb leads to its target; any other is refused and changes nothing."""
    before = builders.envelope(state)
    targets = [target for source, v, target in ALLOWED if source is state and v is verb]

    if targets:
        assert ACTS[verb](before).state is targets[0]
        return
    with pytest.raises(MoveNotAllowed):
        ACTS[verb](before)
    assert before.state is state


@given(st.lists(st.sampled_from(list(Verb)), max_size=12))
def test_no_way_leads_out_of_an_end(verbs: list[Verb]) -> None:
    """Whatever is tried in whatever order, an ended envelope stays as it is."""
    current, ended = builders.envelope(), None
    for verb in verbs:
        try:
            current = ACTS[verb](current)
        except MoveNotAllowed:
            continue
        assert ended is None
        ended = current.state if current.state in ENDS else None


@pytest.mark.parametrize("verb", [Verb.SEND_CODE, Verb.CONFIRM, Verb.SIGN_BY_HAND, Verb.DECLINE])
def test_a_draft_asks_to_wait(verb: Verb) -> None:
    """Before its documents are rendered the answer is "not ready", which is worth a retry."""
    with pytest.raises(NotReady) as caught:
        ACTS[verb](builders.envelope())
    assert caught.value.retryable


@pytest.mark.parametrize("state", [State.CONFIRMED, State.SEALED])
@pytest.mark.parametrize("verb", [Verb.SEND_CODE, Verb.CONFIRM, Verb.SIGN_BY_HAND])
def test_a_second_confirmation_is_told_apart(state: State, verb: Verb) -> None:
    """Signing what is signed has its own name."""
    with pytest.raises(AlreadyConfirmed):
        ACTS[verb](builders.envelope(state))


def test_signing_after_the_time_is_over_is_refused_even_before_it_is_swept() -> None:
    """The clock, not the sweep, ends the time to sign."""
    waiting = builders.envelope(State.CODE_SENT)

    waiting.require_in_time(Verb.CONFIRM, waiting.expires_at - timedelta(microseconds=1))
    with pytest.raises(MoveNotAllowed) as caught:
        waiting.require_in_time(Verb.CONFIRM, waiting.expires_at)
    assert caught.value.state is State.EXPIRED


def test_the_manifest_changes_with_any_document() -> None:
    """Another byte, another order or another document is another manifest."""
    first, second = builders.document(), builders.document()
    both = builders.envelope(State.READY, documents=(first, second))
    swapped = replace(both, documents=tuple(reversed(both.documents)))
    other = both.documents[1]
    changed = replace(
        both, documents=(both.documents[0], replace(other, frozen=builders.frozen("x")))
    )
    single = replace(both, documents=both.documents[:1])

    hashes = {e.manifest_hash for e in (both, swapped, changed, single)}

    assert len(hashes) == 4
    assert both.manifest_hash == replace(both).manifest_hash


def test_a_draft_has_no_manifest() -> None:
    """There is nothing a code could be bound to before the bytes exist."""
    with pytest.raises(DocumentNotFound):
        _ = builders.envelope().manifest_hash


def test_a_document_is_found_by_its_id_only() -> None:
    """Asking for a stranger is named."""
    envelope = builders.envelope()

    assert envelope.document(envelope.documents[0].id) is envelope.documents[0]
    with pytest.raises(DocumentNotFound):
        envelope.document("nobody")


@pytest.mark.parametrize("state", State)
def test_what_may_be_void_may_be_superseded_once(state: State) -> None:
    """It names its successor; a second one is refused, and is told of the first."""
    before = builders.envelope(state)
    if state not in MOVES[Verb.VOID].sources:
        with pytest.raises(MoveNotAllowed):
            before.supersede("01B")
        return

    after = before.supersede("01B")

    assert (after.state, after.reason, after.superseded_by) == (State.VOID, "superseded", "01B")
    with pytest.raises(AlreadySuperseded) as refused:
        after.supersede("01C")
    assert refused.value.superseded_by == "01B"
