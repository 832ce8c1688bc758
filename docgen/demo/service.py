"""The whole service in one command: web processes, a worker, and all that they live on."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import Empty

from docgen.adapters.embedded.leaning import Patience
from docgen.bootstrap.surroundings import surroundings
from docgen.demo.address import Address
from docgen.demo.alone import only_one
from docgen.demo.api_key import kept_key
from docgen.demo.child import Child
from docgen.demo.ending import end_in_order
from docgen.demo.technician import LOGIN, kept_password
from docgen.demo.visits import plan_today
from docgen.domain.errors import Unavailable
from docgen.settings import BESIDE_THE_PACKAGES, Settings
from docgen.signals import Signals, awaited

_SAMPLE = BESIDE_THE_PACKAGES / "samples" / "envelope.json"
_SECONDS_TO_START = 120
_LOOK_EVERY = 0.5
_WORDS = ("serve", "worker", "sealer")
"""The sealing process ends last: the others finish with it what they have begun."""
_AT_WORK = b"the worker is at work"
"""What `docgen worker` logs once it hears the queue."""

Tell = Callable[[str], None]


def run(settings: Settings, *, tell: Tell) -> None:
    """Run the demo until SIGINT or SIGTERM; a child that dies is started again.

    Raises Misconfigured for an address that is taken, and where a demo runs in this folder already,
    before anything is started. To be called in the main thread.
    """
    address = Address.of(settings.web.bind)
    with only_one(settings.var, address):
        signals = awaited()
        patience = Patience(seconds=settings.web.grace, tell=tell)
        with surroundings(settings, patience=patience):
            _serve(settings, address, signals, tell)
        tell("Stopped")


def _serve(settings: Settings, address: Address, signals: Signals, tell: Tell) -> None:
    key = kept_key(settings)
    password = kept_password(settings)
    plan_today(settings)
    log = _new_log(settings.var / "demo" / "log.jsonl")
    tell(f"Starting, which takes up to a minute; the processes log to {_near(log)}")
    given = _given(settings, address)
    children = [Child(word=word, log=log, settings=given) for word in _WORDS]
    try:
        for child in children:
            child.start()
        if _ready(children, address, signals):
            tell(_words(address, key=_near(key), sample=_near(_SAMPLE), password=password))
            _watch(children, signals, tell)
        tell("Stopping: what was begun is finished first; a second Ctrl-C ends it at once")
    finally:
        end_in_order(children, grace=settings.web.grace, tell=tell)


def _new_log(path: Path) -> Path:
    """An empty one; that of the last run is kept beside it."""
    if path.exists() and path.stat().st_size:
        path.replace(path.with_name(f"{path.name}.1"))
    path.write_bytes(b"")
    return path


def _given(settings: Settings, address: Address) -> Mapping[str, str]:
    """What the children must know beyond what they read for themselves."""
    socket = settings.var.absolute() / "seal" / "socket"
    given = {"DOCGEN_PROFILE": settings.profile, "DOCGEN_SEAL__SOCKET": str(socket)}
    if "public_url" not in settings.model_fields_set:
        given["DOCGEN_PUBLIC_URL"] = address.url
    return given


def _ready(children: Sequence[Child], address: Address, signals: Signals) -> bool:
    """Whether all have become ready (a worker waits for the seal); False where a signal came."""
    end, log = time.monotonic() + _SECONDS_TO_START, children[0].log
    while not (_AT_WORK in log.read_bytes() and address.answers("/ready")):
        for child in children:
            if child.ended is not None:
                raise Unavailable(f"docgen {child.word} ended with {child.ended}; see {child.log}")
        if time.monotonic() > end:
            raise Unavailable(f"nobody is ready at {address.url}; see {log}")
        if _signalled(signals):
            return False
    return True


def _watch(children: Sequence[Child], signals: Signals, tell: Tell) -> None:
    while not _signalled(signals):
        for child in children:
            if child.ended is not None:
                tell(f"docgen {child.word} ended with {child.ended}; it is started again")
                child.start()


def _signalled(signals: Signals) -> bool:
    try:
        signals.get(timeout=_LOOK_EVERY)
    except Empty:
        return False
    return True


def _near(path: Path) -> Path:
    """As short as it can be said in this folder."""
    whole, here = path.absolute(), Path.cwd()
    return whole.relative_to(here) if whole.is_relative_to(here) else whole


def _words(address: Address, *, key: Path, sample: Path, password: Path) -> str:
    url = address.url
    return f"""
Qoltanba is ready.

  service   {url}
  docs      {url}/docs
  inbox     {url}/inbox   the subscriber's phone; for programs {url}/v1/inbox
  tablet    {url}/field/   {LOGIN}, {password.read_text(encoding="utf-8").strip()}
  metrics   {url}/metrics
  API key   {key}

Try it:

  KEY=$(cat {key})
  curl -sS {url}/v1/forms -H "Authorization: Bearer $KEY"
  curl -sS {url}/v1/envelopes -H "Authorization: Bearer $KEY" -H "Idempotency-Key: first" \\
    --json @{sample}

Ctrl-C stops it.
"""
