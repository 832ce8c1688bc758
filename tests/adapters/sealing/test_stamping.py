"""Time stamps over hashes: asked for over HTTP, judged offline."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms

from docgen.adapters.sealing.stamping import TimeStampAuthority, TokenJudge
from docgen.adapters.sealing.timestamp import StrictTimeStamper
from docgen.adapters.sealing.trust import TrustRoots
from docgen.domain.errors import SealUnavailable
from tests.adapters.sealing.answering import answering, closed, silent
from tests.adapters.sealing.papers import ShiftedClock
from tests.pki.lab import Lab

_HASH = hashlib.sha256(b"an anchor").hexdigest()
_OTHER = hashlib.sha256(b"another").hexdigest()


def _authority(url: str, patience: float = 4) -> TimeStampAuthority:
    return TimeStampAuthority(StrictTimeStamper(url, timeout=patience))


@pytest.fixture(scope="module")
def token(lab: Lab) -> bytes:
    """The lab's word on a hash."""
    return _authority(lab.tsa_url).stamp(_HASH)


def test_a_token_says_who_stamped_the_hash_and_when(token: bytes, roots: TrustRoots) -> None:
    """A good one has no fault."""
    judged = TokenJudge(roots).judge(token, _HASH)
    assert judged.fault is None
    assert judged.authority == "Lab TSA, Сынақ Телеком ЖШС"
    assert judged.stamped_at is not None
    assert abs(judged.stamped_at - ShiftedClock().now()) < timedelta(minutes=5)


def test_a_token_of_other_bytes_is_told(token: bytes, roots: TrustRoots) -> None:
    """It is about one hash and no other."""
    assert TokenJudge(roots).judge(token, _OTHER).fault == "of_other_bytes"


def test_a_token_of_a_stranger_is_told(token: bytes, long_lived: tuple[str, Path]) -> None:
    """Roots are ours, never the token's."""
    stranger = TrustRoots.load([long_lived[1]])
    assert TokenJudge(stranger).judge(token, _HASH).fault == "not_trusted"
    assert TokenJudge(TrustRoots(())).judge(token, _HASH).fault == "not_trusted"


def test_a_broken_token_is_told(token: bytes, roots: TrustRoots) -> None:
    """The signature must hold."""
    parsed = cms.ContentInfo.load(token)
    signer = parsed["content"]["signer_infos"][0]
    signer["signature"] = bytes(len(signer["signature"].native))
    judged = TokenJudge(roots).judge(parsed.dump(force=True), _HASH)
    assert judged.fault == "broken"


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x30\x03\x02\x01\x00"])
def test_what_is_no_token_is_told(content: bytes, roots: TrustRoots) -> None:
    """Whatever a row holds instead of a token ends in a fault, not in a traceback."""
    assert TokenJudge(roots).judge(content, _HASH).fault == "unreadable"


def test_a_flipped_bit_never_passes(token: bytes, roots: TrustRoots) -> None:
    """Of the signed parts, no bit can change; what is told then is another time, or a fault."""
    judge = TokenJudge(roots)
    honest = judge.judge(token, _HASH)
    at = token.index(bytes.fromhex(_HASH))
    for place in range(at - 40, at + 60):
        forged = bytearray(token)
        forged[place] ^= 1
        assert judge.judge(bytes(forged), _HASH) != honest


def test_a_longer_token_is_no_token(token: bytes, roots: TrustRoots) -> None:
    """Bytes after its end are nobody's."""
    assert TokenJudge(roots).judge(token + b"\0", _HASH).fault == "unreadable"


def test_an_authority_that_is_down_or_garbled_is_unavailable() -> None:
    """The anchor keeps owing its token."""
    with pytest.raises(SealUnavailable):
        _authority(closed()).stamp(_HASH)
    with answering(lambda _: b"garbage") as url, pytest.raises(SealUnavailable):
        _authority(url).stamp(_HASH)
    with silent() as url, pytest.raises(SealUnavailable):
        _authority(url, patience=0.2).stamp(_HASH)
