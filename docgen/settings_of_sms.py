"""Settings of the routes that messages take."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, SecretStr, field_validator


class HttpRouteSettings(BaseModel):
    """An account with a provider of messages; without its key it is no route."""

    api_key: SecretStr | None = None
    sender: str = Field(default="", max_length=15)
    """Name the message comes from, as agreed with the provider."""
    weight: int = Field(default=50, gt=0, le=100)
    """Its share of the messages, beside those of the other routes."""
    networks: tuple[str, ...] = ()
    """Three digits after +7 of the numbers it is first choice for; none: for all alike."""
    time_limit: float = Field(default=2.0, gt=0, le=30)
    """Seconds until it must have answered; after that nobody knows whether the message left."""
    trust: Path | None = None
    """PEM file of the authorities that its certificate may come from; none: the system's."""

    @field_validator("networks")
    @classmethod
    def _require_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        if not all(re.fullmatch("[0-9]{3}", each) for each in networks):
            raise ValueError("a network is three digits")
        return networks


def _require_tls(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (
        parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    ):
        raise ValueError("codes and keys go over https only")
    if not parts.hostname or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("an address is scheme, host and port")
    return address


Address = Annotated[str, AfterValidator(_require_tls)]


class SmscKzSettings(HttpRouteSettings):
    """SMSC.kz."""

    addresses: tuple[Address, ...] = Field(
        default=("https://smsc.kz", "https://www2.smsc.kz"), min_length=1
    )
    """Where it listens; the next one is tried where one cannot be connected."""
    callback_secret: SecretStr | None = None
    """Signs its calls to `/v1/sms/receipts/smsc-kz`; without it they are refused."""


class MobizonSettings(HttpRouteSettings):
    """Mobizon."""

    addresses: tuple[Address, ...] = Field(default=("https://api.mobizon.kz",), min_length=1)
    """Where it listens: the domain depends on where the account was registered."""


class SmppSettings(BaseModel):
    """The message centre that `docgen smpp` is bound to over SMPP 3.4, where there is one."""

    host: str | None = None
    port: int = Field(default=2775, gt=0, le=65535)
    tls: bool = False
    """Reach it over TLS; its certificate must be one that this machine trusts."""
    system_id: str = Field(default="", max_length=15)
    password: SecretStr = Field(default=SecretStr(""), max_length=8)
    system_type: str = Field(default="", max_length=12)
    sender: str = Field(default="", pattern=r"^[A-Za-z0-9 ._-]{0,11}$")
    """What stands above the message on the phone, as registered with the operators."""
    rate: float = Field(default=50.0, gt=0)
    """Messages a second that the centre lets us send."""
    window: int = Field(default=10, gt=0)
    """Messages that may wait for its answer at once."""
    receipt_ids: Literal["same", "decimal", "hexadecimal"] = "same"
    """How the text of a receipt writes the message's id, where its answer wrote it otherwise."""
    socket: Path | None = None
    """Where `docgen smpp` listens; the default is `var/smpp/link.sock`."""
    weight: int = Field(default=90, gt=0, le=100)
    """Its share of a hundred messages where all routes are in order."""
    networks: frozenset[Annotated[str, Field(pattern=r"^[0-9]{3}$")]] = frozenset()
    """Three digits after +7 of the numbers it is first choice for; none: for all alike."""


class SmsSettings(BaseModel):
    """Routes of messages, each used as soon as it has its key or its host."""

    smpp: SmppSettings = SmppSettings()
    smsc_kz: SmscKzSettings = SmscKzSettings()
    mobizon: MobizonSettings = MobizonSettings()
