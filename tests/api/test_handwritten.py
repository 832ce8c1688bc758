"""Signing by hand: strokes or a scan, before a witness; one legal act, whoever comes second."""

import base64
import io
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from werkzeug.test import TestResponse

from docgen.domain import evidence
from docgen.domain.consent import WayOfSigning
from docgen.domain.envelope import MOVES, State, Verb
from docgen.domain.handwriting import Strokes
from docgen.forms.form import Form
from tests import hands
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, FRESH
from tests.api.stage import FORMS
from tests.api.states import MADE
from tests.api.watch import found, refused
from tests.contracts.races import at_once


def _drawn(here: Portal, envelope_id: str, *, once: str = FRESH, **changes: Any) -> TestResponse:
    path = f"{ENVELOPES}/{envelope_id}/handwritten"
    return here.program.post(path, hands.body(**changes), once=once)


def _scanned(
    here: Portal, envelope_id: str, content: bytes, *, once: str = "", about: Any = None
) -> TestResponse:
    told = hands.about() if about is None else about
    data = {"data": json.dumps(told), "file": (io.BytesIO(content), "scan.pdf")}
    headers = {"Idempotency-Key": once} if once else {}
    return here.program.ask(
        "POST",
        f"{ENVELOPES}/{envelope_id}/handwritten",
        headers=headers,
        data=data,
        content_type="multipart/form-data",
    )


@pytest.mark.parametrize("state", State)
def test_the_hand_signs_where_the_life_of_an_envelope_has_it(here: Portal, state: State) -> None:
    """200 from ready and code_sent; 409 that says why from everywhere else."""
    envelope_id = MADE[state](here)
    before = here.shown(envelope_id)

    answer = _drawn(here, envelope_id)

    if state in MOVES[Verb.SIGN_BY_HAND].sources:
        assert answer.status_code == 200
        assert here.shown(envelope_id)["state"] == "sealed"
        return
    code = {
        State.DRAFT: "not_ready",
        State.CONFIRMED: "already_confirmed",
        State.SEALED: "already_confirmed",
    }.get(state, "move_not_allowed")
    assert refused(answer, 409, code)["state"] == state.value
    assert here.shown(envelope_id) == before


def test_strokes_are_told_by_hash_witness_and_measure(here: Portal) -> None:
    """In the answer and in the envelope; the strokes themselves lie under their hash."""
    envelope_id = here.created()

    told = _drawn(here, envelope_id).get_json()

    hand = told["hand"]
    kept = Strokes.read(here.world.blobs.get(hand["drawn"]["strokes_sha256"]))
    assert kept == hands.strokes()
    assert (told["way"], told["state"]) == ("by_hand", "confirmed")
    assert hand["witness"] == {"name": "Бекова Дана", "employee_id": "E-7", "role": "техник"}
    assert (hand["drawn"]["strokes"], hand["drawn"]["points"]) == (3, 170)
    assert (hand["drawn"]["tool"], hand["drawn"]["lasted_ms"]) == ("pen", 2390)
    consent = here.shown(envelope_id)["consent"]
    assert (consent["hand"], consent["entered_by"]) == (hand, None)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(hands.scan(), "application/pdf"), (hands.photo(), "image/jpeg")],
    ids=["pdf", "photo"],
)
def test_a_scanned_paper_is_kept_as_it_came_and_as_pictures(
    here: Portal, content: bytes, kind: str
) -> None:
    """Both under their hash; what is sealed along is the pictures."""
    envelope_id = here.created()

    answer = _scanned(here, envelope_id, content)

    scan = answer.get_json()["hand"]["scanned"]
    assert here.world.blobs.get(scan["uploaded_sha256"]) == content
    assert here.world.blobs.get(scan["scan_sha256"]) != content
    assert scan["media_type"] == kind
    (attached,) = here.world.sealer.orders[-1].attachments
    assert attached.content == here.world.blobs.get(scan["scan_sha256"])


def test_the_journal_holds_hashes_and_names_nobody(here: Portal) -> None:
    """The witness as other employees are: by his number."""
    envelope_id = here.created()
    drawn = _drawn(here, envelope_id).get_json()["hand"]["drawn"]

    (entry,) = [e for e in here.world.journal(envelope_id) if e.event == "signed_by_hand"]
    assert entry.actor == "subscriber"
    assert (
        entry.details.items()
        >= {
            "witness": "E-7",
            "device": "tablet-3",
            "strokes": drawn["strokes_sha256"],
            "image": drawn["image_sha256"],
            "consent_language": "kk",
        }.items()
    )
    assert "Бекова" not in repr(here.world.journal(envelope_id))


