"""Dramatiq's way through Redis, made to live with a Redis that comes and goes.

A message is fetched into the set of its consumer and leaves Redis when the consumer acknowledges
it. What a dead consumer held is handed out again by the others, but late and by chance: a minute
after its last command, when one command in a thousand clears up. A live one whose threads are all
busy for that long looks dead too. So a message may come twice, late, or never, and must mean no
more than "look at this envelope": its state says what is to be done, its hold who does it, and
`sweep` finds it without any message. That is why nothing here is repeated, flushed or replicated.
"""

from collections.abc import Iterable
from contextlib import suppress

from dramatiq import Consumer, MessageProxy
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerConnectionError, ConnectionClosed
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

_NAMESPACE = "qoltanba"
_CONNECT_SECONDS = 0.3
_MOST_AT_ONCE = 1000


class HintBroker(RedisBroker):
    """Needs Redis 5 or later that is no cluster; `answer_seconds` bounds each command.

    It has no middleware. TimeLimit and Shutdown raise exceptions into threads at any line, Retries
    writes tracebacks, which may quote values, into Redis, and repeats what `sweep` repeats anyway.
    """

    def __init__(self, url: str, *, answer_seconds: float) -> None:
        client = Redis.from_url(
            url,
            socket_connect_timeout=_CONNECT_SECONDS,
            socket_timeout=answer_seconds,
            retry=Retry(NoBackoff(), 0),
        )
        super().__init__(  # type: ignore[no-untyped-call]
            client=client, namespace=_NAMESPACE, middleware=[]
        )

    def close(self) -> None:
        """Close the pooled connections."""
        self.client.close()

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        """A consumer that outlives Redis."""
        return _Lasting(super().consume(queue_name, prefetch, timeout))

    def get_declared_delay_queues(self) -> set[str]:
        """None: nothing is delayed, so nobody need look for it several times a second."""
        return set()

    def _max_unpack_size(self) -> int:
        # Dramatiq asks Redis, under a lock: of ten threads that tell a silent Redis something, the
        # last would wait ten times as long.
        return _MOST_AT_ONCE


class _Lasting(Consumer):
    """Dramatiq's consumer takes a time-out for a fault of ours, and dies of some of them."""

    def __init__(self, inner: Consumer) -> None:
        self._inner = inner

    def __next__(self) -> MessageProxy | None:
        try:
            return next(self._inner)
        except RedisError as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]

    def ack(self, message: MessageProxy) -> None:
        # Dramatiq would hold its thread until Redis is back, and the process that wants to end too.
        with suppress(RedisError, BrokerConnectionError):
            self._inner.ack(message)

    def nack(self, message: MessageProxy) -> None:
        with suppress(RedisError, BrokerConnectionError):
            self._inner.nack(message)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        with suppress(RedisError, BrokerConnectionError):
            self._inner.requeue(messages)
