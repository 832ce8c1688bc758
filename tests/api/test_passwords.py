"""A person of the staff changes his own password."""

from typing import Any

import pytest

from tests.api.people import POLICY, REGION, Browser, browser, hired
from tests.api.portal import Portal
from tests.api.program import sample
from tests.api.watch import found, refused

SESSION = "/v1/session"
_NEW = "шебер-техник-2026"


def _in(here: Portal, login: str, password: str) -> Browser:
    page = browser(here.program)
    assert page.sign_in(login, password).status_code == 201
    return page


def _changed(page: Browser, old: str, new: str = _NEW) -> Any:
    return page.post(f"{SESSION}/password", {"old": old, "new": new})


def test_the_old_password_is_gone_and_other_sessions_with_it(anywhere: Portal) -> None:
    """He stays where he is; whoever else was in by the old one is out."""
    login, password = hired(anywhere.world)
    here, elsewhere = (_in(anywhere, login, password) for _ in range(2))

    answer = _changed(here, password)

    assert (answer.status_code, answer.get_json()["person"]["login"]) == (200, login.lower())
    assert here.get(SESSION).status_code == 200
    refused(elsewhere.get(SESSION), 401, "unauthenticated")
    refused(browser(anywhere.program).sign_in(login, password), 401, "sign_in_refused")
    assert browser(anywhere.program).sign_in(login, _NEW).status_code == 201


def test_the_journal_tells_of_it_and_of_no_password(here: Portal) -> None:
    """Who changed it, and who failed to; the account's row is vouched for anew."""
    login, password = hired(here.world)
    page = _in(here, login, password)
    refused(_changed(page, "guessed"), 401, "sign_in_refused")

    _changed(page, password)

    with here.world.register.view() as unit:
        entries = unit.journal.of(unit.staff.by_login(login.lower()).id)
    assert [entry.event for entry in entries] == [
        "staff_added", "signed_in", "sign_in_refused", "password_changed",
    ]  # fmt: skip
    assert entries[-1].details["row.staff"] != entries[0].details["row.staff"]
    assert not any(secret in repr(entries) for secret in (_NEW, password, "guessed"))


def test_guessing_the_old_one_is_ended_for_a_while(anywhere: Portal) -> None:
    """Counted together with signing in: a tablet that lies about tells nobody the password."""
    login, password = hired(anywhere.world)
    page = _in(anywhere, login, password)
    for _ in range(POLICY.tries):
        refused(_changed(page, "guessed"), 401, "sign_in_refused")

    refused(_changed(page, password), 429, "limit_reached")
    refused(browser(anywhere.program).sign_in(login, password), 429, "limit_reached")
    anywhere.world.clock.advance(POLICY.window)
    assert _changed(page, password).status_code == 200


@pytest.mark.parametrize(
    ("new", "code"),
    [("short", "too_short"), ("aaaaaaaaaaaa", "password_easy"), ("{login}-1", "password_easy")],
)
def test_what_somebody_would_try_first_is_refused(here: Portal, new: str, code: str) -> None:
    """Said at the field, and the old one still counts."""
    login, password = hired(here.world, login="t.seitkali.2026")
    page = _in(here, login, password)

    answer = _changed(page, password, new.format(login=login))

    assert found(answer)["/new"] == code
    assert found(_changed(page, password, password)) == {"/new": "password_easy"}
    assert browser(here.program).sign_in(login, password).status_code == 201


def test_a_tablet_in_other_hands_changes_none(here: Portal) -> None:
    """Nor does one that nobody has signed in on, nor a program's key."""
    login, password = hired(here.world)
    page = _in(here, login, password)
    body = sample()
    body["reference"] |= {"region": REGION}
    asked = {"envelope_id": here.created(body)}
    assert page.post(f"{SESSION}/hand-over", asked).status_code == 200

    refused(_changed(page, password), 403, "handed_over")
    assert _changed(browser(here.program), password).status_code == 401
    assert here.program.post(f"{SESSION}/password", {"old": "a", "new": _NEW}).status_code == 401