def test_a_code_that_was_on_its_way_is_dead(anywhere: Portal) -> None:
    """It confirms nothing any more, and the evidence knows nothing of it."""
    envelope_id, code = anywhere.code_sent()
    anywhere.worker.away = True
    assert _drawn(anywhere, envelope_id).status_code == 200
    anywhere.world.clock.advance(timedelta(minutes=1))

    for answer in (anywhere.tried(envelope_id, code, "a-1"), anywhere.sent_again(envelope_id)):
        refused(answer, 409, "already_confirmed")
    anywhere.worker.away = False
    anywhere.world.sweep()
    stated = evidence.parse(anywhere.world.sealer.orders[-1].evidence)
    assert stated is not None
    assert (stated["challenge"], stated["consent"]["way"]) == (None, "by_hand")


def test_the_same_signature_again_gets_the_same_answer(anywhere: Portal) -> None:
    """With its key or without; another signature is the second one, and refused."""
    envelope_id = anywhere.created()
    first = _drawn(anywhere, envelope_id, once="once")
    anywhere.world.clock.advance(timedelta(minutes=1))

    assert _drawn(anywhere, envelope_id, once="once").get_data() == first.get_data()
    assert _drawn(anywhere, envelope_id).get_json() == first.get_json()
    other = hands.about()["witness"] | {"name": "Басқа Куәгер"}
    refused(_drawn(anywhere, envelope_id, witness=other), 409, "already_confirmed")
    assert anywhere.world.events(envelope_id).count("signed_by_hand") == 1


def test_a_repeated_upload_is_known_whatever_stands_between_its_parts(here: Portal) -> None:
    """A browser chooses another boundary at every try; another file under the key is refused."""
    envelope_id, content = here.created(), hands.scan(1)
    first = _scanned(here, envelope_id, content, once="once")

    assert _scanned(here, envelope_id, content, once="once").get_data() == first.get_data()
    other = _scanned(here, envelope_id, hands.photo(), once="once")
    refused(other, 422, "idempotency_key_reused")
    assert _scanned(here, envelope_id, content).get_json() == first.get_json()


def test_hand_and_code_at_once_sign_once(anywhere: Portal) -> None:
    """Whichever came second hears that it is confirmed already."""
    envelope_id, code = anywhere.code_sent()
    anywhere.worker.away = True

    answers = at_once(
        [
            lambda: _drawn(anywhere, envelope_id),
            lambda: anywhere.tried(envelope_id, code, "a-1"),
            lambda: _drawn(anywhere, envelope_id, tool="finger"),
        ]
    )

    told = [each for each in answers if isinstance(each, TestResponse)]
    assert sorted(each.status_code for each in told) == [200, 409, 409]
    events = anywhere.world.events(envelope_id)
    assert events.count("signed_by_hand") + events.count("confirmed") == 1
    anywhere.worker.away = False
    anywhere.world.sweep()
    assert anywhere.shown(envelope_id)["state"] == "sealed"
    assert len(anywhere.world.sealer.orders) == 1


class _Forms:
    """The catalogue, in which papers are signed by hand up to so many tenge, or not at all."""

    def __init__(self, ways: dict[WayOfSigning, Decimal | None]) -> None:
        self._ways = ways

    def get(self, code: str) -> Form:
        """The form."""
        return replace(FORMS.get(code), ways=self._ways)


@pytest.mark.parametrize(
    ("ways", "status"),
    [
        pytest.param({WayOfSigning.SMS_CODE: None}, 409, id="not at all"),
        pytest.param({WayOfSigning.BY_HAND: Decimal("11400.96")}, 200, id="an act of no sum"),
        pytest.param({WayOfSigning.BY_HAND: None}, 200, id="without limit"),
    ],
)
def test_the_form_says_whether_the_hand_may_sign(
    here: Portal, ways: dict[WayOfSigning, Decimal | None], status: int
) -> None:
    """409 with the way and the number of the paper."""
    forms: Any = _Forms(ways)
    one = here.changed(sign_by_hand=replace(here.docgen.sign_by_hand, forms=forms))
    envelope_id = one.created()

    answer = _drawn(one, envelope_id)

    assert answer.status_code == status
    if status == 409:
        assert refused(answer, 409, "way_not_allowed")["way"] == "by_hand"
        assert one.shown(envelope_id)["state"] == "ready"


