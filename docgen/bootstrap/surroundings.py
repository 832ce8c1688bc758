"""What the surroundings supply: set in production, embedded in the demo."""

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from docgen.adapters.authority.demo import DemoAuthority
from docgen.adapters.embedded.leaning import Patience, leaning
from docgen.adapters.embedded.redis_server import EmbeddedRedis
from docgen.adapters.otp.redis_codes import Pepper, RedisCodes
from docgen.adapters.sealing.key import SealKey
from docgen.adapters.sealing.trust import TrustRoots
from docgen.bootstrap import CLOCK
from docgen.bootstrap.database import migrate, require_current
from docgen.bootstrap.routes import Routes, routes_of
from docgen.bootstrap.verification import trusted
from docgen.domain.errors import Misconfigured, Unavailable
from docgen.domain.pseudonyms import Pseudonyms
from docgen.domain.subscriber import Phone
from docgen.settings import Settings
from docgen.usecases.dispatch_message import Way

_KEY_BYTES = 32
_TO_THE_LAST = Patience()


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Services and secrets that an installation lives on."""

    redis_url: str
    subject_key: bytes
    pepper: Pepper
    older_peppers: tuple[Pepper, ...]
    seal_key: Callable[[], SealKey] | None
    """The demo's; in production only the sealing process has a key. Raises SealKeyUnusable."""
    roots: TrustRoots
    tsa_url: str | None
    ways: tuple[Way, ...]
    """Routes of messages; without any, no code is sent."""
    routes: Routes = field(default_factory=Routes)
    """Where word of what became of messages is to be had."""

    @property
    def pseudonyms(self) -> Pseudonyms:
        """What stands for people where they must not be named."""
        return Pseudonyms(self.subject_key)

    def subject_of(self, phone: Phone) -> str:
        """What stands for a phone where it may not: the same for the same one."""
        return self.pseudonyms.of_phone(phone)


@contextmanager
def surroundings(
    settings: Settings, *, patience: Patience = _TO_THE_LAST
) -> Iterator[Surroundings]:
    """What the profile asks for; raises Misconfigured or SealKeyUnusable.

    What is embedded goes last: with patience for other commands in the folder that lean on it.
    """
    if settings.profile == "demo":
        with _embedded(settings, patience) as embedded:
            yield embedded
    else:
        parts = _given(settings)
        with closing(parts.routes):
            yield parts


def codes_of(parts: Surroundings) -> RedisCodes:
    """The store of codes; close it."""
    return RedisCodes(
        parts.redis_url,
        subject_key=parts.subject_key,
        pepper=parts.pepper,
        older=parts.older_peppers,
    )


def _given(settings: Settings) -> Surroundings:
    """Production: everything is set, nothing is made up."""
    if settings.redis_url is None or not settings.codes.pepper.get_secret_value():
        raise Misconfigured("DOCGEN_REDIS_URL or DOCGEN_CODES__PEPPER is not set")
    with suppress(Unavailable):
        # A web process that dies while the database is away must be replaced all the same: at the
        # first one that does not start, gunicorn gives up the whole service.
        require_current(settings)
    routes = routes_of(settings)
    return Surroundings(
        redis_url=settings.redis_url.get_secret_value(),
        subject_key=subject_key(settings),
        pepper=Pepper(settings.codes.key_id, _key(settings.codes.pepper.get_secret_value())),
        older_peppers=tuple(
            Pepper(key_id, _key(value.get_secret_value()))
            for key_id, value in settings.codes.older.items()
        ),
        seal_key=None,
        roots=trusted(settings),
        tsa_url=settings.tsa_url,
        ways=routes.ways,
        routes=routes,
    )


@contextmanager
def _embedded(settings: Settings, patience: Patience) -> Iterator[Surroundings]:
    """The demo: its own Redis, authority, secrets and inbox, all under `var`."""
    if settings.of_production:
        named = ", ".join(settings.of_production)
        raise Misconfigured(f"the demo never touches production: {named}")
    var = settings.var.absolute()
    var.mkdir(parents=True, exist_ok=True)
    with leaning(var / "embedded.lock") as ours:
        migrate(settings)
        demo_authority = DemoAuthority.open(var / "pki", clock=CLOCK)
        with demo_authority as authority, EmbeddedRedis(var / "redis") as redis:
            _trust(settings.trust, authority.trust_root)
            try:
                yield _supplied(settings, authority, redis)
            finally:
                if authority.ours or redis.ours:
                    # Others in this folder may lean on what we started.
                    ours.wait_for_others(patience)


def _supplied(settings: Settings, authority: DemoAuthority, redis: EmbeddedRedis) -> Surroundings:
    return Surroundings(
        redis_url=redis.url,
        subject_key=subject_key(settings),
        pepper=Pepper("demo", _kept_key(_secrets(settings) / "pepper")),
        older_peppers=(),
        seal_key=partial(SealKey.load, authority.seal_p12, authority.passphrase, allow_demo=True),
        roots=TrustRoots.load([settings.trust]),
        tsa_url=authority.tsa_url,
        ways=routes_of(settings).ways,
    )


def subject_key(settings: Settings) -> bytes:
    """The key of pseudonyms; raises Misconfigured. The demo makes its own."""
    if settings.profile == "demo":
        return _kept_key(_secrets(settings) / "subject_key")
    return _key(settings.codes.subject_key.get_secret_value())


def _secrets(settings: Settings) -> Path:
    return settings.var.absolute() / "secrets"


def _key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise Misconfigured(f"a key of codes is {_KEY_BYTES} bytes in hexadecimal")
    return key


def _kept_key(path: Path) -> bytes:
    """The demo's own secret, made once; of two processes that make it, the first one's counts."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        with tempfile.NamedTemporaryFile(dir=path.parent) as made:
            made.write(secrets.token_bytes(_KEY_BYTES))
            made.flush()
            with suppress(FileExistsError):
                path.hardlink_to(made.name)
    return path.read_bytes()


def _trust(folder: Path, root: Path) -> None:
    """Let `docgen verify` find the demo's root where it looks by default, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as copy:
        copy.write(root.read_bytes())
    Path(copy.name).replace(folder / "demo.pem")
