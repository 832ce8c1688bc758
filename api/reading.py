"""Reading bodies and queries: bounded, of the right media type, told as findings."""

import io
import json
import time
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import IO, Any, NoReturn
from urllib.parse import parse_qsl

from flask import Request
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, RequestTimeout
from werkzeug.utils import cached_property

from api import refusals
from api.route import FileBody, FiledBody, FormBody, JsonBody, Uploaded
from docgen.domain.errors import FieldError, ValuesRejected
from docgen.forms.findings import findings

_DRAINED = 64 * 1024
_MOST_FIELDS = 100


class PrivateRequest(Request):
    """A request whose uploaded file stays in memory: strangers' papers are not left on a disk."""

    def _get_file_stream(self, *_told: Any, **_more: Any) -> IO[bytes]:
        return io.BytesIO()

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """Programs bring none, and then there is nothing to be read."""
        return super().cookies if "Cookie" in self.headers else ImmutableMultiDict()

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body, which raises RequestTimeout or BadRequest where the rest does not come."""
        announced = self.content_length or 0
        self.environ["wsgi.input"] = _Coming(self.environ["wsgi.input"], announced)
        return super().stream


class _Coming:
    """Bytes on their way: those who do not send them are no faults of ours.

    Fewer than were announced are no body: who was cut off may have meant something else.
    """

    def __init__(self, stream: IO[bytes], announced: int) -> None:
        self._stream, self._missing = stream, announced

    def read(self, size: int = -1, /) -> bytes:
        """As of any stream."""
        try:
            content = self._stream.read(size)
        except BlockingIOError:
            raise RequestTimeout from None
        except OSError:
            raise BadRequest from None
        self._missing -= len(content)
        is_end = size < 0 or not content
        if is_end and self._missing > 0:
            raise BadRequest
        return content


_DRAINING_SECONDS = 10
_MOST_DRAINED = 32 * 1024 * 1024


def read_json(request: Request, body: JsonBody) -> BaseModel:
    """The body by its model; raises Refusal or ValuesRejected."""
    if body.optional and not request.content_length and "Transfer-Encoding" not in request.headers:
        return read_model({}, body.model)
    return read_model(_parsed(_bytes(request, body)), body.model)


def read_form(request: Request, body: FormBody) -> BaseModel:
    """The fields of the body's model; raises Refusal, BadRequest or ValuesRejected.

    The others may come twice, or in letters of some other encoding.
    """
    try:
        pairs = parse_qsl(
            _bytes(request, body).decode("latin-1"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=_MOST_FIELDS,
        )
        fields = body.model.model_fields
        known = _once_each([(name, value) for name, value in pairs if name in fields])
    except ValueError:
        raise BadRequest from None
    return read_model(known, body.model)


def read_file(request: Request, body: FileBody) -> Uploaded:
    """The uploaded file; raises Refusal."""
    _require(request, body)
    try:
        uploaded = request.files.get("file")
        file = None if uploaded is None else _uploaded(uploaded)
    except RequestEntityTooLarge:
        drain(request)
        raise refusals.too_large(body.limit) from None
    if file is None:
        raise refusals.file_missing()
    return file


def read_filed(request: Request, body: FiledBody) -> tuple[BaseModel, tuple[Uploaded, ...]]:
    """The object and its file, or all where several may come; an object alone has none.

    Raises Refusal or ValuesRejected.
    """
    if request.mimetype == body.alone.media_type:
        return read_json(request, body.alone), ()
    _require(request, body, also=body.alone.media_type)
    try:
        files, told = request.files.getlist("file"), request.form.get("data")
        uploaded = tuple(_uploaded(each) for each in (files if body.several else files[:1]))
    except RequestEntityTooLarge:
        drain(request)
        raise refusals.too_large(body.limit) from None
    if not uploaded:
        raise refusals.file_missing()
    if told is None:
        raise ValuesRejected((FieldError("/data", "required"),))
    try:
        about = _parsed(told.encode())
    except refusals.Refusal:
        raise ValuesRejected((FieldError("/data", "invalid"),)) from None
    return read_model(about, body.model), uploaded


def _uploaded(file: FileStorage) -> Uploaded:
    return Uploaded(name=file.filename or "", media_type=file.mimetype, content=file.read())


def read_query(request: Request, model: type[BaseModel]) -> BaseModel:
    """The query by its model; raises ValuesRejected, also for a name that comes twice."""
    repeated = [name for name in request.args if len(request.args.getlist(name)) > 1]
    if repeated:
        raise ValuesRejected(tuple(FieldError(f"/{name}", "invalid") for name in repeated))
    return read_model(request.args.to_dict(), model)


def read_model(given: object, model: type[BaseModel]) -> BaseModel:
    """What was given by its model; raises ValuesRejected with every finding."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise ValuesRejected(findings(error.errors(include_input=False))) from None


def drain(request: Request) -> None:
    """Read on for a while: who is cut off in the middle of sending never reads the answer."""
    stream, end = request.environ["wsgi.input"], time.monotonic() + _DRAINING_SECONDS
    # Whoever stops sending is refused by what was wrong before.
    with suppress(OSError, HTTPException):
        for _ in range(0, _MOST_DRAINED, _DRAINED):
            if time.monotonic() > end or not stream.read(_DRAINED):
                return


def _bytes(request: Request, body: JsonBody | FormBody) -> bytes:
    _require(request, body)
    # Werkzeug ends a body without a length at the limit, as if there were no more of it; of one
    # with a length, which is within the limit, it reads so much in one go.
    request.max_content_length = body.limit + 1 if request.content_length is None else None
    content = request.get_data(cache=True)
    if len(content) > body.limit:
        drain(request)
        raise refusals.too_large(body.limit)
    return content


def _require(
    request: Request, body: JsonBody | FormBody | FileBody | FiledBody, *, also: str | None = None
) -> None:
    request.max_content_length = body.limit
    if request.content_length is not None and request.content_length > body.limit:
        drain(request)
        raise refusals.too_large(body.limit)
    if request.mimetype != body.media_type:
        wanted = (body.media_type,) if also is None else (also, body.media_type)
        raise refusals.media_type(wanted=wanted)


def _parsed(content: bytes) -> object:
    try:
        return _JSON.decode(content.decode("utf-8-sig"))
    except (ValueError, RecursionError, InvalidOperation):
        raise refusals.malformed_json() from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that names a thing once: of two values, one would be signed unseen."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def _never(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_JSON = json.JSONDecoder(object_pairs_hook=_once_each, parse_constant=_never, parse_float=Decimal)
