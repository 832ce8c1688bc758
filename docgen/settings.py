"""Settings: environment variables that begin with DOCGEN_, read once.

`docgen demo` leaves its choice in `var/settings.env`; the environment wins over that file.
"""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from docgen.domain.number import Measure
from docgen.domain.sending_limits import MOBILE_NETWORKS
from docgen.settings_of_packs import PackSettings
from docgen.settings_of_sms import SmsSettings
from docgen.settings_of_staff import StaffSettings

BESIDE_THE_PACKAGES = Path(__file__).resolve().parent.parent
DEMO_CHOICE = Path("var/settings.env")


class TokenSettings(BaseModel):
    """A seal key that its token never gives away."""

    module: Path | None = None
    """The vendor's PKCS#11 library."""
    token: str = ""
    """The token's label."""
    label: str = ""
    """The key's, and the certificate's where the token holds it."""
    pin: SecretStr = SecretStr("")


class DetachedSettings(BaseModel):
    """The operator's national signature, beside the file."""

    url: str | None = None
    """Where NCANode 3 answers."""
    pkcs12: Path | None = None
    """The organisation's key of the national authority."""
    passphrase: SecretStr = SecretStr("")
    alias: str | None = None
    """Which of several keys in that file."""
    timestamp: bool = True
    """Whether the national time-stamp authority is asked too (CAdES-T)."""


class SealSettings(BaseModel):
    """The operator's seal. Key and PIN are for the sealing process alone."""

    socket: Path | None = None
    """Where the sealing process listens; the default is `var/seal/socket`."""
    patience: float = Field(default=30.0, ge=0)
    """Seconds that a process which starts waits for the sealing process to answer."""
    pkcs12: Path | None = None
    """Key, certificate and chain in a file."""
    passphrase: SecretStr = SecretStr("")
    pkcs11: TokenSettings = TokenSettings()
    """The key in a token, instead of a file."""
    chain: Path | None = None
    """PEM: the certificate of a key in a token, then those above it."""
    at_once: int = Field(default=4, gt=0)
    """Requests that the sealing process works on at the same time."""
    detached: DetachedSettings = DetachedSettings()
    font: Path = Path("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf")
    """For the visible seal: 1000 units per em, all Kazakh letters."""
    bold_font: Path = Path("/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf")


class CodeSettings(BaseModel):
    """One-time codes."""

    pepper: SecretStr = SecretStr("")
    """32 bytes in hexadecimal, the key of the codes' MACs; required in production."""
    subject_key: SecretStr = SecretStr("")
    """32 bytes in hexadecimal, the key under which phones are known to Redis; never changed."""
    key_id: str = "k1"
    older: dict[str, SecretStr] = Field(default_factory=dict)
    """Older peppers by key id, accepted for codes already sent."""


class LimitSettings(BaseModel):
    """How often codes are sent, to whom, and for how much."""

    phone_hour: int = Field(default=5, gt=0)
    """Sendings to one phone in an hour, over all documents."""
    phone_day: int = Field(default=10, gt=0)
    technician_hour: int = Field(default=30, gt=0)
    technician_day: int = Field(default=150, gt=0)
    client_minute: int = Field(default=60, gt=0)
    budget: int = Field(default=20_000_000, ge=0)
    """Tiyn that one client's messages may cost in a day of Almaty; a hard stop."""
    message: int = Field(default=2_000, ge=0)
    """Tiyn that a message is taken to cost until its route has told."""
    networks: frozenset[Annotated[str, Field(pattern=r"^[0-9]{3}$")]] = MOBILE_NETWORKS
    """The three digits after +7 of numbers that codes may go to."""
    conversion_percent: int = Field(default=40, ge=0, le=100)
    """Fewer confirmed envelopes of a hundred stop their technician or network for a while."""
    conversion_least: int = Field(default=10, gt=0)
    """Envelopes within 15 minutes below which nothing is concluded."""
    subscribers: int = Field(default=3, gt=0)
    """Subscribers with the same phone in 30 days; a further one waits for a review."""
    wrong_codes_day: int = Field(default=20, gt=0)
    """Wrong codes per phone in a day, over all documents."""


class NumberSettings(BaseModel):
    """What is asked about a subscriber's number, and what follows."""

    directory_url: str | None = None
    """The operator's directory of subscribers, see docs/directory.md."""
    directory_secret: SecretStr = SecretStr("")
    """Shown to it as a bearer token."""
    directory_ca: Path | None = None
    """PEM file of the roots to trust there, instead of the system's."""
    directory_file: Path | None = None
    """The same as a file, CSV or JSON Lines; the demo also takes `var/directory.csv`."""
    employees: Path | None = None
    """File of the employees' own numbers."""
    not_subscribers: Measure = Measure.BLOCK
    """`block` or `flag`, where the directory says that a number is not the person's."""
    sim_changed: Measure = Measure.FLAG
    """The same, where it got another SIM within 72 hours."""
    unavailable: Measure = Measure.FLAG
    """The same, where the directory does not answer within a second."""
    told_most: int = Field(default=10, gt=0)
    """Codes that may be told to one employee within an hour before it is told of."""


