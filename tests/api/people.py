"""People of the staff before the application, each in a browser of his own."""

from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.test import TestResponse

from docgen.bootstrap.staff import StaffDesk
from docgen.domain.staff import Role, SignInPolicy
from docgen.usecases.change_password import ChangePassword
from docgen.usecases.hand_over import HandOver, TakeBack
from docgen.usecases.hire import Hire, StaffRequest
from docgen.usecases.limit_tries import LimitTries
from docgen.usecases.resume_session import ResumeSession
from docgen.usecases.sign_in import OpenSession, SignIn
from docgen.usecases.sign_out import SignOut
from tests.api.program import Program
from tests.fakes import QuickPasswords
from tests.usecases.world import World

KEY = b"k" * 32
PASSWORDS = QuickPasswords()
POLICY = SignInPolicy()
HERE = "http://localhost"
REGION = "ALA"


def staff_desk(over: World) -> StaffDesk:
    """The desk of an installation with fast passwords and no provider."""
    register, clock = over.register, over.clock
    limit = LimitTries(register=register, clock=clock, policy=POLICY, key=KEY)
    opening = OpenSession(clock=clock, chance=over.chance, policy=POLICY)
    return StaffDesk(
        sign_in=SignIn(
            register=register, passwords=PASSWORDS, clock=clock, open_session=opening,
            limit_tries=limit,
        ),
        enter=None,
        resume=ResumeSession(register=register, clock=clock, key=KEY),
        sign_out=SignOut(register=register, clock=clock),
        hand_over=HandOver(register=register, passwords=PASSWORDS, clock=clock),
        take_back=TakeBack(register=register, passwords=PASSWORDS, clock=clock, policy=POLICY),
        change_password=ChangePassword(
            register=register, passwords=PASSWORDS, clock=clock, limit_tries=limit
        ),
        cookie="__Host-qoltanba",
        secure=True,
    )  # fmt: skip


def hired(over: World, role: Role = Role.TECHNICIAN, **changes: Any) -> tuple[str, str]:
    """The login and the password of a new account."""
    hire = Hire(register=over.register, passwords=PASSWORDS, clock=over.clock, chance=over.chance)
    request = StaffRequest(
        login=over.chance.identifier(),
        full_name="Сейтқали Ержан Маратұлы",
        roles=frozenset({role}),
        owner="operator",
        region=REGION,
    )
    made = hire(replace(request, **changes), by="system")
    return made.member.login, made.password


@dataclass
class Browser:
    """A browser: it keeps cookies, and says which page has sent it."""

    program: Program
    origin: str | None = HERE
    cookies: dict[str, str] = field(default_factory=dict)
    guard: str | None = None

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        """Any request, as a page of ours makes it."""
        headers = dict(more.pop("headers", {}))
        if self.origin is not None:
            headers.setdefault("Origin", self.origin)
        if self.guard is not None:
            headers.setdefault("X-Page-Token", self.guard)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        answer = self.program.ask(method, path, headers=headers, **more)
        for line in answer.headers.getlist("Set-Cookie"):
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0]
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
        return answer

    def get(self, path: str) -> TestResponse:
        """GET."""
        return self.ask("GET", path)

    def post(self, path: str, body: object, *, once: str | None = None) -> TestResponse:
        """POST a body as JSON."""
        headers = {} if once is None else {"Idempotency-Key": once}
        return self.ask("POST", path, json=body, headers=headers)

    def sign_in(self, login: str, password: str) -> TestResponse:
        """In; what a page keeps of the answer is kept."""
        answer = self.post("/v1/session", {"login": login, "password": password})
        if answer.status_code == 201:
            self.guard = answer.get_json()["page_token"]
        return answer


def browser(program: Program) -> Browser:
    """A new one, in which nobody is signed in."""
    return Browser(replace(program, key=None, kept=None))


def signed_in(program: Program, over: World, role: Role, **changes: Any) -> Browser:
    """A browser in which a new person of that role is signed in."""
    page = browser(program)
    assert page.sign_in(*hired(over, role, **changes)).status_code == 201
    return page
