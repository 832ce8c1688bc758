"""Once a day everything written is bound into one hash, with an authority's word on it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest

from docgen.domain import merkle
from docgen.domain.anchor import GENESIS, LeafKind
from docgen.domain.errors import NotFound, SealUnavailable
from docgen.domain.language import Language
from tests.contracts.races import at_once
from tests.usecases.counted import CountedRegister
from tests.usecases.evidence import DAY, Closed
from tests.usecases.world import TECHNICIAN, World

_MIDNIGHT_IN_ALMATY = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)


@pytest.fixture
def closed(here: World) -> Closed:
    """A world and what closes its days."""
    return Closed(here)


def test_a_day_is_anchored_when_it_is_over_in_almaty(closed: Closed) -> None:
    """Not a moment before midnight there, which is seven in the evening in UTC."""
    closed.world.clock.moment = _MIDNIGHT_IN_ALMATY - timedelta(microseconds=1)
    closed.anchor()
    closed.world.clock.moment = _MIDNIGHT_IN_ALMATY
    closed.anchor()
    assert [each.day for each in closed.anchors()] == [date(2026, 3, 1), date(2026, 3, 2)]


def test_an_anchor_holds_the_heads_and_the_sealed_hashes(closed: Closed) -> None:
    """Every chain that grew, by its last entry, and every file that was issued."""
    sealed, open_one = closed.sealed(documents=2), closed.world.created()
    closed.tomorrow()
    leaves = closed.leaves(closed.anchors()[0])
    heads = {e.id: closed.world.journal(e.id)[-1] for e in (sealed, open_one)}
    assert {(leaf.kind, leaf.subject, leaf.sequence, leaf.hash) for leaf in leaves} == {
        *((LeafKind.JOURNAL, key, head.sequence, head.hash) for key, head in heads.items()),
        *((LeafKind.DOCUMENT, d.id, 1, d.sealed.sha256) for d in sealed.documents if d.sealed),
    }


def test_the_root_is_that_of_the_leaves(closed: Closed) -> None:
    """As RFC 6962 hashes them."""
    closed.sealed()
    closed.tomorrow()
    (anchor,) = closed.anchors()
    tree = merkle.Tree()
    for leaf in closed.leaves(anchor):
        tree.add(leaf.tree_hash())
    assert (anchor.root, anchor.leaves) == (tree.root().hex(), tree.size)
    assert anchor.holds()


def test_nothing_is_anchored_twice_and_nothing_left_out(closed: Closed) -> None:
    """A later anchor holds what was written since; entries of a chain come in by its new head."""
    envelope = closed.world.created()
    closed.tomorrow()
    closed.world.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    closed.tomorrow()
    closed.tomorrow()
    first, second, third = closed.anchors()
    assert [leaf.sequence for leaf in closed.leaves(first)] == [2]
    kinds = {leaf.kind: leaf.sequence for leaf in closed.leaves(second)}
    assert kinds == {LeafKind.JOURNAL: 4, LeafKind.TOKEN: 1}
    assert [leaf.kind for leaf in closed.leaves(third)] == [LeafKind.TOKEN]
    assert closed.check() == []


def test_while_no_day_is_over_one_look_says_so(closed: Closed, counted: CountedRegister) -> None:
    """It is asked after every sweep: no second unit is worth that."""
    closed.tomorrow()
    counted.writes = counted.views = 0

    closed.close_day()

    assert (counted.writes, counted.views) == (0, 1)


def test_each_anchor_follows_the_one_before(closed: Closed) -> None:
    """By its hash, which covers its root; the first follows nothing."""
    for _ in range(3):
        closed.tomorrow()
    first, second, third = closed.anchors()
    assert [each.previous_hash for each in (first, second, third)] == [
        GENESIS, first.hash, second.hash,
    ]  # fmt: skip


def test_a_day_on_which_nobody_was_here_is_made_up_for(closed: Closed) -> None:
    """What was written meanwhile is in the next anchor; days without one are only a gap."""
    closed.tomorrow()
    envelope = closed.world.created()
    closed.world.clock.advance(5 * DAY)
    closed.close_day()
    _, late = closed.anchors()
    assert envelope.id in {leaf.subject for leaf in closed.leaves(late)}
    assert closed.check() == []


def test_a_day_is_anchored_once(closed: Closed) -> None:
    """However often a worker looks whether it is due."""
    closed.tomorrow()
    closed.close_day()
    closed.close_day()
    assert len(closed.anchors()) == 1
    assert len(closed.authority.asked) == 1


def test_workers_at_the_same_time_make_one_anchor(closed: Closed) -> None:
    """Eight at once: one anchor, one token, no error."""
    closed.sealed()
    closed.world.clock.advance(DAY)
    assert at_once([closed.close_day] * 8) == [None] * 8
    closed.close_day()
    assert len(closed.anchors()) == 1
    assert closed.check() == []


def test_the_token_is_about_the_anchor(closed: Closed) -> None:
    """The authority signs the hash of the statement."""
    closed.tomorrow()
    (anchor,) = closed.anchors()
    assert closed.authority.asked == [anchor.hash]


def test_an_authority_that_is_down_owes_its_token(closed: Closed) -> None:
    """The anchors are made all the same; when it is back all get theirs, and nothing is lost."""
    closed.authority.failing = SealUnavailable("down")
    closed.sealed()
    closed.tomorrow()
    closed.tomorrow()
    assert closed.check() == []
    assert (closed.checked.anchors, closed.checked.unstamped) == (2, 2)

    closed.authority.failing = None
    closed.close_day()

    assert closed.check() == []
    assert (closed.checked.anchors, closed.checked.unstamped) == (2, 0)


def test_a_lying_authority_is_not_believed(closed: Closed) -> None:
    """A token about something else is no token: it is owed on."""
    closed.authority.lying = True
    closed.tomorrow()
    assert closed.check() == []
    assert closed.checked.unstamped == 1


def test_without_an_authority_anchors_stand_alone(closed: Closed) -> None:
    """They are made and checked, and the check says how many have nobody's word."""
    closed.configured = False
    closed.sealed()
    closed.tomorrow()
    assert closed.check() == []
    assert (closed.checked.anchors, closed.checked.unstamped) == (1, 1)
    assert closed.authority.asked == []


