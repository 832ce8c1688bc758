"""People of the staff: who is let in, what a browser must show, and what each role reaches."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.route import JsonBody
from api.v1 import ROUTES
from docgen.domain.staff import SCOPES, Role
from docgen.usecases.hire import LockStaff, ResetStaff
from tests.api.people import PASSWORDS, POLICY, REGION, Browser, browser, hired, signed_in
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, sample
from tests.api.test_keys import WIDER, address_of
from tests.api.watch import refused

SESSION = "/v1/session"
_FORMS = "/v1/forms"
_SCOPED = {f"{each.method} {each.path}": each for each in ROUTES if each.scope is not None}


def _ours() -> dict[str, object]:
    body = sample()
    body["reference"] |= {"region": REGION}
    return body


def _technician(here: Portal) -> Browser:
    return signed_in(here.program, here.world, Role.TECHNICIAN)


def test_a_password_lets_in_for_a_shift(anywhere: Portal) -> None:
    """In, known again by the cookie, and out when the shift is over."""
    page = browser(anywhere.program)
    login, password = hired(anywhere.world)

    assert page.sign_in(f" {login.upper()} ", password).status_code == 201

    shown = page.get(SESSION).get_json()
    assert (shown["person"]["login"], shown["person"]["region"]) == (login.lower(), REGION)
    assert page.get(_FORMS).status_code == 200
    anywhere.world.clock.advance(POLICY.shift)
    refused(page.get(_FORMS), 401, "unauthenticated")


def test_the_cookie_is_for_this_host_and_no_script(here: Portal) -> None:
    """`__Host-`, Secure, HttpOnly, SameSite, and nothing of it in the register."""
    login, password = hired(here.world)
    answer = browser(here.program).sign_in(login, password)
    cookie = answer.headers["Set-Cookie"]

    assert cookie.startswith("__Host-qoltanba=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    token = cookie.split(";")[0].partition("=")[2]
    with here.world.register.view() as unit:
        member = unit.staff.by_login(login.lower())
        entries = unit.journal.of(member.id)
    assert [entry.event for entry in entries] == ["staff_added", "signed_in"]
    assert token not in repr(entries) + answer.get_data(as_text=True)


def test_why_nobody_is_let_in_is_not_told(here: Portal) -> None:
    """Unknown, wrong and locked sound alike, and cost the same work."""
    login, password = hired(here.world)
    locked, its_password = hired(here.world)
    LockStaff(register=here.world.register, clock=here.world.clock)(locked, by="system")
    told, before = [], PASSWORDS.compared

    for name, secret in (("nobody", password), (login, "x"), (locked, its_password)):
        body = refused(browser(here.program).sign_in(name, secret), 401, "sign_in_refused")
        told.append({each: body[each] for each in ("title", "detail", "code")})

    assert all(each == told[0] for each in told)
    assert PASSWORDS.compared == before + 3


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "unknown"])
def test_guessing_is_ended_for_a_while(anywhere: Portal, *, is_known: bool) -> None:
    """After so many tries even the right password waits, alike for logins that nobody has."""
    login, password = hired(anywhere.world) if is_known else ("nobody", "x")
    for _ in range(POLICY.tries):
        refused(browser(anywhere.program).sign_in(login, "wrong"), 401, "sign_in_refused")

    answer = browser(anywhere.program).sign_in(login, password)

    body = refused(answer, 429, "limit_reached")
    assert (body["limit"], body["retry_after"]) == ("sign_in", 15 * 60)
    anywhere.world.clock.advance(timedelta(minutes=15))
    assert browser(anywhere.program).sign_in(login, password).status_code == (
        201 if is_known else 401
    )


def test_who_is_right_is_counted_anew(here: Portal) -> None:
    """Wrong passwords of a whole shift do not add up."""
    login, password = hired(here.world)
    for _ in range(3):
        for _ in range(POLICY.tries - 1):
            browser(here.program).sign_in(login, "wrong")
        assert browser(here.program).sign_in(login, password).status_code == 201


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None], ids=str)
def test_another_page_cannot_act_in_the_name_of_who_is_signed_in(
    here: Portal, origin: str | None
) -> None:
    """Nor sign him in as somebody else; reading alone, which it gets no answer of, is let be."""
    page = _technician(here)

    page.origin = origin

    refused(page.post(ENVELOPES, _ours(), once="k"), 403, "not_from_this_page")
    refused(page.ask("DELETE", SESSION), 403, "not_from_this_page")
    refused(page.sign_in(*hired(here.world)), 403, "not_from_this_page")
    assert page.get(_FORMS).status_code == 200


def test_a_page_must_show_what_only_it_can_read(here: Portal) -> None:
    """The cookie and the right origin alone change nothing."""
    page = _technician(here)

    for guard in (None, "", "0" * 64, "қ"):
        page.guard = guard and guard.encode().decode("latin-1")
        refused(page.post(ENVELOPES, _ours(), once="k"), 403, "not_from_this_page")


def test_a_cookie_beside_a_bad_key_lets_nobody_in(here: Portal) -> None:
    """A key decides alone."""
    page = _technician(here)

    answer = page.ask("GET", _FORMS, headers={"Authorization": "Bearer qk_1_2"})

    refused(answer, 401, "unauthenticated")


def test_signing_out_ends_one_session_or_all(anywhere: Portal) -> None:
    """Here: this cookie; everywhere: every device of his, and nobody else's."""
    login, password = hired(anywhere.world)
    first, second = browser(anywhere.program), browser(anywhere.program)
    other = _technician(anywhere)
    for page in (first, second):
        page.sign_in(login, password)
    stolen = dict(first.cookies)

    assert first.ask("DELETE", SESSION).status_code == 200
    assert first.cookies == {}
    refused(replace(first, cookies=stolen).get(_FORMS), 401, "unauthenticated")
    assert second.get(_FORMS).status_code == 200
    third = browser(anywhere.program)
    third.sign_in(login, password)
    assert third.ask("DELETE", f"{SESSION}?everywhere=true").status_code == 200

    refused(second.get(_FORMS), 401, "unauthenticated")
    assert other.get(_FORMS).status_code == 200


