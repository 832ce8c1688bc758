"""One-time codes in Redis."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from docgen.adapters.otp.redis_link import (
    RedisLink,
    Silent,
    delta,
    milliseconds,
    moment,
    span,
    strange,
)
from docgen.adapters.otp.sealed_code import CodeSeal, NotOpened
from docgen.domain.challenge import (
    Binding,
    ChallengePolicy,
    CodeHistory,
    Gone,
    Issued,
    Resent,
    SpendOutcome,
    Spent,
    Wrong,
)
from docgen.domain.errors import (
    CodeGone,
    CodesForgotten,
    CodesUnavailable,
    LimitReached,
    Misconfigured,
)
from docgen.domain.pseudonyms import Pseudonyms

_SENDS_WINDOW = timedelta(hours=1)
_MEMORY = timedelta(hours=1)
"""How long after its life a challenge is remembered, so that its end can be told by name."""

_REGISTER_IS_LATER = timedelta(seconds=10)
"""The journal tells of a wrong code, or of one sent, at most so long after it was counted here."""

_REMINDED = timedelta(days=1)
"""How long what the register told is kept: longer than any window it is counted in."""

_PEPPER_BYTES = 32


@dataclass(frozen=True)
class Pepper:
    """A key of MACs, 32 bytes; `id` is kept beside each MAC, so that keys can be changed."""

    id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != _PEPPER_BYTES:
            raise Misconfigured(f"a pepper has {_PEPPER_BYTES} bytes")


class RedisCodes:
    """Implements ports_of_codes.CodeStore; needs Redis 5 or later that evicts nothing.

    Redis sees HMAC-SHA-256 values: of the code (RFC 2104; `Binding.message`), and of the phone in
    key names; and, while it lives, the code under a key that Redis does not have (`CodeSeal`).
    `subject_key` stands for the phone and stays when peppers change, since a new one would forget
    the failures. Codes under an `older` pepper can still be spent and sent once more; several
    processes change peppers in two steps, the new one first among the older.
    """

    def __init__(
        self, url: str, *, subject_key: bytes, pepper: Pepper, older: Sequence[Pepper] = ()
    ) -> None:
        self._pseudonyms = Pseudonyms(Pepper("subject", subject_key).secret)
        self._pepper = pepper
        self._peppers = (pepper, *older)
        self._seals = {each.id: CodeSeal(each.secret) for each in self._peppers}
        self._link = link = RedisLink(url)
        self._issue = link.script("memory.lua", "sendings.lua", "issue.lua")
        self._resend = link.script("memory.lua", "sendings.lua", "resend.lua")
        self._remind = link.script("memory.lua", "remind.lua")
        self._withdraw = link.script("withdraw.lua")
        self._spend = link.script("memory.lua", "spend.lua")

    def issue(
        self,
        binding: Binding,
        code: str,
        *,
        policy: ChallengePolicy,
        now: datetime,
        is_first: bool = False,
    ) -> Issued:
        """Keep the MAC; raises LimitReached (`cool_down`, `failures`) or CodesUnavailable."""
        try:
            return self._issued(binding, code, policy=policy, now=now, is_first=is_first)
        except Silent:
            # A Redis that wakes up does all that it was told meanwhile.
            with suppress(CodesUnavailable):
                self._forget(binding)
            raise

    def _issued(
        self,
        binding: Binding,
        code: str,
        *,
        policy: ChallengePolicy,
        now: datetime,
        is_first: bool,
    ) -> Issued:
        keys = self._keys(binding)
        arguments = [
            milliseconds(now),
            binding.challenge_id,
            _mac(self._pepper, binding, code),
            self._pepper.id,
            span(policy.life),
            span(_MEMORY),
            policy.failures,
            span(policy.failures_window),
            span(_SENDS_WINDOW),
            self._seals[self._pepper.id].closed(code, bound=self._bound(binding, self._pepper.id)),
            int(is_first),
            *(span(wait) for wait in policy.cool_downs),
        ]
        with self._link.answering():
            match self._issue(keys.of_sending, arguments):
                case ["issued", int(life), int(wait)]:
                    return Issued(expires_at=now + delta(life), resend_at=now + delta(wait))
                case other:
                    raise _refusal(other)

    def resend(self, binding: Binding, *, policy: ChallengePolicy, now: datetime) -> Resent:
        """The live code once more; also raises CodeGone, and where it is not ours to open."""
        sending = f"{binding.challenge_id}:{secrets.token_hex(4)}"
        try:
            sealed, resent = self._resent(binding, sending, policy=policy, now=now)
            bound = self._bound(binding, sealed.key_id)
            code = self._seals[sealed.key_id].opened(sealed.text, bound=bound)
        except Silent:
            with suppress(CodesUnavailable):
                self._unsend(binding, sending)
            raise
        except NotOpened:
            self._unsend(binding, sending)
            raise CodeGone("expired") from None
        return Resent(code=code, expires_at=resent.expires_at, resend_at=resent.resend_at)

    def _resent(
        self, binding: Binding, sending: str, *, policy: ChallengePolicy, now: datetime
    ) -> tuple["_Sealed", Issued]:
        keys = self._keys(binding)
        arguments = [
            milliseconds(now),
            binding.challenge_id,
            sending,
            span(policy.same_code),
            policy.attempts,
            policy.failures,
            span(policy.failures_window),
            span(_SENDS_WINDOW),
            len(self._seals),
            *self._seals,
            *(span(wait) for wait in policy.cool_downs),
        ]
        with self._link.answering():
            match self._resend(keys.of_sending, arguments):
                case ["again", str(kid), str(text), int(life), int(wait)]:
                    times = Issued(expires_at=now + delta(life), resend_at=now + delta(wait))
                    return _Sealed(kid, text), times
                case other:
                    raise _refusal(other)

    def remind(self, binding: Binding, history: CodeHistory) -> None:
        """Add what the register knows to what is known; a store that is complete stays as it is."""
        keys = self._keys(binding)
        sent = sorted(map(milliseconds, history.sent))
        failed = sorted(map(milliseconds, history.failed))
        spans = (span(each) for each in (_REMINDED, _REGISTER_IS_LATER, _SENDS_WINDOW))
        arguments = [*spans, len(sent), *sent, *failed]
        with self._link.answering():
            self._remind([keys.sends, keys.failures, keys.complete], arguments)

    def withdraw(self, binding: Binding) -> None:
        """Take the last sending back with its cool-down, not the failures; CodesUnavailable.

        With the first sending the code goes too; one that was used stays used: the gateway may
        deny a message that arrived.
        """
        with self._link.answering():
            self._forget(binding)

    def _forget(self, binding: Binding) -> None:
        keys = self._keys(binding)
        with self._link.failing_closed():
            self._withdraw([keys.challenge, keys.sends, keys.kept], [binding.challenge_id])

    def _unsend(self, binding: Binding, sending: str) -> None:
        with self._link.failing_closed():
            self._link.words.say("ZREM", self._keys(binding).sends, sending)

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
        arguments: list[Any] = [
            milliseconds(now),
            binding.challenge_id,
            hashlib.sha256(attempt_id.encode()).hexdigest(),
            policy.attempts,
            policy.failures,
            span(policy.failures_window),
        ]
        for pepper in self._peppers:
            arguments += [pepper.id, _mac(pepper, binding, code)]
        with self._link.answering():
            match self._spend([keys.challenge, keys.live, keys.failures, keys.kept], arguments):
                case ["spent", int(at)]:
                    return Spent(at=moment(at))
                case ["wrong", int(used), int(left)]:
                    return Wrong(attempts_used=used, attempts_left=left)
                case ["gone", str(reason), int(used)]:
                    return Gone(reason=reason, attempts_used=used)
        raise strange()

    def ping(self) -> None:
        """Raise CodesUnavailable unless the store answers and would evict nothing."""
        self._link.ping()

    def close(self) -> None:
        """Close the connections."""
        self._link.close()

    def _bound(self, binding: Binding, key_id: str) -> bytes:
        subject = self._pseudonyms.of_phone(binding.phone)
        return binding.surroundings(key_id=key_id, subject=subject)

    def _keys(self, binding: Binding) -> "_Keys":
        return _Keys(self._pseudonyms.of_phone(binding.phone), binding)


@dataclass(frozen=True)
class _Sealed:
    """A code as Redis keeps it."""

    key_id: str
    text: str


class _Keys:
    """Key names of one phone; the braces keep them in one slot of a cluster."""

    def __init__(self, subject: str, binding: Binding) -> None:
        self.challenge = f"otp:{{{subject}}}:c:{binding.challenge_id}"
        self.live = f"otp:{{{subject}}}:l:{binding.manifest_hash}"
        self.sends = f"otp:{{{subject}}}:s:{binding.manifest_hash}"
        self.failures = f"otp:{{{subject}}}:f:{binding.manifest_hash}"
        self.kept = f"otp:{{{subject}}}:k:{binding.manifest_hash}"
        self.complete = f"otp:{{{subject}}}:m:{binding.manifest_hash}"

    @property
    def of_sending(self) -> list[str]:
        """Those that a sending touches, in their order."""
        return [self.challenge, self.live, self.sends, self.failures, self.kept, self.complete]


def _refusal(answer: object) -> Exception:
    """Why a script gave no code out."""
    match answer:
        case [("cool_down" | "failures") as limit, int(wait)]:
            return LimitReached(limit, delta(wait))
        case ["gone", str(reason)]:
            return CodeGone(reason)
        case ["forgotten"]:
            return CodesForgotten("the store of codes has lost what it counted")
    return strange()


def _mac(pepper: Pepper, binding: Binding, code: str) -> str:
    message = binding.message(key_id=pepper.id, code=code)
    return hmac.digest(pepper.secret, message, hashlib.sha256).hex()
