"""What is said to Redis, and what it answers.

Redis-py's connections are used as they are: over a word its client spends three times what the word
costs, on a locked pool, on trying again and on measuring.
"""

import os
from collections import deque
from collections.abc import Callable
from typing import Any, cast

from hiredis import pack_command
from redis.backoff import NoBackoff
from redis.connection import AbstractConnection, ConnectionPool
from redis.exceptions import RedisError
from redis.retry import Retry

_CONNECT_SECONDS = 0.3

Word = str | int | float
Command = tuple[Word, ...]

# Redis-py's own packing looks at each word for what none of ours is.
_packed: Callable[[Command], bytes] = cast("Any", pack_command)


class RedisWords:
    """For any number of threads; each speaks over a connection that is its own meanwhile.

    Nothing is said twice: whoever gets no answer within `answer_seconds` does not know whether he
    was heard. That Redis has closed a connection is noticed before anything is said over it.
    """

    def __init__(self, url: str, *, answer_seconds: float) -> None:
        self._made_by = ConnectionPool.from_url(
            url,
            # With 3 Redis may say what nobody has asked for.
            protocol=2,
            decode_responses=True,
            socket_connect_timeout=_CONNECT_SECONDS,
            socket_timeout=answer_seconds,
            retry=Retry(NoBackoff(), 0),
        )
        self._free: deque[AbstractConnection] = deque()

    def say(self, *words: Word) -> Any:
        """The answer to one command; raises RedisError."""
        (answer,) = self.say_all(words)
        return answer

    def say_all(self, *commands: Command) -> list[Any]:
        """The answers to commands that make one journey; raises RedisError if one is refused."""
        connection = self._one_to_speak_over()
        try:
            connection.send_packed_command([b"".join(map(_packed, commands))])
            return [connection.read_response() for _ in commands]
        except BaseException:
            # What is still to come is no answer to whoever speaks next.
            connection.disconnect()
            raise
        finally:
            self._free.append(connection)

    def close(self) -> None:
        """Hang up wherever nobody speaks."""
        while self._free:
            self._free.pop().disconnect()

    def _one_to_speak_over(self) -> AbstractConnection:
        """The one used last, so that no more are open than speak at the same time."""
        try:
            connection = self._free.pop()
        except IndexError:
            return self._new()
        if connection.pid != os.getpid():
            # The parent speaks over it.
            return self._new()
        if connection.is_connected and _is_out_of_order(connection):
            connection.disconnect()
        return connection

    def _new(self) -> AbstractConnection:
        return cast("AbstractConnection", self._made_by.make_connection())


def _is_out_of_order(connection: AbstractConnection) -> bool:
    """Nothing can be read before anything was said, unless it is that the other side has gone."""
    try:
        return connection.can_read()
    except (RedisError, OSError):
        return True
