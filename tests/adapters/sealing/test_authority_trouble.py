"""Authorities that are down, garbled or lying: a seal waits, it is never made a lesser one."""

from pathlib import Path

import pytest
from asn1crypto import tsp

from docgen.adapters.authority.demo import DemoAuthority
from docgen.adapters.authority.stamping import POLICY, Refusal
from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.key import SealKey
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.trust import TrustRoots
from docgen.domain.envelope import SealLevel
from docgen.domain.errors import SealUnavailable
from tests.adapters.sealing.answering import answering, closed, silent
from tests.adapters.sealing.conftest import MakeSealer
from tests.adapters.sealing.papers import ShiftedClock, order
from tests.pki.lab import PASSPHRASE, Lab

NATIONAL_RSA_POLICY = "1.2.398.3.3.2.6.2"


def test_closed_port_means_unavailable(make_sealer: MakeSealer) -> None:
    """Nobody there: the seal waits."""
    with pytest.raises(SealUnavailable):
        make_sealer(tsa_url=closed()).seal(order())


def test_silence_is_not_waited_for_long(make_sealer: MakeSealer) -> None:
    """A connection without an answer is given up after the configured patience."""
    with silent() as url, pytest.raises(SealUnavailable):
        make_sealer(tsa_url=url, patience=0.2).seal(order())


@pytest.mark.parametrize("content", [b"", b"garbage", b"<html></html>", b"\x30\x03\x02\x01\x00"])
def test_garbage_means_unavailable(make_sealer: MakeSealer, content: bytes) -> None:
    """An answer that is no time-stamp answer is no answer."""
    with answering(lambda _: content) as url, pytest.raises(SealUnavailable):
        make_sealer(tsa_url=url).seal(order())


def test_page_of_a_proxy_means_unavailable(make_sealer: MakeSealer) -> None:
    """A login page in place of the authority is no answer, even with status 200."""
    page = answering(lambda _: b"<html>Please log in</html>", media_type="text/html")
    with page as url, pytest.raises(SealUnavailable):
        make_sealer(tsa_url=url).seal(order())


def test_error_status_means_unavailable(make_sealer: MakeSealer) -> None:
    """A 503 of the authority is our unavailability."""
    with answering(lambda _: b"", status=503) as url, pytest.raises(SealUnavailable):
        make_sealer(tsa_url=url).seal(order())


def test_refusal_means_unavailable(make_sealer: MakeSealer) -> None:
    """An authority that refuses to stamp leaves the seal waiting."""
    status = {"status": "rejection", "fail_info": {"unaccepted_policy"}}
    content = Refusal({"status": status}).dump()
    with answering(lambda _: content) as url, pytest.raises(SealUnavailable):
        make_sealer(tsa_url=url).seal(order())


def test_old_token_is_not_taken_for_a_new_one(make_sealer: MakeSealer, lab: Lab) -> None:
    """A recorded answer to another question is recognised, also where no nonce would tell."""
    kept: list[bytes] = []

    def replay(request: bytes) -> bytes:
        kept.append(lab.stamp(request))
        return kept[0]

    with answering(replay) as url, pytest.raises(SealUnavailable):
        make_sealer(tsa_url=url).seal(order())
    assert len(kept) > 1


def test_token_about_other_bytes_is_not_taken(make_sealer: MakeSealer, lab: Lab) -> None:
    """The right nonce over another digest is still not our token."""

    def stamp_other_bytes(request: bytes) -> bytes:
        asked = tsp.TimeStampReq.load(request)
        asked["message_imprint"]["hashed_message"] = bytes(32)
        return lab.stamp(asked.dump(force=True))

    with answering(stamp_other_bytes) as url, pytest.raises(SealUnavailable):
        make_sealer(tsa_url=url).seal(order())


def test_token_with_a_broken_signature_is_not_taken(make_sealer: MakeSealer, lab: Lab) -> None:
    """A token whose signature does not hold proves nothing."""

    def spoil(request: bytes) -> bytes:
        answer = tsp.TimeStampResp.load(lab.stamp(request))
        signer = answer["time_stamp_token"]["content"]["signer_infos"][0]
        signer["signature"] = bytes(len(signer["signature"].native))
        return bytes(answer.dump(force=True))

    with answering(spoil) as url, pytest.raises(SealUnavailable):
        make_sealer(tsa_url=url).seal(order())


def test_untrusted_authority_is_not_believed(make_sealer: MakeSealer, tmp_path: Path) -> None:
    """A sound token of an authority under another root is not taken."""
    with (
        DemoAuthority.open(tmp_path / "pki", clock=ShiftedClock()) as stranger,
        pytest.raises(SealUnavailable),
    ):
        make_sealer(tsa_url=stranger.tsa_url).seal(order())


def test_the_wanted_policy_is_asked_for(make_sealer: MakeSealer, lab: Lab) -> None:
    """As the national authority wants it, which has one policy for each kind of key."""
    asked: list[str | None] = []

    def answer(request: bytes) -> bytes:
        wanted = tsp.TimeStampReq.load(request)["req_policy"]
        asked.append(wanted.native and wanted.dotted)
        return lab.stamp(request)

    with answering(answer) as url:
        make_sealer(tsa_url=url).seal(order())
        with pytest.raises(SealUnavailable):
            make_sealer(tsa_url=url, tsa_policy=NATIONAL_RSA_POLICY).seal(order())

    assert (asked[0], asked[-1]) == (None, NATIONAL_RSA_POLICY)


@pytest.mark.parametrize("policy", [None, POLICY])
def test_a_token_under_the_wanted_policy_is_taken(
    lab: Lab, long_lived: tuple[str, Path], picture: SealPicture, policy: str | None
) -> None:
    """The authority's own policy, asked for by name or not at all."""
    url, root = long_lived
    key = SealKey.load(lab.pkcs12("ec"), PASSPHRASE, allow_demo=False)
    sealer = PadesSealer(
        key,
        roots=TrustRoots.load([lab.root, root]),
        clock=ShiftedClock(),
        picture=picture,
        tsa_url=url,
        tsa_policy=policy,
    )

    assert sealer.seal(order()).level is SealLevel.B_LT


def test_a_policy_the_authority_does_not_have_leaves_the_seal_waiting(
    make_sealer: MakeSealer, long_lived: tuple[str, Path]
) -> None:
    """It refuses, as RFC 3161 says (2.4.2, unacceptedPolicy); no other token is taken for it."""
    with pytest.raises(SealUnavailable):
        make_sealer(tsa_url=long_lived[0], tsa_policy=NATIONAL_RSA_POLICY).seal(order())


def test_sealer_recovers_when_the_authority_does(make_sealer: MakeSealer, lab: Lab) -> None:
    """After an outage the same sealer makes full seals again."""
    down = True

    def sometimes(request: bytes) -> bytes:
        return b"" if down else lab.stamp(request)

    with answering(sometimes) as url:
        sealer = make_sealer(tsa_url=url)
        with pytest.raises(SealUnavailable):
            sealer.seal(order())
        down = False
        assert sealer.seal(order()).level is SealLevel.B_LT
