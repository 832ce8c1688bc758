"""Work told to other processes through Redis, which may forget it.

A list for each task holds ids of envelopes, and whoever is free takes the next one. It is gone with
that: what a process took and did not do, because it died, `sweep` finds by its state. So a message
may come twice, late, or never, and must mean no more than "look at this envelope". Needs Redis 6.
"""

import logging
import secrets
import threading
from contextlib import suppress
from datetime import timedelta

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from docgen.adapters.jobs.attempt import attempt
from docgen.domain.work import Task
from docgen.ports import Work

log = logging.getLogger(__name__)

_CONNECT_SECONDS = 0.3
_TELLING_SECONDS = 0.4
"""Somebody waits for the answer to a request meanwhile."""

_WAITING_SECONDS = 1
"""So long at most somebody waits for word of his work before he looks at the register."""
_LISTENING_SECONDS = 3
"""After so long a listener asks anew; Redis wakes it as soon as work or the end comes."""
_SILENCE_SECONDS = 2.0
"""After so much more Redis is taken to be away."""
_AWAY_SECONDS = 0.5
"""Between two tries while it is."""

_AWAITED = frozenset({Task.RENDER})
"""Work that somebody may wait for within a request."""
_WORD_KEPT_SECONDS = 10
_SHORTEST = timedelta(milliseconds=10)
"""Redis takes 0 for ever."""


class QueueJobs:
    """Implements ports.Jobs."""

    at_once = False

    def __init__(self, redis_url: str) -> None:
        self._telling = _redis(redis_url, answer_seconds=_TELLING_SECONDS)
        self._waiting = _redis(redis_url, answer_seconds=_WAITING_SECONDS + _SILENCE_SECONDS)

    def tell(self, task: Task, envelope_id: str) -> bool:
        """Leave a message; False where Redis does not take it, and then the sweep finds it."""
        try:
            self._telling.rpush(_owed(task), envelope_id)
        except RedisError as error:
            kind = type(error).__name__
            log.warning("%s of envelope %s was not told: %s", task, envelope_id, kind)
            return False
        return True

    def wait(self, task: Task, envelope_id: str, *, most: timedelta) -> bool:
        """Until word comes that it was attempted, at most a second; False where Redis is away."""
        seconds = min(max(most, _SHORTEST).total_seconds(), _WAITING_SECONDS)
        try:
            self._waiting.blpop([_word(task, envelope_id)], timeout=seconds)
        except RedisError:
            return False
        return True

    def close(self) -> None:
        """Close the connections."""
        self._telling.close()
        self._waiting.close()


class QueueConsumer:
    """Does what it is told, each task by so many `threads` of its own.

    Of their own, since somebody waits for a document while sealing may wait for a timestamp
    authority: threads that both share would all wait there. Of the threads of a task one listens
    at a time, and the next one as soon as it has something to do.
    """

    def __init__(self, redis_url: str, work: Work, *, threads: int) -> None:
        self._redis = _redis(redis_url, answer_seconds=_LISTENING_SECONDS + _SILENCE_SECONDS)
        self._work = work
        self._stopping = threading.Event()
        self._end = f"qoltanba:end:{secrets.token_hex(16)}"
        self._turns = {task: threading.Lock() for task in Task}
        self._threads = [
            threading.Thread(target=self._listen, args=(task,), name=f"{task} {number}")
            for task in Task
            for number in range(threads)
        ]

    def start(self) -> None:
        """Begin, with Redis or without; as soon as it is there, what it holds is done."""
        for thread in self._threads:
            thread.start()

    def is_stopping(self) -> bool:
        """Whether nothing new is taken."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Take nothing new, and finish what was begun; the rest stays for others."""
        self._stopping.set()
        self._wake_listeners()
        for thread in self._threads:
            thread.join()
        self._redis.close()

    def _listen(self, task: Task) -> None:
        while not self._stopping.is_set():
            with self._turns[task]:
                taken = self._next(task)
            if taken is not None:
                self._do(task, taken)

    def _next(self, task: Task) -> str | None:
        """What is to be done next; None at the end."""
        away = False
        while not self._stopping.is_set():
            try:
                taken = self._redis.blpop([self._end, _owed(task)], timeout=_LISTENING_SECONDS)
            except RedisError as error:
                if not away:
                    log.warning("the queue of %s is away: %s", task, type(error).__name__)
                away = True
                self._stopping.wait(_AWAY_SECONDS)
                continue
            away = False
            if taken is not None:
                return None if taken[0] == self._end else str(taken[1])
        return None

    def _wake_listeners(self) -> None:
        """One word for each of ours; where Redis is away they find out by its silence."""
        with suppress(RedisError), self._redis.pipeline(transaction=False) as told:
            told.rpush(self._end, *("end" for _ in self._turns))
            told.expire(self._end, _WORD_KEPT_SECONDS)
            told.execute()

    def _do(self, task: Task, envelope_id: str) -> None:
        attempt(self._work, task, envelope_id)
        if task not in _AWAITED:
            return
        word = _word(task, envelope_id)
        with suppress(RedisError), self._redis.pipeline(transaction=False) as told:
            told.rpush(word, "attempted")
            told.expire(word, _WORD_KEPT_SECONDS)
            told.execute()


def _owed(task: Task) -> str:
    return f"qoltanba:owed:{task}"


def _word(task: Task, envelope_id: str) -> str:
    return f"qoltanba:attempted:{task}:{envelope_id}"


def _redis(url: str, *, answer_seconds: float) -> Redis:
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=answer_seconds,
        retry=Retry(NoBackoff(), 0),
    )
