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
from queue import SimpleQueue

from redis.exceptions import RedisError

from docgen.adapters.jobs.attempt import attempt
from docgen.domain.work import Task
from docgen.ports import Work
from docgen.redis_words import RedisWords

log = logging.getLogger(__name__)

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
        self._telling = RedisWords(redis_url, answer_seconds=_TELLING_SECONDS)
        self._waiting = RedisWords(redis_url, answer_seconds=_WAITING_SECONDS + _SILENCE_SECONDS)

    def tell(self, task: Task, envelope_id: str) -> bool:
        """Leave a message; False where Redis does not take it, and then the sweep finds it."""
        try:
            self._telling.say("RPUSH", _owed(task), envelope_id)
        except RedisError as error:
            kind = type(error).__name__
            log.warning("%s of envelope %s was not told: %s", task, envelope_id, kind)
            return False
        return True

    def wait(self, task: Task, envelope_id: str, *, most: timedelta) -> bool:
        """Until word comes that it was attempted, at most a second; False where Redis is away."""
        seconds = min(max(most, _SHORTEST).total_seconds(), _WAITING_SECONDS)
        try:
            self._waiting.say("BLPOP", _word(task, envelope_id), seconds)
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
    authority: threads that both share would all wait there. One more thread listens for all of
    them, and takes nothing for which none is free: that is left to other processes.
    """

    def __init__(self, redis_url: str, work: Work, *, threads: int) -> None:
        patience = _LISTENING_SECONDS + _SILENCE_SECONDS
        self._redis = RedisWords(redis_url, answer_seconds=patience)
        self._work = work
        self._stopping = threading.Event()
        self._word = f"qoltanba:listener:{secrets.token_hex(16)}"
        self._given: dict[Task, SimpleQueue[str | None]] = {task: SimpleQueue() for task in Task}
        self._free, self._unheard = dict.fromkeys(Task, threads), set[Task]()
        self._counting = threading.Lock()
        self._threads = [
            threading.Thread(target=self._do_what_is_given, args=(task,), name=f"{task} {number}")
            for task in Task
            for number in range(threads)
        ]
        self._listener = threading.Thread(target=self._listen, name="queue")

    def start(self) -> None:
        """Begin, with Redis or without; as soon as it is there, what it holds is done."""
        for thread in (*self._threads, self._listener):
            thread.start()

    def is_stopping(self) -> bool:
        """Whether nothing new is taken."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Take nothing new, and finish what was begun; the rest stays for others."""
        self._stopping.set()
        self._wake_listener()
        for thread in (self._listener, *self._threads):
            thread.join()
        self._redis.close()

    def _listen(self) -> None:
        away = False
        while not self._stopping.is_set():
            try:
                taken = self._redis.say("BLPOP", *self._lists(), _LISTENING_SECONDS)
            except RedisError as error:
                if not away:
                    log.warning("the queue is away: %s", type(error).__name__)
                away = True
                self._stopping.wait(_AWAY_SECONDS)
                continue
            away = False
            if taken is not None and taken[0] in _TASKS:
                self._give(_TASKS[taken[0]], str(taken[1]))
        for thread_of in self._given.values():
            thread_of.put(None)

    def _lists(self) -> list[str]:
        """Those that somebody is free for, the one that people wait for first."""
        with self._counting:
            self._unheard = {task for task in Task if not self._free[task]}
            return [self._word, *(_owed(task) for task in Task if self._free[task])]

    def _give(self, task: Task, envelope_id: str) -> None:
        with self._counting:
            self._free[task] -= 1
        self._given[task].put(envelope_id)

    def _do_what_is_given(self, task: Task) -> None:
        while (envelope_id := self._given[task].get()) is not None:
            self._do(task, envelope_id)
            with self._counting:
                self._free[task] += 1
                is_unheard = task in self._unheard
                self._unheard.discard(task)
            if is_unheard:
                self._wake_listener()
        # For the next of them.
        self._given[task].put(None)

    def _wake_listener(self) -> None:
        """Where Redis is away he finds out by its silence."""
        self._say(self._word, "listen anew")

    def _do(self, task: Task, envelope_id: str) -> None:
        attempt(self._work, task, envelope_id)
        if task in _AWAITED:
            self._say(_word(task, envelope_id), "attempted")

    def _say(self, key: str, word: str) -> None:
        with suppress(RedisError):
            self._redis.say_all(("RPUSH", key, word), ("EXPIRE", key, _WORD_KEPT_SECONDS))


def _owed(task: Task) -> str:
    return f"qoltanba:owed:{task}"


_TASKS = {_owed(task): task for task in Task}


def _word(task: Task, envelope_id: str) -> str:
    return f"qoltanba:attempted:{task}:{envelope_id}"
