"""The signature container itself: no byte of it can be changed unseen."""

import re

import pytest
from asn1crypto import cms

from docgen.adapters.sealing.verify import Reason
from docgen.domain.verdict import Verdict
from docgen.ports import Verifier

_CONTENTS = re.compile(rb"/Contents <([0-9a-fA-F]+)>")
_DIGITS = b"0123456789abcdef"
STEP = 41


def _container(pdf: bytes) -> range:
    """Where the hexadecimal digits of the container are, its zero padding included."""
    (found,) = [m for m in _CONTENTS.finditer(pdf) if len(m[1]) > 1000]
    return range(found.start(1), found.end(1))


def _with_digit_changed(pdf: bytes, place: int) -> bytes:
    digit = _DIGITS[int(pdf[place : place + 1], 16) ^ 1 :][:1]
    return pdf[:place] + digit + pdf[place + 1 :]


@pytest.mark.parametrize("fixture", ["sealed", "plainly_sealed"])
def test_a_changed_digit_anywhere_in_the_container_is_noticed(
    request: pytest.FixtureRequest, verifier: Verifier, fixture: str
) -> None:
    """Versions, copies of certificates, names and padding that no signature covers included."""
    pdf: bytes = request.getfixturevalue(fixture)
    places = _container(pdf)[::STEP]

    unseen = [
        place
        for place in places
        if verifier.verify(_with_digit_changed(pdf, place)).verdict is Verdict.VALID
    ]

    assert len(places) > 100
    assert unseen == []


def test_a_seal_whose_timestamp_was_taken_out_is_broken(sealed: bytes, verifier: Verifier) -> None:
    """Validation data without the time stamp it belongs to: a seal made by us has both."""
    places = _container(sealed)
    container = bytes.fromhex(sealed[places.start : places.stop].decode())
    stripped = _without_timestamp(container).hex().encode().ljust(len(places), b"0")

    report = verifier.verify(sealed[: places.start] + stripped + sealed[places.stop :])

    assert report.verdict is Verdict.INVALID
    assert Reason.SEAL_BROKEN in report.reasons


def _without_timestamp(container: bytes) -> bytes:
    content = cms.ContentInfo.load(container)
    signer = content["content"]["signer_infos"][0]
    del signer["unsigned_attrs"]
    stripped: bytes = content.dump(force=True)
    return stripped
