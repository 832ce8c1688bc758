"""The way to Redis, and what is done where it does not answer."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from redis.exceptions import NoScriptError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisSilent

from docgen.domain.errors import CodesUnavailable
from docgen.redis_words import RedisWords

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ANSWER_SECONDS = 0.3
"""Twice that is well under a second: where a code may have been kept, it is also forgotten."""

_SILENCE_SECONDS = 1.0
"""After one was left without an answer, others are refused for so long without asking."""

Run = Callable[[list[str], list[Any]], Any]


class Silent(CodesUnavailable):
    """No answer in time: what was asked may be done or not, or later."""


class RedisLink:
    """Fails closed: whatever Redis does not do at once is CodesUnavailable."""

    def __init__(self, url: str) -> None:
        # No second try, which would double the wait: whoever asks again is answered the same.
        self.words = RedisWords(url, answer_seconds=_ANSWER_SECONDS)
        self._silent_until = 0.0

    def script(self, *names: str) -> Run:
        """One script out of these files, read one after another."""
        folder = Path(__file__).parent
        text = "\n".join((folder / name).read_text(encoding="utf-8") for name in names)
        digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

        def run(keys: list[str], arguments: list[Any]) -> Any:
            command = ("EVALSHA", digest, len(keys), *keys, *arguments)
            try:
                return self.words.say(*command)
            except NoScriptError:
                self.words.say("SCRIPT", "LOAD", text)
                return self.words.say(*command)

        return run

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Fail closed, at once where Redis was silent a moment ago.

        A process has few threads: if each of many callers waited, the last would wait for all.
        """
        if time.monotonic() < self._silent_until:
            raise CodesUnavailable("the store of codes was silent a moment ago")
        try:
            with self.failing_closed():
                yield
        except Silent:
            self._silent_until = time.monotonic() + _SILENCE_SECONDS
            raise

    @contextmanager
    def failing_closed(self) -> Iterator[None]:
        """The same, asking also where it was silent a moment ago."""
        try:
            yield
        except RedisSilent as error:
            raise Silent("the store of codes is silent") from error
        except RedisError as error:
            raise CodesUnavailable("the store of codes does not answer") from error

    def ping(self) -> None:
        """Raise CodesUnavailable unless the store answers and would evict nothing."""
        with self.answering():
            self.words.say("PING")
            policy = self._eviction()
        if policy not in {None, "noeviction"}:
            raise CodesUnavailable(f"maxmemory-policy {policy} would forget counted failures")

    def close(self) -> None:
        """Close the connections."""
        self.words.close()

    def _eviction(self) -> Any:
        try:
            told = self.words.say("CONFIG", "GET", "maxmemory-policy")
        except ResponseError:
            return None
        return told[1] if told else None


def strange() -> CodesUnavailable:
    """What is said of an answer that no script of ours gives."""
    return CodesUnavailable("the store of codes gave no answer we know")


def milliseconds(moment: datetime) -> int:
    """Of a moment, as Redis is told it."""
    return span(moment - _EPOCH)


def moment(milliseconds: int) -> datetime:
    """The moment that Redis was told."""
    return _EPOCH + delta(milliseconds)


def span(duration: timedelta) -> int:
    """A duration in whole milliseconds."""
    return duration // timedelta(milliseconds=1)


def delta(milliseconds: int) -> timedelta:
    """The duration of so many milliseconds."""
    return timedelta(milliseconds=milliseconds)
