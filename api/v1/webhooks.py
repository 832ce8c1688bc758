"""Webhooks: who is told what happened, and what each was told."""

import base64
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from api.route import Answer, Call, JsonBody, Repeat, Reply, Route
from api.v1.shapes import Shape
from docgen.domain.caller import Scope
from docgen.domain.errors import (
    FieldError,
    LimitReached,
    NotFound,
    ValuesRejected,
    WebhookNotFound,
)
from docgen.domain.webhook import Delivery, DeliveryState, Topic, Try, Webhook, WebhookState
from docgen.forms.fields import Block, Moment
from docgen.usecases.change_webhook import WebhookChange

WEBHOOKS = "/v1/webhooks"

_Url = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
_Words = Annotated[str, StringConstraints(max_length=200)]
_MessageId = Annotated[str, StringConstraints(pattern=r"^evt_[0-9A-Za-z_]{1,80}$")]
_Topics = Annotated[tuple[Topic, ...], Field(max_length=len(Topic))]


class NewWebhook(Block):
    """Where to tell what; without topics, everything."""

    url: _Url
    topics: _Topics = ()
    description: _Words = ""


class ChangedWebhook(Block):
    """What is to be different; the rest stays as it is."""

    url: _Url | None = None
    topics: _Topics | None = None
    description: _Words | None = None
    state: WebhookState | None = None


class Again(Block):
    """What to tell again: one message, or all that happened in a stretch of time."""

    message_id: _MessageId | None = None
    begin: Annotated[Moment | None, Field(alias="from")] = None
    before: Moment | None = None


class DeliveryQuery(Block):
    """Which deliveries are looked for."""

    state: DeliveryState | None = None
    cursor: _MessageId | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class WebhookShape(Shape):
    """A webhook; its secret is told at its own address."""

    id: str
    url: str
    topics: tuple[Topic, ...]
    description: str
    state: WebhookState
    disabled_because: str | None
    failing_since: datetime | None
    created_at: datetime
    rotated_at: datetime | None
    link: str

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        """The shape of a webhook."""
        return cls(
            id=webhook.id,
            url=webhook.url,
            topics=tuple(sorted(webhook.topics)),
            description=webhook.description,
            state=webhook.state,
            disabled_because=webhook.disabled_because,
            failing_since=webhook.failing_since,
            created_at=webhook.created_at,
            rotated_at=webhook.rotated_at,
            link=f"{WEBHOOKS}/{webhook.id}",
        )


class WebhooksShape(Shape):
    """All webhooks, the oldest first."""

    webhooks: tuple[WebhookShape, ...]


class SecretShape(Shape):
    """By what deliveries are signed (Standard Webhooks)."""

    secret: str


class RotatedShape(Shape):
    """What is kept of a rotation: of it, with the installation's key, the secret is made again."""

    generation: int


class RemovedShape(Shape):
    """That it is gone."""

    id: str


class TryShape(Shape):
    """One try to deliver."""

    at: datetime
    status: int | None
    error: str | None
    took_ms: int
    answer: str

    @classmethod
    def of(cls, attempt: Try) -> Self:
        """The shape of a try."""
        return cls(
            at=attempt.at,
            status=attempt.status,
            error=attempt.error,
            took_ms=attempt.took_ms,
            answer=attempt.answer,
        )


class DeliveryShape(Shape):
    """One message, and how it fared."""

    message_id: str
    topic: Topic
    state: DeliveryState
    happened_at: datetime
    next_at: datetime | None
    body: str
    tries: tuple[TryShape, ...]

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """The shape of a delivery."""
        owed = delivery.state is DeliveryState.OWED
        return cls(
            message_id=delivery.message_id,
            topic=delivery.topic,
            state=delivery.state,
            happened_at=delivery.happened_at,
            next_at=delivery.next_at if owed else None,
            body=delivery.body,
            tries=tuple(TryShape.of(each) for each in delivery.tries),
        )


class DeliveriesShape(Shape):
    """A page of deliveries, the newest first; `next` is the cursor of the page after it."""

    deliveries: tuple[DeliveryShape, ...]
    next: str | None


class OwedShape(Shape):
    """How many messages will be told again."""

    owed: int


def create_webhook(call: Call) -> Reply:
    """A new webhook; it hears what happens from now on."""
    body = call.body_as(NewWebhook)
    made = call.docgen.webhooks.create(
        call.resource_id or "",
        caller=call.caller,
        url=body.url,
        topics=frozenset(body.topics),
        description=body.description,
    )
    shape = WebhookShape.of(made)
    return Reply(body=shape, status=HTTPStatus.CREATED, headers={"Location": shape.link})


def list_webhooks(call: Call) -> Reply:
    """All of the caller's owner."""
    found = call.docgen.webhooks.show.all(caller=call.caller)
    return Reply(body=WebhooksShape(webhooks=tuple(WebhookShape.of(each) for each in found)))


def show_webhook(call: Call) -> Reply:
    """One webhook."""
    return Reply(body=WebhookShape.of(_webhook(call)))


def show_webhook_secret(call: Call) -> Reply:
    """The secret that signs now."""
    return _secret(call, _webhook(call).generation)


def rotate_webhook_secret(call: Call) -> Reply:
    """A new secret; for a day the one before signs too."""
    webhook_id, rotation_id = call.path["webhook_id"], call.resource_id or ""
    change = call.docgen.webhooks.change
    made = change.rotate(webhook_id, rotation_id, caller=call.caller)
    return replace(_secret(call, made), kept=RotatedShape(generation=made))


