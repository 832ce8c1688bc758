"""Sealed files are stamped again before their certificates end: a new version beside the first."""

from datetime import timedelta
from itertools import pairwise

import pytest

from docgen.domain.envelope import Envelope, State
from docgen.domain.errors import SealRefused, SealUnavailable
from docgen.domain.journal import Event
from docgen.usecases.archive_documents import Renewed
from docgen.usecases.fetch_document import FetchDocument, Version
from tests.contracts.races import at_once
from tests.usecases.evidence import AHEAD, DAY, Closed
from tests.usecases.world import World


@pytest.fixture
def closed(here: World) -> Closed:
    """A world whose seals end in a year."""
    built = Closed(here)
    built.ends_at = here.clock.now() + timedelta(days=365)
    return built


def _almost_due(closed: Closed) -> None:
    closed.world.clock.moment = closed.ends_at - AHEAD - timedelta(microseconds=1)


def _due(closed: Closed) -> Envelope:
    """Two documents, sealed long ago."""
    envelope = closed.sealed(documents=2)
    closed.world.clock.moment = closed.ends_at - AHEAD
    return envelope


def test_a_file_is_stamped_when_its_certificates_end_soon(closed: Closed) -> None:
    """Not before, and not again."""
    closed.sealed()
    _almost_due(closed)
    assert closed.archive() == Renewed(renewed=0, waiting=0)
    closed.world.clock.advance(timedelta(microseconds=1))
    assert closed.archive() == Renewed(renewed=1, waiting=0)
    assert closed.archive() == Renewed(renewed=0, waiting=0)


def test_the_sealed_bytes_stay_and_the_new_ones_begin_with_them(closed: Closed) -> None:
    """Both are kept under their hashes, and the envelope tells of both."""
    envelope = _due(closed)
    closed.archive()
    for before, after in zip(
        envelope.documents, closed.world.envelope(envelope.id).documents, strict=True
    ):
        (version,) = after.archived
        assert before.sealed is not None
        assert after.sealed == before.sealed
        sealed = closed.world.blobs.get(before.sealed.sha256)
        archived = closed.world.blobs.get(version.sha256)
        assert archived.startswith(sealed)
        assert (version.number, version.size) == (2, len(archived))
    assert closed.world.envelope(envelope.id).state is State.SEALED


def test_every_version_can_be_fetched(closed: Closed) -> None:
    """By its name; without one it is the latest."""
    envelope = _due(closed)
    closed.archive()
    envelope = closed.world.envelope(envelope.id)
    document = envelope.documents[0]
    fetch = FetchDocument(blobs=closed.world.blobs, images=None)  # type: ignore[arg-type]
    located = {version: fetch.locate(envelope, document.id, version=version) for version in Version}
    assert document.sealed is not None
    assert {version: each.sha256 for version, each in located.items()} == {
        Version.FROZEN: document.frozen_hash(),
        Version.SEALED: document.sealed.sha256,
        Version.ARCHIVED: document.archived[-1].sha256,
    }
    assert fetch.locate(envelope, document.id) == located[Version.ARCHIVED]


def test_it_is_told_in_the_journal(closed: Closed) -> None:
    """Which document, which version, which bytes; and the whole still fits together."""
    envelope = _due(closed)
    closed.archive()
    told = [e for e in closed.world.journal(envelope.id) if e.event is Event.ARCHIVED]
    documents = closed.world.envelope(envelope.id).documents
    assert [(e.details["document"], e.details["version"], e.details["sha256"]) for e in told] == [
        (d.number, "2", d.archived[0].sha256) for d in documents
    ]
    closed.tomorrow()
    assert closed.check() == []


def test_it_is_stamped_again_before_the_newest_time_stamp_ends(closed: Closed) -> None:
    """Each version begins with the one before, for as long as anybody keeps it up."""
    closed.archiver.life = timedelta(days=700)
    envelope = _due(closed)
    for number in (2, 3, 4):
        assert closed.archive().renewed == 2
        assert closed.archive() == Renewed(renewed=0, waiting=0)
        versions = closed.world.envelope(envelope.id).documents[0].archived
        assert [each.number for each in versions] == list(range(2, number + 1))
        closed.world.clock.moment = versions[-1].ends_at - AHEAD
    contents = [closed.world.blobs.get(each.sha256) for each in versions]
    assert all(after.startswith(before) for before, after in pairwise(contents))