def test_a_token_is_vouched_for_by_the_next_anchor(closed: Closed) -> None:
    """So it proves its time even when its authority's certificate has ended."""
    closed.tomorrow()
    closed.tomorrow()
    first, second = closed.anchors()
    with closed.world.register.view() as unit:
        token = unit.anchors.token(first.day)
    assert token is not None
    (leaf,) = closed.leaves(second)
    assert (leaf.subject, leaf.hash) == (first.day.isoformat(), sha256(token.content).hexdigest())


def test_the_sweep_closes_the_day(closed: Closed) -> None:
    """A worker needs nothing else to be told."""
    closed.sealed()
    closed.world.clock.advance(DAY)
    sweep = replace(closed.world.sweep, close_day=closed.close_day)
    sweep(until=lambda: True)
    assert closed.anchors() == []
    sweep()
    assert len(closed.anchors()) == 1


def test_a_proof_leads_from_the_document_to_the_anchor(closed: Closed) -> None:
    """With the statement and the token it is all that anybody needs."""
    closed.sealed()
    envelope = closed.sealed(documents=3)
    closed.tomorrow()
    (anchor,) = closed.anchors()
    for document in envelope.documents:
        exported = closed.export.document(document.number)
        proof = exported["proof"]
        assert document.sealed is not None
        assert proof["leaf"]["hash"] == document.sealed.sha256
        leaf = closed.leaves(anchor)[proof["index"]]
        path = [bytes.fromhex(each) for each in proof["path"]]
        root = merkle.root_of(leaf.tree_hash(), index=proof["index"], size=anchor.leaves, path=path)
        assert root is not None
        assert root.hex() == exported["statement"]["root"] == anchor.root


def test_what_is_not_anchored_has_no_proof(closed: Closed) -> None:
    """Neither a day without anchor, nor a document that is too young, nor one that never was."""
    with pytest.raises(NotFound):
        closed.export.anchor()
    number = closed.sealed().documents[0].number
    with pytest.raises(NotFound):
        closed.export.document(number)
    closed.tomorrow()
    with pytest.raises(NotFound):
        closed.export.anchor(date(2020, 1, 1))
    with pytest.raises(NotFound):
        closed.export.document("AA-26-999999")
    with pytest.raises(NotFound):
        closed.export.document(number, version=2)
