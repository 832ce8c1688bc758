"""The table of answers: what becomes of a wrong value, a wrong code, a wrong moment."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from docgen.domain.challenge import (
    Binding,
    ChallengePolicy,
    CodeHistory,
    Issued,
    Resent,
    SpendOutcome,
)
from docgen.domain.errors import SmsRefused
from docgen.domain.language import Language
from docgen.ports_of_codes import CodeStore
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, sample, spoilt
from tests.api.watch import found, refused
from tests.usecases.world import TECHNICIAN, World

_WRONG = "999999"


def test_wrong_and_missing_values_are_pointed_at(here: Portal) -> None:
    """422, with a pointer and a code for each finding, in all parts of the body at once."""
    body = spoilt("subscriber", "iin", value="850515401238")
    del body["reference"]["order_number"]
    body["documents"][0]["values"]["works"][1]["quantity"] = "-1"

    answer = here.program.post(ENVELOPES, body)

    assert found(answer) == {
        "/subscriber/iin": "id_number_invalid",
        "/reference/order_number": "required",
        "/documents/0/values/works/1/quantity": "not_above",
    }


@pytest.mark.parametrize(
    ("speaks", "message"),
    [
        pytest.param("kk", "ЖСН қате: 12 цифр болуы керек, соңғысы — бақылау цифры", id="kazakh"),
        pytest.param(
            "ru", "Неверный ИИН: нужны 12 цифр, последняя из них контрольная", id="russian"
        ),
    ],
)
def test_a_finding_speaks_the_callers_language(here: Portal, speaks: str, message: str) -> None:
    """The message beside a pointer is in Kazakh or in Russian."""
    body = spoilt("subscriber", "iin", value="850515401238")

    answer = replace(here.program, speaks=speaks).post(ENVELOPES, body)

    assert [each["message"] for each in answer.get_json()["errors"]] == [message]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(("subscriber", "iin"), "+77475550187", id="phone for iin"),
        pytest.param(("subscriber", "phone"), "850515401239", id="iin for phone"),
        pytest.param(("subscriber", "birth_date"), "850515401239", id="iin for date"),
        pytest.param(("subscriber", "850515401239"), "iin", id="iin for name"),
        pytest.param(("subscriber", "8 747 555-01-87"), "phone", id="phone for name"),
        pytest.param(("subscriber", "8.7.4.7.5.5.5.0.1.8.7"), "phone", id="dotted phone for name"),
        pytest.param(("documents", 0, "form"), "850515401239", id="iin for form"),
        pytest.param(("documents", 0, "languages"), ["850515401239"], id="iin for language"),
        pytest.param(
            ("documents", 0, "values", "works", 0, "quantity"), "87475550187", id="number"
        ),
    ],
)
def test_no_finding_repeats_whose_it_is(
    here: Portal, path: tuple[str | int, ...], value: object
) -> None:
    """An IIN or a phone in the wrong place is told by that place, never by what it is."""
    assert found(here.program.post(ENVELOPES, spoilt(*path, value=value)))


def test_a_name_of_any_length_is_not_repeated(here: Portal) -> None:
    """Nor does a problem grow with what was sent."""
    answer = here.program.post(ENVELOPES, spoilt("subscriber", "x" * 5000, value=1))

    assert found(answer) == {"/subscriber/…": "unknown_field"}


def test_a_code_for_a_draft_is_too_early(here: Portal) -> None:
    """409 `not_ready`, with the time after which to ask again."""
    here.worker.away = True
    envelope_id = here.created()

    for path in ("code", "confirmation"):
        body: dict[str, Any] = {} if path == "code" else {"code": _WRONG, "attempt_id": "a"}
        answer = here.program.post(f"{ENVELOPES}/{envelope_id}/{path}", body)

        told = refused(answer, 409, "not_ready")
        assert (told["state"], told["retryable"]) == ("draft", True)
        assert answer.headers["Retry-After"] == "1"


def test_a_wrong_code_is_counted(anywhere: Portal) -> None:
    """422 `code_wrong`, with one attempt less each time, down to none."""
    envelope_id, _ = anywhere.code_sent()

    left = [
        refused(anywhere.tried(envelope_id, _WRONG, f"a-{n}"), 422, "code_wrong")["attempts_left"]
        for n in range(5)
    ]

    assert left == [4, 3, 2, 1, 0]
    shown = anywhere.program.get(f"{ENVELOPES}/{envelope_id}").get_json()
    assert shown["challenge"]["attempts_left"] == 0


def test_an_exhausted_code_is_gone(here: Portal) -> None:
    """410 after the last attempt, even for the right code."""
    envelope_id, code = here.code_sent()
    for n in range(5):
        here.tried(envelope_id, _WRONG, f"a-{n}")

    told = refused(here.tried(envelope_id, code, "a-right"), 410, "code_gone")

    assert (told["reason"], told["retryable"]) == ("exhausted", False)


def test_an_expired_code_is_gone(here: Portal) -> None:
    """410 once its life is over."""
    envelope_id, code = here.code_sent()
    here.world.clock.advance(ChallengePolicy().life)

    told = refused(here.tried(envelope_id, code, "a-1"), 410, "code_gone")

    assert told["reason"] == "expired"


@dataclass
class _Overtaken:
    """A store in which, just before the code is spent, another one is sent."""

    codes: CodeStore
    world: World
    envelope_id: str

    def spend(self, binding: Binding, code: str, **more: Any) -> SpendOutcome:
        """Too late."""
        self.world.clock.advance(timedelta(minutes=2))
        self.world.send(self.envelope_id, language=Language.KK, asked_by=TECHNICIAN)
        return self.codes.spend(binding, code, **more)

    def issue(
        self,
        binding: Binding,
        code: str,
        *,
        policy: ChallengePolicy,
        now: datetime,
        is_first: bool = False,
    ) -> Issued:
        """As it is."""
        return self.codes.issue(binding, code, policy=policy, now=now, is_first=is_first)

    def resend(self, binding: Binding, *, policy: ChallengePolicy, now: datetime) -> Resent:
        """As it is."""
        return self.codes.resend(binding, policy=policy, now=now)

    def remind(self, binding: Binding, history: CodeHistory) -> None:
        """As it is."""
        self.codes.remind(binding, history)

    def withdraw(self, binding: Binding) -> None:
        """As it is."""
        self.codes.withdraw(binding)

    def ping(self) -> None:
        """As it is."""
        self.codes.ping()


def test_a_replaced_code_is_gone(here: Portal) -> None:
    """410 where a newer code was sent while this one was on its way to us."""
    envelope_id, code = here.code_sent()
    codes = _Overtaken(here.world.codes, here.world, envelope_id)
    spend = replace(here.docgen.confirm_by_code.spend, codes=codes)
    overtaken = here.changed(confirm_by_code=replace(here.docgen.confirm_by_code, spend=spend))

    told = refused(overtaken.tried(envelope_id, code, "a-1"), 410, "code_gone")

    assert told["reason"] == "replaced"


def test_the_older_of_two_codes_does_not_confirm(here: Portal) -> None:
    """Once a newer one is sent, the older is a wrong one."""
    envelope_id, older = here.code_sent()
    here.world.clock.advance(timedelta(minutes=2))
    assert here.sent_again(envelope_id).status_code == 202

    assert older != here.world.chance.given[-1]
    refused(here.tried(envelope_id, older, "a-1"), 422, "code_wrong")


def test_a_code_that_was_never_delivered_is_gone(here: Portal) -> None:
    """410 where the gateway refused the message."""
    envelope_id = here.created()
    here.world.sms.failing = SmsRefused("down")
    refused(here.sent_again(envelope_id), 503, "sms_unavailable")

    told = refused(here.tried(envelope_id, _WRONG, "a-1"), 410, "code_gone")

    assert told["reason"] == "withdrawn"


def test_a_second_confirmation_changes_nothing(here: Portal) -> None:
    """409 `already_confirmed` for another attempt, whatever its code."""
    envelope_id, code = here.code_sent()
    here.tried(envelope_id, code, "a-1")
    before = here.world.events(envelope_id)

    told = refused(here.tried(envelope_id, code, "a-2"), 409, "already_confirmed")

    assert told["state"] == "sealed"
    assert here.world.events(envelope_id) == before


def test_the_same_attempt_gets_the_same_answer(anywhere: Portal) -> None:
    """A repeated `attempt_id`, also without an idempotency key and after the seal, is confirmed."""
    envelope_id, code = anywhere.code_sent()
    anywhere.worker.away = True
    path, body = f"{ENVELOPES}/{envelope_id}/confirmation", {"code": code, "attempt_id": "a-1"}
    first = anywhere.program.post(path, body, once=None)
    anywhere.world.clock.advance(timedelta(minutes=10))
    anywhere.world.sweep()

    again = anywhere.program.post(path, body, once=None)

    assert first.status_code == again.status_code == 200
    assert first.get_data() == again.get_data()
    assert anywhere.world.events(envelope_id).count("confirmed") == 1


def test_a_move_the_state_does_not_have_is_refused(here: Portal) -> None:
    """409 `move_not_allowed`, with the state that does not allow it."""
    envelope_id = here.created()
    here.program.post(f"{ENVELOPES}/{envelope_id}/void", {"reason": "Қате тапсырыс"})

    told = refused(here.sent_again(envelope_id), 409, "move_not_allowed")

    assert (told["state"], told["retryable"]) == ("void", False)


def test_an_overdue_envelope_takes_no_code(here: Portal) -> None:
    """409 once the time to sign is over, swept or not."""
    envelope_id = here.created()
    here.world.clock.advance(timedelta(hours=72))

    told = refused(here.sent_again(envelope_id), 409, "move_not_allowed")

    assert told["state"] == "expired"


def test_the_next_code_has_to_wait(here: Portal) -> None:
    """429 in the cool-down, with the seconds that are left of it."""
    envelope_id, _ = here.code_sent()
    here.world.clock.advance(timedelta(seconds=20))

    answer = here.sent_again(envelope_id)

    told = refused(answer, 429, "limit_reached")
    assert (told["limit"], told["retryable"], told["retry_after"]) == ("cool_down", True, 40)
    here.world.clock.advance(timedelta(seconds=int(answer.headers["Retry-After"])))
    assert here.sent_again(envelope_id).status_code == 202


def test_too_many_wrong_codes_stop_new_ones(here: Portal) -> None:
    """429 of the same shape where a phone has had ten wrong codes for the same documents."""
    envelope_id, _ = here.code_sent()
    for n in range(5):
        here.tried(envelope_id, _WRONG, f"a-{n}")
    here.world.clock.advance(timedelta(minutes=2))
    assert here.sent_again(envelope_id).status_code == 202
    for n in range(5):
        here.tried(envelope_id, _WRONG, f"b-{n}")
    here.world.clock.advance(timedelta(minutes=5))

    told = refused(here.sent_again(envelope_id), 429, "limit_reached")

    assert told["limit"] == "failures"
    assert told["retry_after"] > 0


@pytest.mark.parametrize(
    "path",
    [
        f"{ENVELOPES}/{'0' * 26}",
        f"{ENVELOPES}/short",
        f"{ENVELOPES}/{'0' * 26}/journal",
        f"{ENVELOPES}/%00",
        f"{ENVELOPES}/850515401239",
        f"{ENVELOPES}/+77475550187/documents/1/pdf",
    ],
    ids=["unknown", "short", "journal", "nul", "iin", "phone"],
)
def test_an_unknown_envelope_is_not_found(here: Portal, path: str) -> None:
    """404 `envelope_not_found`, whatever stands for its id."""
    refused(here.program.get(path), 404, "envelope_not_found")


def test_the_sample_itself_is_accepted(here: Portal) -> None:
    """What the other tests spoil is sound."""
    assert here.program.post(ENVELOPES, sample()).status_code == 201
