"""What Redis holds of a code, and under which keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from docgen.adapters.otp.redis_codes import Pepper, RedisCodes
from docgen.domain.challenge import Binding, Gone, Wrong
from docgen.domain.errors import CodesUnavailable, Misconfigured
from docgen.domain.subscriber import Phone
from tests.builders import binding, sha256
from tests.contracts.conftest import PEPPER, SUBJECT_KEY
from tests.contracts.spending import CODE, OTHER, SPENT, issue, spend, wrong
from tests.services.redis_server import RedisServer


def test_codes_of_other_contents_live_side_by_side(codes: RedisCodes) -> None:
    """A code for other documents replaces nothing and cools nothing down."""
    one, two = binding(), binding(manifest_hash=sha256("another"))
    issue(codes, one)
    issue(codes, two, code=OTHER)
    assert [spend(codes, one), spend(codes, two, OTHER)] == [SPENT, SPENT]


def test_a_code_outlives_a_change_of_pepper(redis_url: str) -> None:
    """A pending code can be spent under the older pepper, wrong ones count, failures stay."""
    new = Pepper("k2", b"2" * 32)
    before = RedisCodes(redis_url, subject_key=SUBJECT_KEY, pepper=PEPPER)
    after = RedisCodes(redis_url, subject_key=SUBJECT_KEY, pepper=new, older=[PEPPER])
    of = binding()
    issue(before, of)
    assert spend(after, of, OTHER, attempt="w") == Wrong(attempts_used=1, attempts_left=4)
    assert spend(after, of) == SPENT
    before.close()
    after.close()


def test_a_retired_pepper_spends_nothing(redis_url: str) -> None:
    """A code whose pepper is no longer known is gone, and no attempt is counted."""
    before = RedisCodes(redis_url, subject_key=SUBJECT_KEY, pepper=PEPPER)
    after = RedisCodes(redis_url, subject_key=SUBJECT_KEY, pepper=Pepper("k2", b"2" * 32))
    of = binding()
    issue(before, of)
    assert spend(after, of) == Gone(reason="expired", attempts_used=0)
    before.close()
    after.close()


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_pepper_has_32_bytes(length: int) -> None:
    """A key of another length is refused, and never shown."""
    with pytest.raises(Misconfigured):
        Pepper("k1", b"p" * length)
    assert "ppp" not in repr(Pepper("k1", b"p" * 32))


def test_redis_holds_neither_code_nor_phone(codes: RedisCodes, redis_server: RedisServer) -> None:
    """No key and no value in Redis contains the code, a typed code or the phone."""
    of = binding()
    issue(codes, of)
    spend(codes, of, OTHER)
    with redis_server.client() as client:
        everything = repr([(key, _content(client, key)) for key in client.scan_iter()])
    assert of.challenge_id in everything
    assert not [secret for secret in (CODE, OTHER, "7015550142") if secret in everything]


def _content(client: Redis, key: str) -> object:
    match client.type(key):
        case "hash":
            return client.hgetall(key)
        case "zset":
            return client.zrange(key, 0, -1)
        case _:
            return client.get(key)


def test_a_spent_or_exhausted_code_leaves_no_mac(
    codes: RedisCodes, redis_server: RedisServer
) -> None:
    """As soon as a code is of no more use its MAC is deleted."""
    spent, exhausted = binding(), binding(manifest_hash=sha256("another"))
    issue(codes, spent)
    issue(codes, exhausted)
    spend(codes, spent)
    wrong(codes, exhausted, 5)
    with redis_server.client() as client:
        challenges = client.keys("otp:*:c:*")
        assert len(challenges) == 2
        assert not any(client.hexists(key, "mac") for key in challenges)


def test_everything_in_redis_expires(codes: RedisCodes, redis_server: RedisServer) -> None:
    """No key stays longer than its life and an hour."""
    of = binding()
    issue(codes, of)
    spend(codes, of, OTHER)
    with redis_server.client() as client:
        lives = [client.pttl(key) for key in client.scan_iter()]
    assert len(lives) == 6
    assert all(0 < life <= 3_780_000 for life in lives)


def test_one_phones_keys_share_a_slot(codes: RedisCodes, redis_server: RedisServer) -> None:
    """All keys of a phone carry one hash tag, as a cluster needs."""
    issue(codes, binding())
    issue(codes, binding(manifest_hash=sha256("another")))
    with redis_server.client() as client:
        tags = {key.split("}")[0] for key in client.scan_iter()}
    assert len(tags) == 1


def test_a_strange_answer_fails_closed(codes: RedisCodes, redis_server: RedisServer) -> None:
    """Keys of the wrong kind make codes unavailable; nothing is guessed."""
    of = binding()
    issue(codes, of)
    with redis_server.client() as client:
        for key in list(client.scan_iter()):
            client.delete(key)
            client.lpush(key, "strange")
    with pytest.raises(CodesUnavailable):
        spend(codes, of)
    with pytest.raises(CodesUnavailable):
        issue(codes, of)


_TEXTS = st.text(max_size=6)
_BINDINGS = st.builds(
    Binding,
    challenge_id=_TEXTS,
    phone=st.sampled_from([Phone("+77015550142"), Phone("+77015550143")]),
    purpose=_TEXTS,
    manifest_hash=_TEXTS,
)
_INPUTS = st.tuples(_BINDINGS, _TEXTS, _TEXTS)


@given(_INPUTS, _INPUTS)
def test_no_two_inputs_of_the_mac_look_alike(
    left: tuple[Binding, str, str], right: tuple[Binding, str, str]
) -> None:
    """Messages are equal only when binding, key id and code are, wherever the parts are cut."""
    messages = [of.message(key_id=key_id, code=code) for of, key_id, code in (left, right)]
    assert (messages[0] == messages[1]) == (left == right)