def show_rotated_secret(call: Call) -> Reply:
    """The secret that the same request has made, if its webhook is there for the caller."""
    _webhook(call)
    return _secret(call, RotatedShape.model_validate_json(call.kept).generation)


def change_webhook(call: Call) -> Reply:
    """Another address, other topics, on or off."""
    body = call.body_as(ChangedWebhook)
    change = WebhookChange(
        url=body.url,
        topics=None if body.topics is None else frozenset(body.topics),
        description=body.description,
        state=body.state,
    )
    changed = call.docgen.webhooks.change(call.path["webhook_id"], change, caller=call.caller)
    return Reply(body=WebhookShape.of(changed))


def remove_webhook(call: Call) -> Reply:
    """It is told nothing any more."""
    webhook_id = call.path["webhook_id"]
    call.docgen.webhooks.remove(webhook_id, caller=call.caller)
    return Reply(body=RemovedShape(id=webhook_id))


def list_deliveries(call: Call) -> Reply:
    """What it was told, or is to be."""
    query = call.query_as(DeliveryQuery)
    found = call.docgen.webhooks.show.deliveries(
        call.path["webhook_id"],
        caller=call.caller,
        state=query.state,
        after=query.cursor,
        limit=query.limit + 1,
    )
    page = found[: query.limit]
    following = page[-1].message_id if len(found) > query.limit else None
    listed = tuple(DeliveryShape.of(each) for each in page)
    return Reply(body=DeliveriesShape(deliveries=listed, next=following))


def redeliver(call: Call) -> Reply:
    """Tell again, under the same ids."""
    body, again = call.body_as(Again), call.docgen.webhooks.redeliver
    webhook_id = call.path["webhook_id"]
    if body.message_id is not None and body.begin is None and body.before is None:
        owed = again.one(webhook_id, body.message_id, caller=call.caller)
    elif body.message_id is None and body.begin is not None and body.before is not None:
        owed = again.between(webhook_id, body.begin, body.before, caller=call.caller)
    else:
        raise ValuesRejected((FieldError("", "either_or"),))
    return Reply(body=OwedShape(owed=owed), status=HTTPStatus.ACCEPTED)


def _webhook(call: Call) -> Webhook:
    return call.docgen.webhooks.show.one(call.path["webhook_id"], caller=call.caller)


def _secret(call: Call, generation: int) -> Reply:
    secret = call.docgen.webhooks.secret_of(call.path["webhook_id"], generation)
    told = f"whsec_{base64.b64encode(secret).decode()}"
    return Reply(body=SecretShape(secret=told), headers={"Cache-Control": "no-store"})


def _route(method: str, path: str, **more: object) -> Route:
    return Route(
        method=method,
        path=f"{WEBHOOKS}{path}",
        tag="webhooks",
        scope=Scope.WEBHOOKS_MANAGE,
        **more,  # type: ignore[arg-type]  # the rest of a route, as it is declared below
    )


_ONE = "/{webhook_id}"
_MINE = (WebhookNotFound,)

ROUTES = (
    _route(
        "POST",
        "",
        view=create_webhook,
        summary="Have a program told what happens",
        body=JsonBody(model=NewWebhook),
        repeat=Repeat.MUST,
        answer=Answer(
            status=201,
            says="The webhook",
            model=WebhookShape,
            headers={"Location": "Where the webhook is"},
        ),
        refusals=(ValuesRejected,),
    ),
    _route(
        "GET",
        "",
        view=list_webhooks,
        summary="List webhooks",
        answer=Answer(says="All of them", model=WebhooksShape),
    ),
    _route(
        "GET",
        _ONE,
        view=show_webhook,
        summary="Show a webhook",
        answer=Answer(says="The webhook", model=WebhookShape),
        refusals=_MINE,
    ),
    _route(
        "PATCH",
        _ONE,
        view=change_webhook,
        summary="Change a webhook, switch it on or off",
        body=JsonBody(model=ChangedWebhook),
        repeat=Repeat.MAY,
        answer=Answer(says="The webhook as it is now", model=WebhookShape),
        refusals=(*_MINE, ValuesRejected),
    ),
    _route(
        "DELETE",
        _ONE,
        view=remove_webhook,
        summary="Remove a webhook with all that it is owed",
        answer=Answer(says="It is gone", model=RemovedShape),
        refusals=_MINE,
    ),
    _route(
        "GET",
        f"{_ONE}/secret",
        view=show_webhook_secret,
        summary="Show the secret that signs its deliveries",
        answer=Answer(says="The secret", model=SecretShape),
        refusals=_MINE,
    ),
    _route(
        "POST",
        f"{_ONE}/secret",
        view=rotate_webhook_secret,
        summary="Make a new secret; for a day the one before signs too",
        repeat=Repeat.MAY,
        again=show_rotated_secret,
        answer=Answer(says="The new secret", model=SecretShape),
        refusals=(*_MINE, LimitReached),
    ),
    _route(
        "GET",
        f"{_ONE}/deliveries",
        view=list_deliveries,
        summary="Show what a webhook was told, and what came of it",
        query=DeliveryQuery,
        answer=Answer(says="A page of deliveries", model=DeliveriesShape),
        refusals=_MINE,
    ),
    _route(
        "POST",
        f"{_ONE}/redeliver",
        view=redeliver,
        summary="Tell again one message, or all that happened in a stretch of time",
        body=JsonBody(model=Again),
        repeat=Repeat.MAY,
        answer=Answer(status=202, says="They are owed anew", model=OwedShape),
        refusals=(*_MINE, ValuesRejected, NotFound),
    ),
)