class OperatorSettings(BaseModel):
    """The operator as the contract states it: part 8, annexes 3 and 5."""

    name_kk: str = "«Қазақтелеком» акционерлік қоғамы"
    name_ru: str = "акционерное общество «Казахтелеком»"
    bin: str = "941240000193"
    address_kk: str = "010000, Астана қаласы, Есіл ауданы, Сауран көшесі, 12"
    address_ru: str = "010000, город Астана, Есильский район, улица Сауран, 12"
    site: str = "www.telecom.kz"
    support_phone: str = "165"
    support_whatsapp: str = "+7 708 000 0160"
    support_telegram: str = "@TelecomKZBot"
    time_source: str = ""
    """By what the servers' clocks are kept right, as protocol and evidence state it."""


class RenderingSettings(BaseModel):
    """The rendering engine."""

    time_limit: float = Field(default=60.0, gt=0, le=600)
    """Seconds one document may take in the engine, waiting not counted."""
    zygotes: int = Field(default=os.cpu_count() or 1, gt=0)
    """LibreOffices at work at once; by default one per core. Each takes about 150 MB."""
    queue: int = Field(default=100, gt=0)
    """Documents that may wait for one; beyond it callers are told when to come again."""
    engine: Path | None = None
    """Private folder where the engine listens; by default in shared memory, for all of one user."""
    routes: Path | None = None
    """Folder of what is proved of templates; the default is `var/routes`, and it may be shared."""
    font: Path = Path("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf")
    """File of the font templates are set in; the lint looks for their letters in it."""
    symbols_font: Path = Path("/usr/share/fonts/truetype/noto/NotoSansSymbols2-Regular.ttf")
    """The same for boxes and other signs."""


class WebSettings(BaseModel):
    """The processes that answer HTTP."""

    bind: str = "127.0.0.1:8080"
    """Address and port, or `unix:PATH`."""
    processes: int = Field(default=4, gt=0)
    threads: int = Field(default=8, gt=0)
    """Requests one process answers at once."""
    proxies: int = Field(default=0, ge=0)
    """How many reverse proxies of our own stand before it and set `X-Forwarded-*`."""
    uploads: int = Field(default=30, gt=0)
    """Files that one address may have verified without a key within ten minutes."""
    grace: int = Field(default=30, gt=0)
    """Seconds that requests already begun have to finish after SIGTERM."""


class WorkSettings(BaseModel):
    """The work that follows: rendering and sealing."""

    threads: int = Field(default=2, gt=0)
    """Tasks of each kind that one worker does at once."""
    sweep_every: float = Field(default=15.0, gt=0)
    """Seconds between two sweeps of a worker."""
    most_owed: int = Field(default=1000, gt=0)
    """Envelopes that may wait for rendering; beyond it new ones are refused with 503."""
    patience: float = Field(default=5.0, ge=0)
    """Seconds a caller who creates an envelope waits for its documents."""


class CopySettings(BaseModel):
    """What the subscriber is sent after the seal."""

    sms: bool = True
    """A link to his papers."""
    link_days: int = Field(default=14, gt=0, le=90)
    """For so long that link may be opened."""
    email: bool = True
    """The sealed files, where he has given an address and `DOCGEN_MAIL__HOST` is set."""


class MailSettings(BaseModel):
    """The server that e-mail is handed over to."""

    host: str | None = None
    port: int = Field(default=587, gt=0, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`none` only for a server on this machine."""
    trust: Path | None = None
    """PEM file of the authorities that its certificate may come from; none: the system's."""
    sender: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+)?$")
    """Address that letters come from."""
    sender_name: str = ""
    username: str = ""
    password: SecretStr = SecretStr("")
    patience: float = Field(default=30.0, gt=0, le=60)
    """Seconds for a letter, from the connection to its being taken."""


class TicketSettings(BaseModel):
    """Signing in a browser."""

    embed_minutes: int = Field(default=10, gt=0, le=60)
    """For so long a portal's ticket may be opened."""
    link_hours: int = Field(default=72, gt=0, le=720)
    """For so long a link in a message may be opened."""
    session_minutes: int = Field(default=30, gt=0, le=240)
    """So long after the last sign of life a page has to be opened anew."""


