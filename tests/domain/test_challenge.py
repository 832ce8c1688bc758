"""What a code is bound to."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from docgen.domain.challenge import Binding, ChallengePolicy
from docgen.domain.envelope import State
from docgen.domain.subscriber import Phone
from tests import builders

_parts = st.text(max_size=8)
_bindings = st.builds(
    Binding,
    challenge_id=_parts,
    phone=st.sampled_from([Phone("+77015550142"), Phone("+77015550143")]),
    purpose=_parts,
    manifest_hash=_parts,
)


@given(_bindings, _bindings, _parts, _parts, _parts, _parts)
def test_two_inputs_never_look_alike(
    one: Binding, other: Binding, key: str, code: str, other_key: str, other_code: str
) -> None:
    """Lengths keep the parts apart: equal messages mean equal parts."""
    same_message = one.message(key_id=key, code=code) == other.message(
        key_id=other_key, code=other_code
    )

    assert same_message == ((one, key, code) == (other, other_key, other_code))


def test_the_limits_are_those_we_promise() -> None:
    """Six digits, three minutes, five tries, ten failures an hour, 60 s to 300 s between codes."""
    policy = ChallengePolicy()

    assert (policy.digits, policy.attempts, policy.failures) == (6, 5, 10)
    assert policy.life.total_seconds() == 180
    assert policy.failures_window.total_seconds() == 3600
    assert [wait.total_seconds() for wait in policy.cool_downs] == [60, 120, 300]


def test_attempts_left_never_go_below_nothing() -> None:
    """More attempts than allowed leave none."""
    challenge = builders.challenge(of=builders.envelope(State.READY))

    assert challenge.attempts_left == 5
    assert replace(challenge, attempts_used=9).attempts_left == 0
