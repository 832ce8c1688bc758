"""What tells other people's programs."""

import ipaddress
from contextlib import ExitStack
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.webhooks.addresses import Guard
from docgen.adapters.webhooks.posting import HttpPosting
from docgen.bootstrap import CHANCE, CLOCK
from docgen.bootstrap.surroundings import Surroundings
from docgen.domain.errors import Misconfigured
from docgen.settings import Settings
from docgen.usecases.change_webhook import ChangeWebhook
from docgen.usecases.create_webhook import CreateWebhook
from docgen.usecases.deliver_copies import DeliverCopies
from docgen.usecases.deliver_webhooks import DeliverWebhooks, SecretOf
from docgen.usecases.publish_news import PublishNews
from docgen.usecases.redeliver import Redeliver
from docgen.usecases.remove_webhook import RemoveWebhook
from docgen.usecases.show_webhooks import ShowWebhooks
from docgen.usecases.tell_news import TellNews

_SECRET_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class WebhookDesk:
    """All that can be asked of webhooks."""

    create: CreateWebhook
    show: ShowWebhooks
    change: ChangeWebhook
    remove: RemoveWebhook
    redeliver: Redeliver
    secret_of: SecretOf


def desk_of(settings: Settings, parts: Surroundings, *, register: SqlRegister) -> WebhookDesk:
    """For a process that is asked."""
    sender = _sender(settings)
    return WebhookDesk(
        create=CreateWebhook(register=register, sender=sender, clock=CLOCK),
        show=ShowWebhooks(register=register),
        change=ChangeWebhook(register=register, sender=sender, clock=CLOCK),
        remove=RemoveWebhook(register=register),
        redeliver=Redeliver(register=register, clock=CLOCK),
        secret_of=secrets_of(parts.subject_key),
    )


def telling_of(
    settings: Settings,
    parts: Surroundings,
    stack: ExitStack,
    *,
    register: SqlRegister,
    copies: DeliverCopies,
) -> TellNews:
    """For a process that works; as the stack closes, whatever was begun is finished and noted."""
    deliver = DeliverWebhooks(
        register=register,
        sender=_sender(settings),
        secret_of=secrets_of(parts.subject_key),
        clock=CLOCK,
        chance=CHANCE,
        freed=copies.freed,
    )
    stack.callback(deliver.threads.shutdown)
    stack.callback(copies.close)
    return TellNews(
        register=register,
        clock=CLOCK,
        publish=PublishNews(register=register, clock=CLOCK).within,
        claim=deliver.claim,
        deliver=deliver.tell,
        claim_copies=copies.claim,
        give_copies=copies.give,
        more_deliveries=deliver.are_more,
        more_copies=copies.are_more,
        freed=copies.freed,
    )


def secrets_of(key: bytes) -> SecretOf:
    """Secrets made of the installation's key, so that none lies in the register (RFC 5869)."""

    def secret_of(webhook_id: str, generation: int) -> bytes:
        label = f"qoltanba webhook {webhook_id} {generation}".encode()
        return HKDF(algorithm=SHA256(), length=_SECRET_BYTES, salt=None, info=label).derive(key)

    return secret_of


def _sender(settings: Settings) -> HttpPosting:
    try:
        allowed = tuple(ipaddress.ip_network(each) for each in settings.webhooks.allow)
    except ValueError as error:
        raise Misconfigured(f"DOCGEN_WEBHOOKS__ALLOW: {error}") from error
    return HttpPosting(Guard(allowed), patience=settings.webhooks.patience)