def test_a_lock_and_a_new_password_end_every_session(here: Portal) -> None:
    """Whoever had got in is out at once; only the new password lets in."""
    over = here.world
    login, password = hired(over)
    page = browser(here.program)
    page.sign_in(login, password)
    reset = ResetStaff(
        register=over.register, passwords=PASSWORDS, clock=over.clock, chance=over.chance
    )

    LockStaff(register=over.register, clock=over.clock)(login, by="system")
    refused(page.get(_FORMS), 401, "unauthenticated")
    new = reset(login, by="system").password

    refused(page.sign_in(login, password), 401, "sign_in_refused")
    assert page.sign_in(login, new).status_code == 201


@pytest.mark.parametrize("role", Role)
def test_a_role_reaches_what_its_scopes_say_and_no_more(here: Portal, role: Role) -> None:
    """Every role before every route: let in, or 403 that names the scope."""
    page = signed_in(here.program, here.world, role)
    let_in = set()

    for name, route in _SCOPED.items():
        json: dict[str, str] | None = {} if isinstance(route.body, JsonBody) else None
        headers = {"Idempotency-Key": name.replace(" ", "-")}
        answer = page.ask(route.method, address_of(route), json=json, headers=headers)

        if answer.status_code == 403:
            assert refused(answer, 403, "scope_missing")["scope"] == route.scope
        else:
            assert answer.status_code not in {401, 500}
            let_in.add(name)

    assert let_in == {
        name
        for name, route in _SCOPED.items()
        if route.scope is not None and {route.scope, *WIDER.get(route.scope, ())} & SCOPES[role]
    }


def test_a_technician_sees_his_region_only(here: Portal) -> None:
    """Another region's envelope does not exist for him, by its id, in lists, or to be made."""
    almaty = _technician(here)
    astana = signed_in(here.program, here.world, Role.TECHNICIAN, region="AST")

    made = almaty.post(ENVELOPES, _ours(), once="k")

    envelope = made.get_json()
    assert made.status_code == 201
    assert almaty.get(f"{ENVELOPES}/{envelope['id']}").status_code == 200
    pdf = envelope["documents"][0]["links"]["pdf"]
    for path in (f"{ENVELOPES}/{envelope['id']}", pdf, f"{ENVELOPES}/{envelope['id']}/journal"):
        assert astana.get(path).status_code in {403, 404}
    assert astana.get(ENVELOPES).get_json()["envelopes"] == []
    assert astana.post(ENVELOPES, _ours(), once="k").status_code == 422


