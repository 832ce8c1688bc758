"""What a route says of itself: enough to guard it, to read its input and to describe it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

from pydantic import BaseModel

from api.problems import Problem
from docgen.bootstrap.service import Docgen
from docgen.domain.caller import Caller, Scope
from docgen.domain.errors import DocgenError, NotAuthenticated
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.usecases.admit_signer import Signer
from docgen.usecases.resume_session import Resumed
from docgen.usecases.show_envelope import Shown

M = TypeVar("M", bound=BaseModel)

MEGABYTE = 1024 * 1024
OPEN = None
"""The scope of a route that needs no key: said aloud, never by leaving it out."""


class Repeat(Enum):
    """Whether a request carries an `Idempotency-Key`."""

    NEVER = "never"
    MAY = "may"
    MUST = "must"


class OfSession(Enum):
    """How far the holder of a session of signing has come."""

    OPENED = "opened"
    """He has opened his ticket: he may prove himself, and see nothing personal."""
    PROVED = "proved"
    """He has shown that he knows the subscriber, where his ticket wants that."""


@dataclass(frozen=True, kw_only=True)
class JsonBody:
    """A JSON object."""

    model: type[BaseModel]
    limit: int = MEGABYTE
    described: Callable[[Catalogue], type[BaseModel]] | None = None
    """A fuller model to describe it by, where the core itself reads parts of the body."""

    optional: bool = False
    """Whether no body at all stands for an empty object."""

    media_type = "application/json"


@dataclass(frozen=True, kw_only=True)
class FormBody:
    """Fields of a form, as others' services post them; what the model lacks is passed over."""

    model: type[BaseModel]
    limit: int = 16 * 1024
    media_type = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class FileBody:
    """One uploaded file, in the part `file` of a form."""

    limit: int = 20 * MEGABYTE
    media_type = "multipart/form-data"


@dataclass(frozen=True, kw_only=True)
class FiledBody:
    """An uploaded file in the part `file` of a form, and a JSON object about it in `data`.

    The route takes the object alone too, where `alone` says how it is then: as a JSON body.
    """

    model: type[BaseModel]
    alone: JsonBody
    limit: int = 20 * MEGABYTE
    """Bytes of the whole body."""
    several: bool = False
    """Whether the part may come more than once."""
    media_type = "multipart/form-data"


@dataclass(frozen=True, kw_only=True)
class Uploaded:
    """A file as it was brought; name and media type are its bringer's words."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What comes back when all goes well."""

    status: int = 200
    says: str = "Done"
    model: type[BaseModel] | None = None
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers beyond the usual, with what they say."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer as a view makes it."""

    body: BaseModel | bytes
    status: int = 200
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    """As `Set-Cookie` writes them; no answer that is kept and given again has any."""
    kept: BaseModel | None = None
    """What is kept instead of a body with a secret, and what the route's `again` makes it of."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that was let in, its input read."""

    docgen: Docgen
    language: Language
    """In which the answer speaks to people."""
    path: Mapping[str, str]
    given_caller: Caller | None = None
    given_signer: Signer | None = None
    shown: Shown | None = None
    body: BaseModel | None = None
    file: bytes = b""
    files: tuple[Uploaded, ...] = ()
    """All of them, where the body may have several."""
    query: BaseModel | None = None
    wanted: tuple[str, ...] = ()
    """Language tags that the caller's browser asks for, the dearest first."""
    etags: frozenset[str] = frozenset()
    """Entity tags of what the caller holds already."""
    resource_id: str | None = None
    """The id for what this request makes, the same however often it is repeated."""
    address: str = ""
    """Of whoever calls, as far as our own proxies are believed."""
    cookies: Mapping[str, str] = field(default_factory=dict)
    session: Resumed | None = None
    """Where a person of the staff calls."""
    resumed: bool = False
    """Whether somebody began this very request before us and did not get to its answer."""
    kept: bytes = b""
    """What was kept of its answer, where `Route.again` is to make it once more."""

    @property
    def caller(self) -> Caller:
        """Who calls; raises NotAuthenticated on a route that is open."""
        if self.given_caller is None:
            raise NotAuthenticated
        return self.given_caller

    @property
    def signer(self) -> Signer:
        """Who signs in this browser; raises NotAuthenticated on a route of programs."""
        if self.given_signer is None:
            raise NotAuthenticated
        return self.given_signer

    @property
    def person(self) -> Resumed:
        """Who of the staff calls; raises NotAuthenticated where a program does."""
        if self.session is None:
            raise NotAuthenticated
        return self.session

    @property
    def envelope(self) -> Shown:
        """The envelope of the path, or of the session, which the caller may see."""
        if self.shown is None:
            raise LookupError("this route has no envelope")
        return self.shown

    def body_as(self, model: type[M]) -> M:
        """The body, which the walk has read by the route's model."""
        return _as(self.body, model)

    def query_as(self, model: type[M]) -> M:
        """The query, which the walk has read by the route's model."""
        return _as(self.query, model)


def _as(value: Any, model: type[M]) -> M:
    if not isinstance(value, model):
        raise TypeError(f"the route declares no {model.__name__}")
    return value


View = Callable[[Call], Reply]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method of one path."""

    method: str
    path: str
    """As OpenAPI writes it: `/v1/envelopes/{envelope_id}`."""
    view: View
    summary: str
    tag: str
    scope: Scope | None
    answer: Answer
    signing: OfSession | None = None
    """Where set, no key lets anybody in but a session of signing, to its own envelope."""
    body: JsonBody | FormBody | FileBody | FiledBody | None = None
    query: type[BaseModel] | None = None
    repeat: Repeat = Repeat.NEVER
    again: View | None = None
    """Where set, a repetition is answered by it, out of what `Reply.kept` has left."""
    counted: bool = False
    """Whether a call counts against the visits of its address, before its body is read."""
    refusal: Callable[[Problem, Call], Reply] | None = None
    """How a browser is told of a refusal; a program always gets the problem itself."""
    undone_by_fault: bool = False
    """Whether a fault leaves nothing that a repetition should find: it then begins anew."""
    for_staff: bool = False
    """Whether a person who is signed in may call it, whatever his role, and nobody else."""
    of_our_page: bool = False
    """Whether a browser may be sent here by no other page, though nobody is signed in yet."""
    for_signer: bool = False
    """Whether it is open too while the tablet is in the subscriber's hands."""
    refusals: tuple[type[DocgenError], ...] = ()
    """What it refuses beyond what every route of its kind does."""

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return self.path.replace("{", "<").replace("}", ">")

    @property
    def of_an_envelope(self) -> bool:
        """Whether the path names an envelope."""
        return "{envelope_id}" in self.path