def test_an_authority_that_is_down_is_asked_once_and_nothing_is_lost(closed: Closed) -> None:
    """It is down for all of them; the next time all have their turn."""
    envelope = _due(closed)
    closed.archiver.failing = SealUnavailable("down")
    assert closed.archive() == Renewed(renewed=0, waiting=2)
    assert len(closed.archiver.extended) == 1
    assert closed.world.envelope(envelope.id).documents == envelope.documents
    closed.archiver.failing = None
    assert closed.archive() == Renewed(renewed=2, waiting=0)


def test_an_authority_whose_own_certificate_ends_no_later_gains_nothing(closed: Closed) -> None:
    """Nothing is stored, and the rest is not even tried until it has a new one."""
    envelope = _due(closed)
    closed.archiver.life = AHEAD
    assert closed.archive() == Renewed(renewed=0, waiting=2)
    assert len(closed.archiver.extended) == 1
    assert closed.world.envelope(envelope.id).documents[0].archived == ()


def test_a_file_that_must_not_be_stamped_does_not_stop_the_rest(closed: Closed) -> None:
    """It is said once in the journal, however often it is tried."""
    spoilt, sound = _due(closed).documents
    assert spoilt.sealed is not None
    del closed.world.blobs.contents[spoilt.sealed.sha256]
    for _ in range(2):
        closed.archive()
    with closed.world.register.view() as unit:
        envelope = unit.envelopes.by_number(spoilt.number)
    assert [len(d.archived) for d in envelope.documents] == [0, 1]
    events = closed.world.events(envelope.id)
    assert events.count("archive_failed") == 1
    assert sound.number == envelope.documents[1].number


def test_a_refused_file_is_told(closed: Closed) -> None:
    """As where the proof has lapsed already."""
    envelope = _due(closed)
    closed.archiver.failing = SealRefused("lapsed")
    assert closed.archive() == Renewed(renewed=0, waiting=2)
    assert closed.world.events(envelope.id).count("archive_failed") == 2
    closed.anchor()
    assert closed.check() == []


def test_workers_at_the_same_time_make_one_version(closed: Closed) -> None:
    """Eight at once, and each document is stamped once."""
    envelope = _due(closed)
    results = at_once([closed.archive] * 8)
    assert sum(each.renewed for each in results if isinstance(each, Renewed)) == 2
    documents = closed.world.envelope(envelope.id).documents
    assert [len(d.archived) for d in documents] == [1, 1]


def test_a_file_whose_end_was_not_noted_is_looked_into(closed: Closed) -> None:
    """Sealed by an earlier version of the service: the file itself tells."""
    envelope = closed.sealed()
    closed.world.sealer.ends_at = None
    unnoted = closed.confirmed(closed.world.created().id)
    now = closed.world.clock.now()
    closed.archiver.sealed_ends_at = now + AHEAD + DAY
    assert closed.archive() == Renewed(renewed=0, waiting=0)
    closed.archiver.sealed_ends_at = now + AHEAD
    assert closed.archive() == Renewed(renewed=1, waiting=0)
    assert closed.world.envelope(unnoted.id).documents[0].archived
    assert not closed.world.envelope(envelope.id).documents[0].archived


def test_b_b_files_are_left_alone(closed: Closed) -> None:
    """They prove no time that could be carried on."""
    closed.world.sealer.ends_at = closed.world.clock.now()
    closed.confirmed(closed.world.created().id)
    assert closed.archive() == Renewed(renewed=0, waiting=0)


def test_it_ends_when_it_is_told_to(closed: Closed) -> None:
    """A worker that is to stop begins no further file."""
    _due(closed)
    assert closed.archive(until=lambda: bool(closed.archiver.extended)).renewed == 1


def test_closing_the_day_archives_then_anchors(closed: Closed) -> None:
    """So the new version is anchored the same night; without an authority there is no archive."""
    envelope = _due(closed)
    closed.close_day()
    (anchor,) = closed.anchors()
    document = closed.world.envelope(envelope.id).documents[0]
    leaves = {(leaf.subject, leaf.sequence): leaf.hash for leaf in closed.leaves(anchor)}
    assert leaves[document.id, 2] == document.archived[0].sha256
    assert closed.export.document(document.number, version=2)["proof"]["leaf"]["sequence"] == 2
