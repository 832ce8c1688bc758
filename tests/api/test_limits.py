"""Limits as a program meets them: one shape, with a wait, in both languages."""

from dataclasses import replace
from datetime import timedelta

import pytest

from docgen.domain.sending_limits import Allowance, ConversionPolicy, SendingPolicy
from tests.api.portal import Portal
from tests.api.program import sample
from tests.api.watch import refused

MINUTE = timedelta(minutes=1)


def _limited(here: Portal, **changes: object) -> Portal:
    here.world.sending = replace(SendingPolicy(), **changes)  # type: ignore[arg-type]
    return here.changed(send_code=here.world.send, confirm_by_code=here.world.confirm)


@pytest.mark.parametrize(
    ("limit", "changes", "title"),
    [
        (
            "phone",
            {"per_phone": (Allowance(most=1, window=MINUTE),)},
            "На этот номер коды отправляются слишком часто",
        ),
        (
            "client",
            {"per_client": (Allowance(most=1, window=MINUTE),)},
            "Эта программа отправляет коды слишком часто",
        ),
        ("budget", {"daily_budget_tiyn": 2_000}, "Дневной бюджет на SMS исчерпан"),
    ],
)
def test_a_limit_is_told_by_its_name_with_a_wait(
    here: Portal, limit: str, changes: dict[str, object], title: str
) -> None:
    """429, `Retry-After`, and words of its own; the envelope stands as it was."""
    limited = _limited(here, **changes)
    limited.code_sent()
    envelope_id = limited.created()

    answer = limited.sent_again(envelope_id)

    body = refused(answer, 429, "limit_reached")
    assert (body["limit"], body["title"], body["retryable"]) == (limit, title, True)
    assert answer.headers["Retry-After"] == str(body["retry_after"])
    assert body["retry_after"] >= 1
    assert here.shown(envelope_id)["state"] == "ready"


def test_after_the_wait_the_same_request_gets_through(here: Portal) -> None:
    """What `Retry-After` says is true."""
    limited = _limited(here, per_phone=(Allowance(most=1, window=MINUTE),))
    limited.code_sent()
    envelope_id = limited.created()
    wait = int(limited.sent_again(envelope_id).headers["Retry-After"])

    here.world.clock.advance(timedelta(seconds=wait))

    assert limited.sent_again(envelope_id).status_code == 202


def test_a_phone_outside_the_networks_is_no_matter_of_waiting(here: Portal) -> None:
    """409 with the network, which names nobody."""
    limited = _limited(here, networks=frozenset({"777"}))
    network = str(sample()["subscriber"]["phone"])[2:5]

    body = refused(limited.sent_again(limited.created()), 409, "network_not_allowed")

    assert (body["network"], body["retryable"]) == (network, False)


def test_an_answer_that_is_told_again_counts_as_no_sending(here: Portal) -> None:
    """The same idempotency key, as often as a program likes."""
    limited = _limited(here, per_phone=(Allowance(most=2, window=MINUTE),))
    envelope_id = limited.created()
    path = f"/v1/envelopes/{envelope_id}/code"
    for _ in range(6):
        assert limited.program.post(path, {}, once="the-same").status_code == 202

    assert len(here.world.sms.sent) == 1
    assert limited.sent_again(limited.created()).status_code == 202


def test_conversion_stops_a_program_that_pumps(here: Portal) -> None:
    """No code is typed in; the refusal says that sending is stopped for now."""
    limited = _limited(here, conversion=ConversionPolicy(least=2))
    for _ in range(2):
        limited.code_sent()
    here.world.clock.advance(3 * MINUTE)

    body = refused(limited.sent_again(limited.created()), 429, "limit_reached")

    assert body["limit"] == "conversion"
    assert body["retry_after"] == 12 * 60
