"""People of the staff: in, out, and the tablet out of their hands and back."""

import re
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Self

from pydantic import Field, StringConstraints
from werkzeug.http import dump_cookie

from api.route import OPEN, Answer, Call, JsonBody, Reply, Route
from api.v1.bodies import Id
from api.v1.shapes import Both, Shape
from docgen.domain.errors import (
    EnvelopeNotFound,
    LimitReached,
    NotAuthenticated,
    NotFound,
    ProviderUnavailable,
    SignInRefused,
    Unavailable,
    ValuesRejected,
)
from docgen.domain.staff import Role, Session, StaffMember, guard_of
from docgen.forms.fields import Block
from docgen.usecases.enter_by_provider import EnterByProvider

_FIELD = "/field/"
"""Where people who have signed in by a provider begin, unless they came from another page."""
_PLACE = r"^(/field/|/office/[a-z]*)(#/[A-Za-z0-9/_-]*)?$"
"""A place in a page of the staff: no address that begins so leads anywhere else."""
_WAY = "openid"
_WAY_SECONDS = 600

Secret = Annotated[str, Field(min_length=1, max_length=200)]


class SignInBody(Block):
    """Who somebody says he is."""

    login: Secret
    password: Secret


class HandOverBody(Block):
    """For which envelope the tablet goes to the subscriber, and by what it comes back."""

    envelope_id: Annotated[Id, Field(examples=["01KB7M3Q8V5T2XN4C6D9F0G1HJ"])]
    pin: Secret | None = None
    """Four to twelve digits, for this shift; his password opens it, too."""


class TakeBackBody(Block):
    """What opens the tablet again."""

    secret: Secret


class PasswordBody(Block):
    """The password that he has, and the one that he wants."""

    old: Secret
    new: Secret
    """At least twelve characters."""


class SignOutQuery(Block):
    """Of this device, or of all."""

    everywhere: bool = False


class WayOutQuery(Block):
    """Where somebody wants to be once he is signed in."""

    to: Annotated[str, StringConstraints(max_length=200, pattern=_PLACE)] = _FIELD
    """A page of the staff, and the place in it: `/office/packs#/packs/court`."""


class ProviderQuery(Block):
    """What a provider sends people back with."""

    code: Secret | None = None
    state: Secret | None = None
    error: str | None = None
    error_description: str | None = None
    error_uri: str | None = None
    session_state: str | None = None
    iss: str | None = None


class WaysShape(Shape):
    """How people may sign in here."""

    password: bool
    openid: bool


class PersonShape(Shape):
    """Who is signed in; what papers print of him."""

    login: str
    full_name: str
    employee_id: str
    position: Both
    contacts: str
    roles: tuple[Role, ...]
    region: str | None

    @classmethod
    def of(cls, member: StaffMember) -> Self:
        """The shape of an account."""
        return cls(
            login=member.login,
            full_name=member.full_name,
            employee_id=member.employee_id,
            position=Both(kk=member.position.kk, ru=member.position.ru),
            contacts=member.contacts,
            roles=tuple(sorted(member.roles)),
            region=member.region,
        )


class SessionShape(Shape):
    """A shift on one device."""

    person: PersonShape
    ends_at: datetime
    page_token: str
    """Shown as `X-Page-Token` by whatever changes anything."""
    signing: str | None
    """The envelope for which the tablet is in the subscriber's hands."""
    has_pin: bool
    has_password: bool

    @classmethod
    def of(cls, member: StaffMember, session: Session, guard: str) -> Self:
        """The shape of a session."""
        return cls(
            person=PersonShape.of(member),
            ends_at=session.ends_at,
            page_token=guard,
            signing=session.signing,
            has_pin=session.pin_hash is not None,
            has_password=member.password_hash is not None,
        )


class OutShape(Shape):
    """That nobody is signed in here any more."""

    signed_in: bool = False


def show_ways(call: Call) -> Reply:
    """What the sign-in page offers."""
    return Reply(body=WaysShape(password=True, openid=call.docgen.staff.enter is not None))


def sign_in(call: Call) -> Reply:
    """In by a password; a session begun in this browser before ends."""
    body, desk = call.body_as(SignInBody), call.docgen.staff
    entered = desk.sign_in(body.login, body.password, address=call.address)
    shape = SessionShape.of(entered.member, entered.session, guard_of(entered.token))
    return Reply(body=shape, status=HTTPStatus.CREATED, cookies=(_cookie(call, entered.token),))


def show_session(call: Call) -> Reply:
    """Who is signed in here, and what his page must show."""
    who = call.person
    return Reply(body=SessionShape.of(who.member, who.session, who.guard))


def sign_out(call: Call) -> Reply:
    """Out of this device, or of every one."""
    everywhere = call.query_as(SignOutQuery).everywhere
    call.docgen.staff.sign_out(call.person, everywhere=everywhere)
    return Reply(body=OutShape(), cookies=(_cookie(call, ""),))


def hand_over(call: Call) -> Reply:
    """Into the subscriber's hands: from now on the session reaches that envelope alone."""
    body, who = call.body_as(HandOverBody), call.person
    session = call.docgen.staff.hand_over(who, body.envelope_id, pin=body.pin)
    return Reply(body=SessionShape.of(who.member, session, who.guard))


def take_back(call: Call) -> Reply:
    """Back into the employee's hands, by his PIN or password."""
    who = call.person
    session = call.docgen.staff.take_back(who, call.body_as(TakeBackBody).secret)
    return Reply(body=SessionShape.of(who.member, session, who.guard))


