"""What is said to Redis is answered to whoever said it, whatever happens to connections."""

import os
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import pytest
from redis.exceptions import RedisError, ResponseError

from docgen.redis_words import RedisWords
from tests.contracts.races import at_once
from tests.services.redis_server import RedisServer


@pytest.fixture
def words(own_redis: RedisServer) -> Iterator[RedisWords]:
    """Said to a Redis to be treated badly."""
    with closing(RedisWords(own_redis.url, answer_seconds=0.3)) as built:
        yield built


def test_whoever_speaks_alone_keeps_one_connection(words: RedisWords) -> None:
    """It is not opened anew for each word."""
    first = words.say("CLIENT", "ID")

    assert words.say("CLIENT", "ID") == first


def test_those_who_speak_at_once_get_their_own_answers(words: RedisWords) -> None:
    """No two share a connection meanwhile."""
    for _ in range(20):
        told = at_once([partial(words.say, "ECHO", str(number)) for number in range(8)])

        assert told == [str(number) for number in range(8)]


def test_one_journey_brings_all_answers(words: RedisWords) -> None:
    """In the order of what was said."""
    assert words.say_all(("RPUSH", "list", "a"), ("LLEN", "list")) == [1, 1]


def test_what_is_refused_is_raised_and_the_rest_is_done(words: RedisWords) -> None:
    """Nor does the answer to the rest go to whoever speaks next."""
    words.say("SET", "string", "")

    with pytest.raises(ResponseError, match="WRONGTYPE"):
        words.say_all(("RPUSH", "string", "a"), ("SET", "other", "b"))

    assert words.say("ECHO", "next") == "next"
    assert words.say("GET", "other") == "b"


def test_a_connection_that_redis_has_closed_is_noticed_beforehand(
    own_redis: RedisServer, words: RedisWords
) -> None:
    """Nobody is refused for it: what is said once goes over another one."""
    words.say("PING")
    with own_redis.client() as client:
        client.client_kill_filter(_type="normal", skipme=True)

    assert words.say("PING") == "PONG"


def test_an_answer_that_comes_too_late_is_nobodys(
    own_redis: RedisServer, words: RedisWords
) -> None:
    """Whoever speaks next does not take it for his."""
    words.say("PING")
    own_redis.freeze()
    with pytest.raises(RedisError):
        words.say("ECHO", "too late")
    own_redis.thaw()

    assert words.say("ECHO", "next") == "next"


def test_a_forked_process_speaks_over_its_own_connection(words: RedisWords) -> None:
    """Parent and child do not hear each other's answers, and the parent's stays open."""
    parents = words.say("CLIENT", "ID")
    child = os.fork()
    if child == 0:
        os._exit(0 if words.say("CLIENT", "ID") != parents else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert words.say("CLIENT", "ID") == parents
