"""The operator's national signature by NCANode: its interface, against a stand-in for it.

It was never tried against a real NCANode, nor with a key of the national authority.
"""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asn1crypto import cms

from docgen.adapters.sealing.ncanode import NcanodeSigner
from docgen.domain.errors import Misconfigured, SealKeyUnusable, SealRefused, SealUnavailable
from docgen.domain.sealing import DetachedOrder
from tests.adapters.sealing.answering import closed, silent
from tests.pki.lab import PASSPHRASE, Lab
from tests.services.ncanode import Request, Said, StandIn, ncanode

SEALED = b"%PDF-1.7 sealed bytes"
ORDER = DetachedOrder(envelope_id="1", document_id="2", pdf=SEALED)
MakeSigner = Callable[..., NcanodeSigner]


@pytest.fixture
def stand_in(lab: Lab) -> Iterator[StandIn]:
    """One that answers."""
    with ncanode(lab.tsa_url) as served:
        yield served


@pytest.fixture
def make(lab: Lab, stand_in: StandIn) -> MakeSigner:
    """A signer with a key of the lab's."""

    def signer(
        *, url: str | None = None, timestamp: bool = True, patience: float = 10
    ) -> NcanodeSigner:
        return NcanodeSigner(
            url or stand_in.url,
            pkcs12=lab.pkcs12("rsa"),
            passphrase=PASSPHRASE,
            timestamp=timestamp,
            patience=patience,
        )

    return signer


@pytest.mark.parametrize("timestamp", [True, False])
def test_the_answer_is_a_detached_signature_over_the_very_bytes(
    make: MakeSigner,
    timestamp: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    """CAdES-T where the time is wanted, in DER; the file is not in it."""
    made = make(timestamp=timestamp).sign(ORDER)

    content = cms.ContentInfo.load(made, strict=True)["content"]
    assert content["encap_content_info"]["content"].native is None
    (signer,) = content["signer_infos"]
    kinds = {each["type"].native for each in signer["unsigned_attrs"]}
    assert ("signature_time_stamp_token" in kinds) is timestamp


def test_it_is_asked_as_its_interface_says(make: MakeSigner, stand_in: StandIn, lab: Lab) -> None:
    """POST /cms/sign: file and key store in base64, the key's alias, detached, with a stamp."""
    make().sign(ORDER)

    ((path, request),) = stand_in.asked
    assert path == "/cms/sign"
    assert base64.b64decode(request["data"]) == SEALED
    assert (request["withTsp"], request["detached"]) == (True, True)
    (signer,) = request["signers"]
    assert base64.b64decode(signer["key"]) == (lab.directory / "rsa.p12").read_bytes()
    assert (signer["password"], signer["keyAlias"]) == (PASSPHRASE, None)


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (500, b'{"status":500,"message":"KalkanProvider"}'),
        (503, b""),
        (200, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"status":200,"message":"OK"}'),
        (200, b'{"cms":null}'),
        (200, b'{"cms":"not base64!"}'),
        (200, b'{"cms":"MAMCAQA="}'),
    ],
)
def test_what_is_no_answer_is_unavailability(
    make: MakeSigner, stand_in: StandIn, status: int, content: bytes
) -> None:
    """The signature waits, and is asked for again."""
    stand_in.answer = lambda _: (status, content)

    with pytest.raises(SealUnavailable):
        make().sign(ORDER)


def test_nobody_there_is_unavailability(make: MakeSigner) -> None:
    """A closed port, and one that is silent for longer than is waited."""
    with pytest.raises(SealUnavailable):
        make(url=closed().removesuffix("/tsa")).sign(ORDER)
    with silent() as url, pytest.raises(SealUnavailable):
        make(url=url.removesuffix("/tsa"), patience=0.2).sign(ORDER)


def test_a_refusal_is_told_without_what_was_sent(make: MakeSigner, stand_in: StandIn) -> None:
    """A wrong passphrase, say: retrying would not help, and no secret is in the reason."""
    stand_in.answer = lambda _: (400, b'{"status":400,"message":"keystore password was lab"}')

    with pytest.raises(SealRefused, match="answers 400") as caught:
        make().sign(ORDER)
    assert PASSPHRASE not in str(caught.value)


def _attached(stand_in: StandIn, request: Request) -> Said:
    return stand_in.signed({**request, "detached": False})


def _unstamped(stand_in: StandIn, request: Request) -> Said:
    return stand_in.signed({**request, "withTsp": False})


def _over_other_bytes(stand_in: StandIn, request: Request) -> Said:
    return stand_in.signed(request, data=SEALED + b" ")


@pytest.mark.parametrize("other", [_attached, _unstamped, _over_other_bytes])
def test_another_signature_than_was_asked_for_is_not_kept(
    make: MakeSigner, stand_in: StandIn, other: Callable[[StandIn, Request], Said]
) -> None:
    """One with the file in it, one without its time, and one over other bytes."""
    stand_in.answer = lambda request: other(stand_in, request)

    with pytest.raises(SealRefused, match="no detached signature over this file"):
        make().sign(ORDER)


def test_no_redirection_is_followed(make: MakeSigner, stand_in: StandIn, lab: Lab) -> None:
    """The key store goes to the one address that was set, and nowhere else."""
    with ncanode(lab.tsa_url) as stranger:
        stand_in.answer = lambda _: (307, stranger.url.encode())

        with pytest.raises(SealRefused):
            make().sign(ORDER)
        assert stranger.asked == []


def test_a_key_file_that_is_not_there_is_told_without_its_place(tmp_path: Path) -> None:
    """And an address that is not HTTP is a mistake of settings."""
    with pytest.raises(SealKeyUnusable) as caught:
        NcanodeSigner("http://127.0.0.1", pkcs12=tmp_path / "none.p12", passphrase="")
    assert str(tmp_path) not in str(caught.value)
    with pytest.raises(Misconfigured):
        NcanodeSigner("file:///etc/passwd", pkcs12=tmp_path / "none.p12", passphrase="")


def test_secrets_are_in_no_representation(make: MakeSigner) -> None:
    """A signer that is logged by mistake tells nothing."""
    signer = make()

    assert PASSPHRASE not in json.dumps({k: repr(v) for k, v in vars(signer).items()})
