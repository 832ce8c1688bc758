"""One-time codes in Redis."""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisSilent
from redis.retry import Retry

from docgen.domain.challenge import (
    Binding,
    ChallengePolicy,
    Gone,
    Issued,
    SpendOutcome,
    Spent,
    Wrong,
)
from docgen.domain.errors import CodesUnavailable, LimitReached, Misconfigured

_SENDS_WINDOW = timedelta(hours=1)
_MEMORY = timedelta(hours=1)
"""How long after its life a challenge is remembered, so that its end can be told by name."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PEPPER_BYTES = 32
_CONNECT_SECONDS = 0.3
_ANSWER_SECONDS = 0.3
"""Twice that is well under a second: where a code may have been kept, it is also forgotten."""

_SILENCE_SECONDS = 1.0
"""After one was left without an answer, others are refused for so long without asking."""


@dataclass(frozen=True)
class Pepper:
    """A key of MACs, 32 bytes; `id` is kept beside each MAC, so that keys can be changed."""

    id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != _PEPPER_BYTES:
            raise Misconfigured(f"a pepper has {_PEPPER_BYTES} bytes")


class RedisCodes:
    """Implements ports.CodeStore; needs Redis 5 or later that evicts nothing.

    Redis sees HMAC-SHA-256 values only: of the code (RFC 2104; `Binding.message`), and of the phone
    in key names. `subject_key` stands for the phone and stays when peppers change, since a new one
    would forget the failures. Codes under an `older` pepper can still be spent; several processes
    change peppers in two steps, the new one first among the older.
    """

    def __init__(
        self, url: str, *, subject_key: bytes, pepper: Pepper, older: Sequence[Pepper] = ()
    ) -> None:
        self._subject_key = Pepper("subject", subject_key).secret
        self._pepper = pepper
        self._peppers = (pepper, *older)
        # No second try, which would double the wait: whoever asks again is answered the same. A
        # pooled connection that Redis has closed is noticed and opened anew without one.
        self._redis = Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=_CONNECT_SECONDS,
            socket_timeout=_ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._silent_until = 0.0
        self._issue = self._script("issue.lua")
        self._spend = self._script("spend.lua")

    def issue(
        self, binding: Binding, code: str, *, policy: ChallengePolicy, now: datetime
    ) -> Issued:
        """Keep the MAC; raises LimitReached (`cool_down`, `failures`) or CodesUnavailable."""
        try:
            return self._issued(binding, code, policy=policy, now=now)
        except _Silent:
            # A Redis that wakes up does all that it was told meanwhile.
            with suppress(CodesUnavailable):
                self._forget(binding)
            raise

    def _issued(
        self, binding: Binding, code: str, *, policy: ChallengePolicy, now: datetime
    ) -> Issued:
        keys = self._keys(binding)
        arguments = [
            _milliseconds(now),
            binding.challenge_id,
            _mac(self._pepper, binding, code),
            self._pepper.id,
            _span(policy.life),
            _span(_MEMORY),
            policy.failures,
            _span(policy.failures_window),
            _span(_SENDS_WINDOW),
            *(_span(wait) for wait in policy.cool_downs),
        ]
        with self._answering():
            match self._issue([keys.challenge, keys.live, keys.sends, keys.failures], arguments):
                case ["issued", int(life), int(wait)]:
                    return Issued(expires_at=now + _delta(life), resend_at=now + _delta(wait))
                case [("cool_down" | "failures") as limit, int(wait)]:
                    raise LimitReached(limit, _delta(wait))
        raise CodesUnavailable("the store of codes gave no answer we know")

    def withdraw(self, binding: Binding) -> None:
        """Forget the code and its cool-down, not the failures; raises CodesUnavailable.

        A code already used stays used: the gateway may deny a message that arrived.
        """
        with self._answering():
            self._forget(binding)

    def _forget(self, binding: Binding) -> None:
        keys = self._keys(binding)
        with _fail_closed():
            steps = self._redis.pipeline(transaction=True)
            steps.hdel(keys.challenge, "mac")
            steps.zrem(keys.sends, binding.challenge_id)
            steps.execute()

    def spend(
        self,
        binding: Binding,
        code: str,
        *,
        attempt_id: str,
        policy: ChallengePolicy,
        now: datetime,
    ) -> SpendOutcome:
        """Count an attempt and compare; the same `attempt_id` gets the same answer, uncounted."""
        keys = self._keys(binding)
        arguments = [
            _milliseconds(now),
            binding.challenge_id,
            hashlib.sha256(attempt_id.encode()).hexdigest(),
            policy.attempts,
            policy.failures,
            _span(policy.failures_window),
        ]
        for pepper in self._peppers:
            arguments += [pepper.id, _mac(pepper, binding, code)]
        with self._answering():
            match self._spend([keys.challenge, keys.live, keys.failures], arguments):
                case ["spent", int(at)]:
                    return Spent(at=_EPOCH + _delta(at))
                case ["wrong", int(used), int(left)]:
                    return Wrong(attempts_used=used, attempts_left=left)
                case ["gone", str(reason), int(used)]:
                    return Gone(reason=reason, attempts_used=used)
        raise CodesUnavailable("the store of codes gave no answer we know")

    def ping(self) -> None:
        """Raise CodesUnavailable unless the store answers and would evict nothing."""
        with self._answering():
            self._redis.ping()
            policy = self._eviction()
        if policy not in {None, "noeviction"}:
            raise CodesUnavailable(f"maxmemory-policy {policy} would forget counted failures")

    def close(self) -> None:
        """Close the pooled connections."""
        self._redis.close()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Fail closed, at once where Redis was silent a moment ago.

        A process has few threads: if each of many callers waited, the last would wait for all.
        """
        if time.monotonic() < self._silent_until:
            raise CodesUnavailable("the store of codes was silent a moment ago")
        try:
            with _fail_closed():
                yield
        except _Silent:
            self._silent_until = time.monotonic() + _SILENCE_SECONDS
            raise

    def _eviction(self) -> Any:
        try:
            return self._redis.config_get("maxmemory-policy").get("maxmemory-policy")
        except ResponseError:
            return None

    def _keys(self, binding: Binding) -> "_Keys":
        phone = binding.phone.value.encode()
        subject = hmac.digest(self._subject_key, phone, hashlib.sha256).hex()
        return _Keys(subject, binding)

    def _script(self, name: str) -> Callable[[list[str], list[Any]], Any]:
        script: Script = self._redis.register_script(
            Path(__file__).with_name(name).read_text(encoding="utf-8")
        )
        return script


class _Keys:
    """Key names of one phone; the braces keep them in one slot of a cluster."""

    def __init__(self, subject: str, binding: Binding) -> None:
        self.challenge = f"otp:{{{subject}}}:c:{binding.challenge_id}"
        self.live = f"otp:{{{subject}}}:l:{binding.manifest_hash}"
        self.sends = f"otp:{{{subject}}}:s:{binding.manifest_hash}"
        self.failures = f"otp:{{{subject}}}:f:{binding.manifest_hash}"


class _Silent(CodesUnavailable):
    """No answer in time: what was asked may be done or not, or later."""


@contextmanager
def _fail_closed() -> Iterator[None]:
    try:
        yield
    except RedisSilent as error:
        raise _Silent("the store of codes is silent") from error
    except RedisError as error:
        raise CodesUnavailable("the store of codes does not answer") from error


def _mac(pepper: Pepper, binding: Binding, code: str) -> str:
    message = binding.message(key_id=pepper.id, code=code)
    return hmac.digest(pepper.secret, message, hashlib.sha256).hex()


def _milliseconds(moment: datetime) -> int:
    return _span(moment - _EPOCH)


def _span(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)


def _delta(milliseconds: int) -> timedelta:
    return timedelta(milliseconds=milliseconds)