def test_an_unsent_request_is_known_again_after_a_new_sign_in(here: Portal) -> None:
    """The same key from another session of his is the same request; from another's it is not."""
    login, password = hired(here.world)
    page = browser(here.program)
    page.sign_in(login, password)
    first = page.post(ENVELOPES, _ours(), once="k").get_json()["id"]

    page.sign_in(login, password)

    assert page.post(ENVELOPES, _ours(), once="k").get_json()["id"] == first
    assert _technician(here).post(ENVELOPES, _ours(), once="k").get_json()["id"] != first


def _handed_over(page: Browser, **more: str) -> str:
    envelope_id = str(page.post(ENVELOPES, _ours(), once="k").get_json()["id"])
    body = {"envelope_id": envelope_id} | more
    assert page.post(f"{SESSION}/hand-over", body).status_code == 200
    return envelope_id


def test_a_tablet_handed_over_reaches_one_envelope(here: Portal) -> None:
    """Whatever its page does: the envelope to sign, and nothing else, not even signing out."""
    page = _technician(here)
    other = page.post(ENVELOPES, _ours(), once="other").get_json()["id"]

    envelope_id = _handed_over(page)

    for path in (ENVELOPES, _FORMS, f"{ENVELOPES}/{other}", "/v1/webhooks"):
        refused(page.get(path), 403, "handed_over")
    refused(page.ask("DELETE", SESSION), 403, "handed_over")
    void = page.post(f"{ENVELOPES}/{envelope_id}/void", {"reason": "-"})
    refused(void, 403, "handed_over")
    assert page.get(f"{ENVELOPES}/{envelope_id}").status_code == 200
    assert page.get(SESSION).get_json()["signing"] == envelope_id
    again = page.post(f"{SESSION}/hand-over", {"envelope_id": other, "pin": "1234"}).get_json()
    assert (again["signing"], again["has_pin"]) == (envelope_id, False)


def test_a_pin_or_the_password_takes_the_tablet_back(here: Portal) -> None:
    """Both open it, neither a wrong one nor the subscriber."""
    login, password = hired(here.world)
    page = browser(here.program)
    page.sign_in(login, password)
    for secret in ("4711", password):
        _handed_over(page, pin="4711")
        refused(page.post(f"{SESSION}/take-back", {"secret": "0000"}), 401, "sign_in_refused")
        assert page.post(f"{SESSION}/take-back", {"secret": secret}).status_code == 200
        assert page.get(_FORMS).status_code == 200


def test_guessing_the_pin_ends_the_session(anywhere: Portal) -> None:
    """Then the tablet is nobody's, and the technician signs in again."""
    page = _technician(anywhere)
    _handed_over(page, pin="4711")
    for _ in range(POLICY.wrong_pins):
        refused(page.post(f"{SESSION}/take-back", {"secret": "0000"}), 401, "sign_in_refused")

    refused(page.post(f"{SESSION}/take-back", {"secret": "4711"}), 401, "unauthenticated")

    refused(page.get(SESSION), 401, "unauthenticated")


def test_who_typed_the_code_is_who_held_the_tablet(here: Portal) -> None:
    """Handed over, the subscriber; else the employee whom he told it: neither can be pretended."""
    page = _technician(here)
    envelope_id = _handed_over(page)
    code = f"{ENVELOPES}/{envelope_id}/code"
    assert page.post(code, {"employee_id": "E-SOMEBODY"}, once="c").status_code == 202
    typed = {"code": here.world.chance.given[-1], "attempt_id": "a-1"}
    place = f"{ENVELOPES}/{envelope_id}/confirmation"

    for wrong in ({}, {"entered_by": "employee"}, {"entered_by": "subscriber"}):
        assert page.post(place, typed | wrong).status_code == 422
    right = page.post(place, typed | {"entered_by": "subscriber_on_tablet"})

    told = right.get_json()
    assert (right.status_code, told["entered_by"]) == (200, "subscriber_on_tablet")
    assert told["employee_id"] == page.get(SESSION).get_json()["person"]["employee_id"]


def test_a_program_is_no_person(here: Portal) -> None:
    """A key, whatever it may do, has no session."""
    refused(here.program.get(SESSION), 401, "unauthenticated")


def test_without_a_provider_there_is_no_way_to_one(here: Portal) -> None:
    """404, and the sign-in page does not offer it."""
    page = browser(here.program)

    assert page.get("/v1/session/ways").get_json() == {"password": True, "openid": False}
    refused(page.get("/v1/session/openid"), 404, "not_found")