def change_password(call: Call) -> Reply:
    """Another password of his own; he stays signed in here, and nowhere else."""
    body, who = call.body_as(PasswordBody), call.person
    member = call.docgen.staff.change_password(
        who, old=body.old, new=body.new, address=call.address
    )
    return Reply(body=SessionShape.of(member, who.session, who.guard))


def go_to_provider(call: Call) -> Reply:
    """Out to the operator's identity provider; raises NotFound where there is none."""
    sent = _entering(call).begin()
    keeping = dump_cookie(
        _way(call),
        # Secrets have no slash, and every place begins with one.
        f"{sent.browser}{call.query_as(WayOutQuery).to}",
        max_age=_WAY_SECONDS,
        path="/",
        secure=call.docgen.staff.secure,
        httponly=True,
        # He comes back from another site, and must be known as he was.
        samesite="Lax",
    )
    return Reply(body=b"", status=302, headers={"Location": sent.address}, cookies=(keeping,))


def come_back(call: Call) -> Reply:
    """Back from the provider, where he came from: in, or to be told that he is not."""
    query, entering = call.query_as(ProviderQuery), _entering(call)
    gone = dump_cookie(_way(call), "", max_age=0, path="/", secure=call.docgen.staff.secure)
    browser, place = _begun(call)
    try:
        if query.code is None or query.state is None:
            raise SignInRefused
        entered = entering.finish(code=query.code, state=query.state, browser=browser)
    except (NotAuthenticated, ProviderUnavailable) as refused:
        there = f"{place.partition('#')[0]}#refused={refused.code}"
        return Reply(body=b"", status=302, headers={"Location": there}, cookies=(gone,))
    cookies = (gone, _cookie(call, entered.token))
    return Reply(body=b"", status=302, headers={"Location": place}, cookies=cookies)


def _begun(call: Call) -> tuple[str, str]:
    """The secret this browser went out with, and the place it wants to be at."""
    secret, slash, rest = call.cookies.get(_way(call), "").partition("/")
    place = slash + rest
    return secret, place if re.fullmatch(_PLACE, place) else _FIELD


def _entering(call: Call) -> EnterByProvider:
    entering = call.docgen.staff.enter
    if entering is None:
        raise NotFound
    return entering


def _way(call: Call) -> str:
    return f"{call.docgen.staff.cookie}-{_WAY}"


def _cookie(call: Call, token: str) -> str:
    """For this host only, for no script, and from no other site; an empty token takes it away."""
    desk = call.docgen.staff
    return dump_cookie(
        desk.cookie,
        token,
        max_age=None if token else 0,
        path="/",
        secure=desk.secure,
        httponly=True,
        # Lax, since the first page after a provider's is one that another site has asked for.
        samesite="Lax",
    )


_SHOWN = Answer(says="The session as it is now", model=SessionShape)

ROUTES = (
    Route(
        method="GET",
        path="/v1/session/ways",
        view=show_ways,
        summary="Show how people may sign in",
        tag="staff",
        scope=OPEN,
        answer=Answer(says="The ways", model=WaysShape),
    ),
    Route(
        method="POST",
        path="/v1/session",
        view=sign_in,
        summary="Sign in by a password; the session is kept in a cookie",
        tag="staff",
        scope=OPEN,
        of_our_page=True,
        body=JsonBody(model=SignInBody),
        answer=Answer(status=201, says="The session", model=SessionShape),
        refusals=(SignInRefused, LimitReached, Unavailable),
    ),
    Route(
        method="GET",
        path="/v1/session",
        view=show_session,
        summary="Show who is signed in",
        tag="staff",
        scope=OPEN,
        for_staff=True,
        for_signer=True,
        answer=_SHOWN,
    ),
    Route(
        method="DELETE",
        path="/v1/session",
        view=sign_out,
        summary="Sign out, here or everywhere",
        tag="staff",
        scope=OPEN,
        for_staff=True,
        query=SignOutQuery,
        answer=Answer(says="Signed out", model=OutShape),
    ),
    Route(
        method="POST",
        path="/v1/session/hand-over",
        view=hand_over,
        summary="Hand the tablet over to the subscriber, for one envelope",
        tag="staff",
        scope=OPEN,
        for_staff=True,
        for_signer=True,
        body=JsonBody(model=HandOverBody),
        answer=_SHOWN,
        refusals=(EnvelopeNotFound, ValuesRejected),
    ),
    Route(
        method="POST",
        path="/v1/session/take-back",
        view=take_back,
        summary="Take the tablet back, by PIN or password",
        tag="staff",
        scope=OPEN,
        for_staff=True,
        for_signer=True,
        body=JsonBody(model=TakeBackBody),
        answer=_SHOWN,
        refusals=(SignInRefused,),
    ),
    Route(
        method="POST",
        path="/v1/session/password",
        view=change_password,
        summary="Change one's own password; sessions on other devices end",
        tag="staff",
        scope=OPEN,
        for_staff=True,
        body=JsonBody(model=PasswordBody),
        answer=_SHOWN,
        refusals=(SignInRefused, LimitReached, ValuesRejected),
    ),
    Route(
        method="GET",
        path="/v1/session/openid",
        view=go_to_provider,
        summary="Go to the identity provider to sign in",
        tag="staff",
        scope=OPEN,
        query=WayOutQuery,
        answer=Answer(status=302, says="Where to go", headers={"Location": "At the provider"}),
        refusals=(NotFound, ProviderUnavailable),
    ),
    Route(
        method="GET",
        path="/v1/session/openid/callback",
        view=come_back,
        summary="Come back from the identity provider",
        tag="staff",
        scope=OPEN,
        query=ProviderQuery,
        answer=Answer(
            status=302, says="Where to go", headers={"Location": "The page he came from"}
        ),
        refusals=(NotFound,),
    ),
)