class WebhookSettings(BaseModel):
    """Telling other people's programs what happened."""

    allow: tuple[str, ...] = ()
    """Networks besides the public internet that may be told, plain http included: `10.7.0.0/16`."""
    patience: float = Field(default=10.0, gt=0, le=30)
    """Seconds a receiver may take for one answer."""


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="DOCGEN_",
        env_nested_delimiter="__",
        env_file=DEMO_CHOICE,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    profile: Literal["demo", "production"] = "production"
    """`demo` brings its own Redis, test authority, secrets and inbox, all under `var`."""
    var: Path = Path("var")
    """Where the embedded default keeps its files."""
    database_url: SecretStr | None = None
    """SQLAlchemy address; the default is SQLite in `var`."""
    redis_url: SecretStr | None = None
    """Store of codes; required in production."""
    blobs: Path | None = None
    """Folder of documents; the default is `var/blobs`."""
    templates: Path = BESIDE_THE_PACKAGES
    """Folder that holds `templates_kk` and `templates_ru`."""
    forms: tuple[Path, ...] = ()
    """Folders with further forms, looked through before the built-in ones."""
    public_url: str = "http://127.0.0.1:8080"
    """Where `/verify/TOKEN` is reached from outside; printed as QR codes."""
    trust_roots: Path | None = None
    """PEM file or folder of roots that `verify` trusts; the default is `var/trust`."""
    trust_signers: Path | None = None
    """PEM file or folder: only these certificates' seals are ours; by default any under a root."""
    tsa_url: str | None = None
    """RFC 3161 timestamp authority; without one the seal's level is B-B."""
    tsa_policy: str | None = Field(default=None, pattern=r"^[0-2](\.(0|[1-9][0-9]*))+$")
    """Under which policy it is to stamp, as an OID; by default under its own."""
    archive_months: int = Field(default=6, gt=0, le=60)
    """So long before a certificate behind a seal ends, the file is stamped again."""
    envelope_life_hours: float = Field(default=72, gt=0)
    """How long an envelope may wait for its signature; parts of an hour count too."""
    seal: SealSettings = SealSettings()
    codes: CodeSettings = CodeSettings()
    limits: LimitSettings = LimitSettings()
    sms: SmsSettings = SmsSettings()
    numbers: NumberSettings = NumberSettings()
    operator: OperatorSettings = OperatorSettings()
    rendering: RenderingSettings = RenderingSettings()
    web: WebSettings = WebSettings()
    work: WorkSettings = WorkSettings()
    webhooks: WebhookSettings = WebhookSettings()
    tickets: TicketSettings = TicketSettings()
    copies: CopySettings = CopySettings()
    mail: MailSettings = MailSettings()
    packs: PackSettings = PackSettings()
    staff: StaffSettings = StaffSettings()

    @property
    def of_production(self) -> tuple[str, ...]:
        """Names of what is set that the demo must never touch."""
        given = {
            "DOCGEN_DATABASE_URL": self.database_url,
            "DOCGEN_REDIS_URL": self.redis_url,
            "DOCGEN_BLOBS": self.blobs,
            "DOCGEN_TRUST_ROOTS": self.trust_roots,
            "DOCGEN_TRUST_SIGNERS": self.trust_signers,
            "DOCGEN_TSA_URL": self.tsa_url,
            "DOCGEN_TSA_POLICY": self.tsa_policy,
            "DOCGEN_SEAL__PKCS12": self.seal.pkcs12,
            "DOCGEN_SEAL__PKCS11__MODULE": self.seal.pkcs11.module,
            "DOCGEN_SEAL__DETACHED__URL": self.seal.detached.url,
            "DOCGEN_NUMBERS__DIRECTORY_URL": self.numbers.directory_url,
            "DOCGEN_CODES__PEPPER": self.codes.pepper.get_secret_value() or None,
            "DOCGEN_SMS__SMSC_KZ__API_KEY": self.sms.smsc_kz.api_key,
            "DOCGEN_SMS__MOBIZON__API_KEY": self.sms.mobizon.api_key,
            "DOCGEN_SMS__SMPP__HOST": self.sms.smpp.host,
            "DOCGEN_MAIL__HOST": self.mail.host,
            "DOCGEN_STAFF__OPENID__ISSUER": self.staff.openid.issuer,
        }
        return tuple(name for name, value in given.items() if value is not None)

    @property
    def trust(self) -> Path:
        """Where the trust roots are."""
        return self.trust_roots or self.var / "trust"

    @property
    def seal_socket(self) -> Path | None:
        """Where to ask for seals; None in a demo that has no sealing process."""
        if self.seal.socket is None and self.profile == "demo":
            return None
        return self.seal.socket or self.var / "seal" / "socket"