def _points(*, x: object = 5, t: object = 5) -> list[list[dict[str, object]]]:
    made: list[list[dict[str, object]]] = hands.body()["strokes"]
    made[0][3] |= {"x": x, "t": t}
    return made


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        pytest.param({"strokes": []}, {"/strokes": "points_too_few"}, id="none"),
        pytest.param({"strokes": [[]] * 201}, {"/strokes": "points_too_many"}, id="many"),
        pytest.param({"strokes": "x"}, {"/strokes": "wrong_type"}, id="text"),
        pytest.param(
            {"strokes": _points(x=900, t=1035)}, {"/strokes/0/3": "point_outside"}, id="outside"
        ),
        pytest.param(
            {"strokes": _points(t=1015)}, {"/strokes/0/3": "times_not_rising"}, id="times"
        ),
        pytest.param({"strokes": _points(x="5")}, {"/strokes/0/3/x": "not_a_number"}, id="words"),
        pytest.param({"strokes": _points(x=True)}, {"/strokes/0/3/x": "not_a_number"}, id="yes"),
        pytest.param({"strokes": _points(t=-1)}, {"/strokes/0/3/t": "too_small"}, id="before"),
        pytest.param({"tool": "brush"}, {"/tool": "not_in_list"}, id="tool"),
        pytest.param(
            {"canvas": {"width": 10, "height": 9000}},
            {"/canvas/width": "too_small", "/canvas/height": "too_big"},
            id="canvas",
        ),
        pytest.param({"image": "@@"}, {"/image": "not_base64"}, id="no base64"),
        pytest.param({"image": "AAAA"}, {"/image": "picture_unreadable"}, id="no picture"),
        pytest.param(
            {"image": base64.b64encode(hands.image(300, 300)).decode()},
            {"/image": "picture_differs"},
            id="other shape",
        ),
        pytest.param({"witness": {"name": "Дана"}}, {"/witness/employee_id": "required"}, id="who"),
        pytest.param({"surprise": 1}, {"/surprise": "unknown_field"}, id="surprise"),
    ],
)
def test_what_is_no_signature_is_told_at_its_place(
    here: Portal, changes: dict[str, Any], finding: dict[str, str]
) -> None:
    """422 with the finding, and the envelope waits on."""
    envelope_id = here.created()

    assert found(_drawn(here, envelope_id, **changes)) == finding
    assert here.shown(envelope_id)["state"] == "ready"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"no paper", "scan_unknown_kind"), (b"%PDF-1.7 none", "scan_unreadable")],
)
def test_what_is_no_scan_is_told_at_the_file(here: Portal, content: bytes, code: str) -> None:
    """422 at `/file`, and the envelope waits on."""
    envelope_id = here.created()

    assert found(_scanned(here, envelope_id, content)) == {"/file": code}
    assert here.shown(envelope_id)["state"] == "ready"


def test_another_sentence_than_todays_is_refused(here: Portal) -> None:
    """Whoever showed an old one is told which version counts; `/v1/consents` has its words."""
    listed = here.program.get("/v1/consents").get_json()["consents"]
    (today,) = [c for c in listed if (c["way"], c["language"]) == ("by_hand", "ru")]
    envelope_id = here.created()
    shown = {name: today[name] for name in ("language", "version", "sha256")}

    old = _drawn(here, envelope_id, consent=shown | {"sha256": "0" * 64})
    good = _drawn(here, envelope_id, consent=shown)

    assert found(old) == {"/consent": "consent_differs"}
    assert good.status_code == 200
    assert here.world.envelope(envelope_id).consent is not None
    assert evidence.parse(here.world.sealer.orders[-1].evidence)["consent"]["text"] == today["text"]  # type: ignore[index]


def test_a_file_alone_or_of_another_kind_is_refused(here: Portal) -> None:
    """400 without the file, 422 without words about it, 415 with both kinds that are read."""
    path = f"{ENVELOPES}/{here.created()}/handwritten"
    form = "multipart/form-data"

    alone = here.program.ask("POST", path, data={"data": "{}"}, content_type=form)
    silent = here.program.ask(
        "POST", path, data={"file": (io.BytesIO(b"x"), "x")}, content_type=form
    )
    other = here.program.send(path, b"x", media_type="application/pdf")

    refused(alone, 400, "file_missing")
    assert found(silent) == {"/data": "required"}
    told = refused(other, 415, "media_type_unsupported")
    assert told["accepted"] == ["application/json", form]


def test_the_time_to_sign_is_over_for_the_hand_too(here: Portal) -> None:
    """Swept or not."""
    envelope_id = here.created()
    here.world.clock.advance(timedelta(hours=72))

    told = refused(_drawn(here, envelope_id), 409, "move_not_allowed")

    assert told["state"] == "expired"
