"""The demo's phone: every message that a subscriber would have got, codes included."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from api.route import OPEN, Answer, Call, Reply, Route
from api.v1.shapes import Shape
from api.web.page import Site, page_route, sent, spoken
from docgen.domain.subscriber import Phone
from docgen.forms.fields import Block
from docgen.texts.dates import moment

Messages = Callable[[], Sequence[Mapping[str, Any]]]
"""What landed in the demo's inbox, the oldest first."""

_SHOWN = 50
_CODE = re.compile(r"\b\d{6}\b")


class MessageShape(Shape):
    """A message; `reference` is the id of the challenge it was sent for."""

    id: str
    at: datetime
    to: str
    text: str
    reference: str

    @property
    def local_time(self) -> str:
        """When it was sent, as people in Kazakhstan read it."""
        return moment(self.at)

    @property
    def parts(self) -> tuple[str, str, str]:
        """The text before the code, the code, the text after it."""
        found = _CODE.search(self.text)
        if found is None:
            return self.text, "", ""
        return self.text[: found.start()], found.group(), self.text[found.end() :]


class MessagesShape(Shape):
    """Messages, the newest first."""

    messages: tuple[MessageShape, ...]


class MessagesQuery(Block):
    """How many of the newest; by default all."""

    limit: Annotated[int, Field(ge=1, le=1000)] | None = None


def inbox_routes(messages: Messages | None) -> tuple[Route, ...]:
    """The route for programs; without messages there is none."""
    if messages is None:
        return ()

    def list_messages(call: Call) -> Reply:
        return Reply(body=_newest(messages, call.query_as(MessagesQuery).limit))

    return (
        Route(
            method="GET",
            path="/v1/inbox",
            view=list_messages,
            summary="Read the messages of the demo's phone, the newest first",
            tag="demo",
            scope=OPEN,
            query=MessagesQuery,
            answer=Answer(says="The messages", model=MessagesShape),
        ),
    )


def inbox_page(site: Site, messages: Messages) -> Route:
    """The route of the page."""

    def view(call: Call) -> Reply:
        newest = _newest(messages, _SHOWN).messages
        language = spoken(call)
        page = site.page("inbox", language, messages=newest, is_full=len(newest) == _SHOWN)
        return sent(page, language, scripted=True)

    return page_route("/inbox", view, says="The demo's phone")


def _newest(messages: Messages, limit: int | None) -> MessagesShape:
    listed = tuple(reversed(messages()))[:limit]
    return MessagesShape(messages=tuple(_shape(each) for each in listed))


def _shape(message: Mapping[str, Any]) -> MessageShape:
    return MessageShape.model_validate({**message, "to": Phone(message["to"]).masked()})
