"""Work told to other processes through Redis, which may forget it."""

import logging
from concurrent.futures import ThreadPoolExecutor

import dramatiq
from redis.exceptions import RedisError

from docgen.adapters.jobs.attempt import attempt
from docgen.adapters.jobs.broker import HintBroker
from docgen.domain.work import Task
from docgen.ports import Work

log = logging.getLogger(__name__)

_TELLING_SECONDS = 0.4
"""Somebody waits for the answer to a request meanwhile."""

_FETCHING_SECONDS = 2.0
"""Nobody waits; and what was fetched by a command given up is lost until this process ends."""

_LOOK_EVERY_MILLISECONDS = 100
"""Between two looks into an empty queue: Dramatiq polls, and somebody waits for a document."""


class QueueJobs:
    """Implements ports.Jobs; a message holds the task's name and the envelope's id."""

    def __init__(self, redis_url: str) -> None:
        self._broker = HintBroker(redis_url, answer_seconds=_TELLING_SECONDS)

    def tell(self, task: Task, envelope_id: str) -> bool:
        """Leave a message; False where Redis does not take it, and then the sweep finds it."""
        message: dramatiq.Message[None] = dramatiq.Message(
            queue_name=task, actor_name=task, args=(envelope_id,), kwargs={}, options={}
        )
        try:
            self._broker.enqueue(message)
        except RedisError as error:
            kind = type(error).__name__
            log.warning("%s of envelope %s was not told: %s", task, envelope_id, kind)
            return False
        return True

    def close(self) -> None:
        """Close the connections."""
        self._broker.close()


class QueueConsumer:
    """Does what it is told, each task by so many `threads` of its own.

    Of their own, since somebody waits for a document while sealing may wait for a timestamp
    authority: threads that both share would all wait there.
    """

    def __init__(self, redis_url: str, work: Work, *, threads: int) -> None:
        self._workers = [_worker(redis_url, task, work, threads) for task in Task]

    def start(self) -> None:
        """Begin, with Redis or without; as soon as it is there, what it holds is done."""
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """Take nothing new, finish what was begun, give back what was not."""
        with ThreadPoolExecutor(len(self._workers)) as together:
            list(together.map(dramatiq.Worker.stop, self._workers))
        for worker in self._workers:
            worker.broker.close()


def _worker(redis_url: str, task: Task, work: Work, threads: int) -> dramatiq.Worker:
    broker = HintBroker(redis_url, answer_seconds=_FETCHING_SECONDS)

    @dramatiq.actor(broker=broker, queue_name=task, actor_name=task)
    def do(envelope_id: str) -> None:
        attempt(work, task, envelope_id)

    return dramatiq.Worker(broker, worker_threads=threads, worker_timeout=_LOOK_EVERY_MILLISECONDS)
