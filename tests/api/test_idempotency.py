"""`Idempotency-Key`: the same key and body get the same answer, and have one effect."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from docgen.domain.errors import SmsRefused
from docgen.usecases.rotate_key import RotateKey
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, Program, sample, spoilt
from tests.api.watch import found, refused

_REPLAYED = "Idempotent-Replayed"


def _count(program: Program) -> int:
    return len(program.get(ENVELOPES).get_json()["envelopes"])


def test_making_and_sending_want_a_key(here: Portal) -> None:
    """400 `idempotency_key_required`: asked twice, they would do it twice."""
    code = f"{ENVELOPES}/{here.created()}/code"

    for path, body in ((ENVELOPES, sample()), (code, {})):
        refused(here.program.post(path, body, once=None), 400, "idempotency_key_required")
    assert (_count(here.program), here.world.sms.sent) == (1, [])


@pytest.mark.parametrize("verb", ["confirmation", "decline", "void"])
def test_elsewhere_a_key_is_optional(here: Portal, verb: str) -> None:
    """The other verbs are safe to repeat by themselves; with a key they replay all the same."""
    envelope_id, code = here.code_sent()
    attempt = {"code": code, "attempt_id": "a-1"}
    body: dict[str, Any] = attempt if verb == "confirmation" else {"reason": "Қате"}
    path = f"{ENVELOPES}/{envelope_id}/{verb}"

    first = here.program.post(path, body, once="k-1")
    again = here.program.post(path, body, once="k-1")

    assert first.status_code == 200
    assert _REPLAYED not in first.headers
    assert (again.get_data(), again.headers[_REPLAYED]) == (first.get_data(), "true")
    if verb != "confirmation":
        refused(here.program.post(path, body, once=None), 409, "move_not_allowed")


def test_the_same_request_makes_one_envelope(anywhere: Portal) -> None:
    """The answer comes again byte for byte, with its status and `Location`; nothing is made."""
    first = anywhere.program.post(ENVELOPES, sample(), once="k-1")
    anywhere.world.clock.advance(timedelta(hours=1))

    again = anywhere.program.post(ENVELOPES, sample(), once="k-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_data() == again.get_data()
    assert first.headers["Location"] == again.headers["Location"]
    assert (first.content_type, again.content_type) == ("application/json",) * 2
    assert (_REPLAYED in first.headers, again.headers[_REPLAYED]) == (False, "true")
    assert _count(anywhere.program) == 1


def test_the_same_request_sends_one_message(anywhere: Portal) -> None:
    """A code asked for again under its key, in the cool-down and after it, is the same code."""
    path = f"{ENVELOPES}/{anywhere.created()}/code"
    first = anywhere.program.post(path, {}, once="k-1")

    for _ in range(2):
        again = anywhere.program.post(path, {}, once="k-1")
        assert (again.status_code, again.get_data()) == (202, first.get_data())
        anywhere.world.clock.advance(timedelta(minutes=2))

    assert len(anywhere.world.sms.sent) == 1


def test_the_same_key_for_another_body_is_refused(anywhere: Portal) -> None:
    """422 `idempotency_key_reused`, and neither the first answer nor a second envelope."""
    anywhere.program.post(ENVELOPES, sample(), once="k-1")

    other = spoilt("reference", "account_number", value="ACC-2")

    refused(anywhere.program.post(ENVELOPES, other, once="k-1"), 422, "idempotency_key_reused")
    assert _count(anywhere.program) == 1


def test_the_same_key_for_another_path_is_refused(here: Portal) -> None:
    """A key is of one request: the same body to another envelope is another request."""
    one, other = here.created(), here.created()
    here.program.post(f"{ENVELOPES}/{one}/code", {}, once="k-1")

    for path, body in ((f"{other}/code", {}), (f"{one}/void", {"reason": "Қате"})):
        answer = here.program.post(f"{ENVELOPES}/{path}", body, once="k-1")
        refused(answer, 422, "idempotency_key_reused")
    assert len(here.world.sms.sent) == 1


def test_a_rejected_body_gives_its_key_back(anywhere: Portal) -> None:
    """After 422 for its values, a corrected body may come under the same key."""
    spoiled = spoilt("subscriber", "surname", value="")
    assert found(anywhere.program.post(ENVELOPES, spoiled, once="k-1"))

    assert anywhere.program.post(ENVELOPES, sample(), once="k-1").status_code == 201


def test_a_refused_move_gives_its_key_back(here: Portal) -> None:
    """After 409 and 429 the same request under the same key is tried anew."""
    here.worker.away = True
    envelope_id = here.created()
    path = f"{ENVELOPES}/{envelope_id}/code"
    refused(here.program.post(path, {}, once="k-1"), 409, "not_ready")
    here.world.sweep()
    assert here.program.post(path, {}, once="k-1").status_code == 202
    refused(here.program.post(path, {}, once="k-2"), 429, "limit_reached")
    here.world.clock.advance(timedelta(minutes=1))

    assert here.program.post(path, {}, once="k-2").status_code == 202
    assert len(here.world.sms.sent) == 2


def test_a_wrong_code_is_counted_once(anywhere: Portal) -> None:
    """Repeated under its key, the same refusal is replayed and no attempt is lost."""
    envelope_id, _ = anywhere.code_sent()
    path, attempt = f"{ENVELOPES}/{envelope_id}/confirmation", {"code": "999999"}

    answers = [
        anywhere.program.post(path, attempt | {"attempt_id": "a-1"}, once="k-1") for _ in range(3)
    ]

    assert {refused(each, 422, "code_wrong")["attempts_left"] for each in answers} == {4}
    assert [each.headers.get(_REPLAYED) for each in answers] == [None, "true", "true"]
    assert len({each.get_data() for each in answers}) == 1
    later = anywhere.program.post(path, attempt | {"attempt_id": "a-2"}, once="k-2")
    assert refused(later, 422, "code_wrong")["attempts_left"] == 3


def test_a_replayed_refusal_names_the_request_that_was_refused(here: Portal) -> None:
    """Its body is of the first request; the header is of the one that was answered now."""
    envelope_id, _ = here.code_sent()
    path = f"{ENVELOPES}/{envelope_id}/confirmation"
    attempt = {"code": "999999", "attempt_id": "a-1"}

    first = here.program.post(path, attempt, once="k-1")
    again = here.program.post(path, attempt, once="k-1")

    assert again.get_json()["request_id"] == first.headers["X-Request-Id"]
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]


def test_a_message_that_failed_is_sent_by_the_retry(anywhere: Portal) -> None:
    """503 frees the key: the retry sends one message, without a cool-down."""
    path = f"{ENVELOPES}/{anywhere.created()}/code"
    anywhere.world.sms.failing = SmsRefused("down")
    refused(anywhere.program.post(path, {}, once="k-1"), 503, "sms_unavailable")
    anywhere.world.sms.failing = None

    answers = [anywhere.program.post(path, {}, once="k-1") for _ in range(2)]

    assert [each.status_code for each in answers] == [202, 202]
    assert len(anywhere.world.sms.sent) == 1


def test_keys_of_two_clients_never_meet(anywhere: Portal) -> None:
    """The same key of another client makes its own envelope, also where the names run together."""
    pairs = [
        {"owner": "operator", "client": "portal"},
        {"owner": "operator", "client": "tablet"},
        {"owner": "other", "client": "portal"},
        {"owner": "a", "client": "b/c"},
        {"owner": "a/b", "client": "c"},
    ]
    answers = [anywhere.issued(**each).post(ENVELOPES, sample(), once="k-1") for each in pairs]

    assert [each.status_code for each in answers] == [201] * len(pairs)
    assert len({each.get_json()["id"] for each in answers}) == len(pairs)


def test_the_successor_of_a_key_gets_the_kept_answer(anywhere: Portal) -> None:
    """A client whose key is rotated between a request and its repetition makes nothing twice."""
    first = anywhere.program.post(ENVELOPES, sample(), once="k-1")
    over, old = anywhere.world, anywhere.program.kept
    assert old is not None
    rotate = RotateKey(register=over.register, clock=over.clock, chance=over.chance)
    made = rotate(old.id, overlap=timedelta(days=7), by="system")
    successor = replace(anywhere.program, key=made.secret, kept=made.kept)

    again = successor.post(ENVELOPES, sample(), once="k-1")

    assert (again.status_code, again.get_data()) == (201, first.get_data())
    assert _count(successor) == 1


def test_a_key_of_another_region_gets_no_kept_answer(here: Portal) -> None:
    """What it asks for is of its own region, and so another request."""
    here.program.post(ENVELOPES, sample(), once="k-1")

    answer = here.issued(region="almaty").post(ENVELOPES, sample(), once="k-1")

    refused(answer, 422, "idempotency_key_reused")


def test_a_key_is_forgotten_in_time(here: Portal) -> None:
    """Three days later it may be used for something new."""
    first = here.program.post(ENVELOPES, sample(), once="k-1").get_json()["id"]
    here.world.clock.advance(timedelta(hours=72, seconds=1))
    here.world.sweep()

    assert here.program.post(ENVELOPES, sample(), once="k-1").get_json()["id"] != first


def test_quotes_around_a_key_are_not_part_of_it(here: Portal) -> None:
    """The draft standard writes them, most callers do not; both mean the same key."""
    first = here.program.post(ENVELOPES, sample(), once='"k-1"')

    again = here.program.post(ENVELOPES, sample(), once="k-1")

    assert again.get_data() == first.get_data()


@pytest.mark.parametrize(
    "key",
    [
        "",
        '""',
        'k"1',
        "k" * 256,
        "two words",
        "tab\there",
        "кілт".encode().decode("latin-1"),
        "\x7f",
    ],
    ids=["empty", "quotes only", "quote inside", "long", "space", "tab", "kazakh", "control"],
)
def test_a_malformed_key_is_refused(here: Portal, key: str) -> None:
    """400 `idempotency_key_malformed`, also where a key is optional: a lost one would do harm."""
    envelope = f"{ENVELOPES}/{here.created()}"

    for path in (ENVELOPES, f"{envelope}/code", f"{envelope}/void"):
        answer = here.program.post(path, sample(), once=key)

        refused(answer, 400, "idempotency_key_malformed")


def test_the_longest_key_is_a_key(here: Portal) -> None:
    """255 visible ASCII characters will do."""
    assert here.program.post(ENVELOPES, sample(), once="~" * 255).status_code == 201


def test_reading_takes_no_notice_of_keys(here: Portal) -> None:
    """A GET is answered anew each time."""
    headers = {"Idempotency-Key": "not a key"}
    before = here.program.get(ENVELOPES, headers).get_json()
    here.created()

    assert here.program.get(ENVELOPES, headers).get_json() != before
