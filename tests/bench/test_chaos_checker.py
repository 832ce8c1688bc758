"""The checker of the bench of faults sees each thing that it is to see, and nothing else."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.chaos.visits import Plan, Visit
from docgen.domain.journal import Event
from docgen.domain.language import Language
from tests.bench.scene import Scene
from tests.builders import fact
from tests.services.receiver import Received
from tests.usecases.world import TECHNICIAN, world


@pytest.fixture
def scene(sqlite_url: str, redis_url: str, tmp_path: Path) -> Iterator[Scene]:
    """A code is sent, and the subscriber thinks about it."""
    built = world(sqlite_url, redis_url)
    envelope = built.created()
    built.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    code = built.chance.given[-1]
    visit = Visit(number=0, plan=Plan.SIGN, envelope_id=envelope.id, sendings={"k"}, codes={code})
    made = Scene(
        world=built, visit=visit, folder=tmp_path, roots=tmp_path, code=code,
        texts=[built.sms.sent[0].text],
    )  # fmt: skip
    made.tables.rows("UPDATE envelopes SET phone = :phone", phone=visit.phone)
    yield made
    built.register.close()


def test_where_all_is_well_nothing_is_noted(scene: Scene) -> None:
    """An envelope that waits for its subscriber is where it may be."""
    assert scene.found() == {}


def _second_message(scene: Scene) -> None:
    scene.texts.append("1: АҚ\n@host #123456")


def _lost_envelope(scene: Scene) -> None:
    scene.visit.envelope_id = "01K00000000000000000000000"


def _second_envelope(scene: Scene) -> None:
    scene.world.created()
    scene.tables.rows("UPDATE envelopes SET phone = :phone", phone=scene.visit.phone)


def _lost_bytes(scene: Scene) -> None:
    for path in scene.folder.glob("??/??/*"):
        path.unlink()


def _damaged_bytes(scene: Scene) -> None:
    for path in scene.folder.glob("??/??/*"):
        path.write_bytes(path.read_bytes()[:-1])


def _unsealed(scene: Scene) -> None:
    scene.tables.rows("UPDATE envelopes SET state = 'confirmed'")


def _sealed_without_a_file(scene: Scene) -> None:
    scene.tables.rows("UPDATE envelopes SET state = 'sealed'")


def _draft(scene: Scene) -> None:
    scene.tables.rows("UPDATE envelopes SET state = 'draft'")


def _journalled(*events: Event) -> Callable[[Scene], None]:
    """All that follows is told, so that nothing else is wrong."""

    def spoil(scene: Scene) -> None:
        with scene.world.register.begin() as unit:
            for event in events:
                unit.journal.append(scene.envelope_id, fact(event))
            unit.commit()
        scene.come_to_rest()

    return spoil


def _logs(line: str) -> Callable[[Scene], None]:
    def spoil(scene: Scene) -> None:
        iin = scene.world.envelope(scene.envelope_id).subscriber.iin.value
        told = line.format(code=scene.code, number=scene.visit.number, iin=f"{iin[:6]}-{iin[6:]}")
        scene.log.write_text(f"{told}\n", encoding="utf-8")

    return spoil


def _untold(scene: Scene) -> None:
    scene.received.pop()


def _told_otherwise(scene: Scene) -> None:
    first = scene.received[0]
    scene.received.append(Received("/", first.headers, first.body + b" "))


def _told_wrongly(scene: Scene) -> None:
    told = scene.received.pop()
    scene.hear(told.headers["webhook-id"], "envelope.sealed")


def _told_of_nothing(scene: Scene) -> None:
    scene.hear(f"evt_{scene.envelope_id}_99", "envelope.sealed")


def _forged(scene: Scene) -> None:
    scene.findings.append({"fault": "row_changed", "table": "envelopes", "row": "1"})


def _unable(scene: Scene) -> None:
    scene.unable = True


def _unconfirmed(scene: Scene) -> None:
    scene.visit.confirmed = True


def _complained(scene: Scene) -> None:
    scene.visit.complaints.append("not shown: 500")


_FAULTS = {
    "a second message": (_second_message, "double", "2 codes for 1 wishes"),
    "a second envelope": (_second_envelope, "double", "envelopes ["),
    "told in two wordings": (_told_otherwise, "double", "told in 2 wordings"),
    "told as something else": (_told_wrongly, "double", "told in 1 wordings"),
    "told of nothing": (_told_of_nothing, "double", "told in 1 wordings"),
    "agreed twice": (
        _journalled(Event.CONFIRMED, Event.SIGNED_BY_HAND), "double", "agreed 2 times",
    ),
    "rendered twice": (_journalled(Event.RENDERED), "double", "rendered 2 times"),
    "sealed twice": (_journalled(Event.SEALED, Event.SEALED), "double", "sealed 2 times"),
    "created twice": (_journalled(Event.CREATED), "double", "created 2 times"),
    "ended twice": (_journalled(Event.DECLINED, Event.VOIDED), "double", "endings ["),
    "agreed and declined": (
        _journalled(Event.SIGNED_BY_HAND, Event.DECLINED), "double", "agreed, and ended otherwise",
    ),
    "agreed and expired": (
        _journalled(Event.EXPIRED, Event.CONFIRMED), "double", "agreed, and ended otherwise",
    ),
    "sealed without a file": (_sealed_without_a_file, "double", "with the seal None"),
    "a lost envelope": (_lost_envelope, "lost", "envelope 01K"),
    "lost bytes": (_lost_bytes, "lost", "blob_not_found"),
    "damaged bytes": (_damaged_bytes, "lost", "blob_damaged"),
    "a lost confirmation": (_unconfirmed, "lost", "its confirmation"),
    "not sealed": (_unsealed, "unsealed", ""),
    "confirmed for ever": (_unsealed, "stuck", "confirmed: None"),
    "a draft for ever": (_draft, "stuck", "draft: None"),
    "a phone in a log": (_logs("line with 8 (701) 555-{number:04}"), "traces", "names somebody"),
    "an IIN in a log": (_logs("of {iin}"), "traces", "names somebody"),
    "a code in a log": (_logs("got {code}, refused"), "traces", "tells a code"),
    "an untold event": (_untold, "missed_events", "code_sent"),
    "a forged row": (_forged, "broken_chains", "row_changed envelopes 1"),
    "a check that cannot be made": (_unable, "broken_chains", "not able to look: no disk"),
    "a caller's complaint": (_complained, "complaints", "not shown: 500"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "kind", "words"), _FAULTS.values(), ids=list(_FAULTS))
def test_what_is_wrong_is_noted(
    scene: Scene, spoil: Callable[[Scene], None], kind: str, words: str
) -> None:
    """Each fault under the name that the report counts it by, and in words of its own."""
    spoil(scene)

    assert [each for each in scene.found()[kind] if words in each]
