"""The evidence inside a sealed file."""

import json
from typing import Any

import pytest

from docgen.domain import evidence, journal
from docgen.domain.canonical import canonical_json
from docgen.domain.envelope import Envelope, State
from docgen.domain.journal import Entry, Event
from tests import builders


def _entries(envelope: Envelope) -> list[Entry]:
    entries: list[Entry] = []
    for event in (Event.CREATED, Event.RENDERED, Event.CONFIRMED):
        last = entries[-1] if entries else None
        entries.append(journal.chain(builders.fact(event), envelope_id=envelope.id, last=last))
    return entries


def _built(envelope: Envelope) -> dict[str, object]:
    return evidence.build(
        envelope,
        envelope.documents[0],
        challenge=builders.challenge(of=envelope),
        entries=_entries(envelope),
        circumstances=builders.circumstances(),
    )


def test_the_evidence_survives_its_own_spelling() -> None:
    """Canonical JSON read back is the same evidence, its chain and hash intact."""
    envelope = builders.envelope(State.CONFIRMED)
    stated = _built(envelope)

    read = evidence.parse(canonical_json(stated))

    assert read == stated
    assert read is not None
    assert evidence.chain_holds(read)
    assert evidence.confirmed_hash(read) == envelope.documents[0].frozen_hash()


def test_the_evidence_holds_no_secret_and_no_full_personal_number() -> None:
    """Masks and HMACs stand for IIN and phone; there is no salt and no code's MAC."""
    envelope = builders.envelope(State.CONFIRMED)
    text = canonical_json(_built(envelope)).decode()

    assert envelope.subscriber.iin.masked() in text
    assert envelope.subscriber.phone.masked() in text
    for secret in (
        envelope.subscriber.iin.value,
        envelope.subscriber.phone.value[2:],
        envelope.salt,
    ):
        assert secret not in text
    assert '"mac"' not in text


def test_the_pseudonym_needs_the_salt() -> None:
    """Whoever holds the register can tie it to a number; another salt gives another value."""
    mine = evidence.pseudonym("salt", "+77015550142")

    assert mine == evidence.pseudonym("salt", "+77015550142")
    assert mine != evidence.pseudonym("other", "+77015550142")


def test_a_hand_signature_states_its_witness() -> None:
    """No challenge, but the hash of the strokes, how they were drawn, and a name."""
    envelope = builders.confirmed_by_hand()
    stated = evidence.build(
        envelope,
        envelope.documents[0],
        challenge=None,
        entries=_entries(envelope),
        circumstances=builders.circumstances(),
    )

    assert stated["challenge"] is None
    consent = stated["consent"]
    assert consent["witness"]["name"] == "Бекова Дана"
    assert evidence.attached(stated) == {"strokes.json": builders.sha256("the strokes")}
    assert (consent["strokes"]["strokes"], consent["strokes"]["lasted_ms"]) == (3, 2300)
    assert consent["scan"] is None


def test_an_unconfirmed_envelope_has_no_evidence() -> None:
    """There is nothing to prove yet."""
    with pytest.raises(ValueError, match="confirmed"):
        _built(builders.envelope(State.CODE_SENT))


@pytest.mark.parametrize("value", ["NaN", "-Infinity", r'"\ud800"'])
def test_what_no_json_can_hold_is_not_evidence(value: str) -> None:
    """Python reads it all the same; nobody could be told of it."""
    stated = f'{{"format": "{evidence.FORMAT}", "value": {value}}}'

    assert evidence.parse(stated.replace(value, "1").encode()) is not None
    assert evidence.parse(stated.encode()) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b"{}", b'"x"', json.dumps({"format": "other/1"}).encode(), b"[" * 10**5],
)
def test_foreign_attachments_are_not_evidence(content: bytes) -> None:
    """Garbage of any kind is simply not ours."""
    assert evidence.parse(content) is None


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"journal": None},
        {"journal": {"entries": []}},
        {"journal": {"entries": [{"event": "x"}]}},
    ],
)
def test_a_missing_or_mangled_chain_does_not_hold(forged: dict[str, object]) -> None:
    """No chain is not a good chain."""
    assert not evidence.chain_holds(forged)


def test_the_manifest_is_what_the_code_was_bound_to() -> None:
    """Any expert can compute it again from the evidence alone."""
    assert evidence.manifest_holds(_built(builders.envelope(State.CONFIRMED)))


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("document", "sha256"), ("document", "id"), ("envelope", "manifest_sha256"),
        ("envelope", "documents"), ("challenge", "bound_to"),
    ],
)  # fmt: skip
def test_a_manifest_of_other_documents_does_not_hold(part: str, name: str) -> None:
    """Each hash that is changed, and each that is missing, is noticed."""
    for change in ("0" * 64, None):
        stated: Any = _built(builders.envelope(State.CONFIRMED))
        stated[part][name] = change

        assert not evidence.manifest_holds(stated)


@pytest.mark.parametrize("forged", [{}, {"envelope": None}, {"envelope": {"documents": [1]}}])
def test_what_is_no_evidence_has_no_manifest(forged: dict[str, object]) -> None:
    """Whoever wrote it."""
    assert not evidence.manifest_holds(forged)


def test_the_journal_of_another_envelope_proves_nothing() -> None:
    """A chain that holds, but tells of something else; or one whose last entry is not the head."""
    stated: Any = _built(builders.envelope(State.CONFIRMED))
    other: Any = _built(builders.envelope(State.CONFIRMED))

    assert not evidence.chain_holds(stated | {"journal": other["journal"]})
    stated["journal"]["head"] = stated["journal"]["entries"][0]["hash"]
    assert not evidence.chain_holds(stated)


def test_a_forged_entry_breaks_the_extract() -> None:
    """Changing a word in the extract is noticed offline."""
    stated = json.loads(canonical_json(_built(builders.envelope(State.CONFIRMED))))
    stated["journal"]["entries"][1]["actor"] = "somebody"

    assert not evidence.chain_holds(stated)
