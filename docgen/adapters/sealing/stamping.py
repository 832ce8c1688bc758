"""Time stamps over hashes, such as those of the journal's anchors (RFC 3161)."""

import asyncio
from datetime import datetime

from asn1crypto import cms, tsp
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus

from docgen.adapters.sealing.key import display_name
from docgen.adapters.sealing.timestamp import StrictTimeStamper
from docgen.adapters.sealing.trust import TrustRoots
from docgen.domain.errors import SealUnavailable
from docgen.domain.sealing import StampJudged

_DIGEST = "sha256"


class TimeStampAuthority:
    """Implements ports_of_evidence.TimeStamper over HTTP."""

    def __init__(self, timestamper: StrictTimeStamper) -> None:
        self._timestamper = timestamper

    def stamp(self, sha256: str) -> bytes:
        """A token about that hash, in DER; raises SealUnavailable.

        Whether the token is about it, and the authority trusted, is for the judge to say.
        """
        asked = self._timestamper.async_timestamp(bytes.fromhex(sha256), _DIGEST)
        try:
            return bytes(asyncio.run(asked).dump())
        except (TimestampRequestError, TimeoutError) as error:
            raise SealUnavailable("the time-stamp authority did not do its part") from error


class TokenJudge:
    """Implements ports_of_evidence.TimeStampJudge: judges offline, at the time a token states.

    An authority whose certificate has ended since is trusted here: that its token is no later one,
    the anchors that were made after it prove.
    """

    def __init__(self, roots: TrustRoots) -> None:
        self._roots = roots

    def judge(self, token: bytes, sha256: str) -> StampJudged:
        """What the token says, and whether it says it of that hash."""
        try:
            signed = cms.ContentInfo.load(token, strict=True)["content"]
            stated = signed["encap_content_info"]["content"].parsed
            stamped_at: datetime = stated["gen_time"].native
            about = _imprint(stated)
            status = asyncio.run(self._status(signed, stamped_at))
        except Exception:  # noqa: BLE001  # whatever a row holds instead of a token is no token
            return StampJudged(stamped_at=None, authority=None, fault="unreadable")
        authority = display_name(status.signing_cert)
        fault = None
        if about != (_DIGEST, bytes.fromhex(sha256)):
            fault = "of_other_bytes"
        elif not (status.intact and status.valid):
            fault = "broken"
        elif not status.trusted:
            fault = "not_trusted"
        return StampJudged(stamped_at=stamped_at, authority=authority, fault=fault)

    async def _status(self, signed: cms.SignedData, at: datetime) -> TimestampSignatureStatus:
        context = self._roots.offline(at=at, file=None, strict=False)
        imprint = _imprint(signed["encap_content_info"]["content"].parsed)[1]
        said = await validate_tst_signed_data(signed, context, lambda _: imprint)
        return TimestampSignatureStatus(**said)


def _imprint(stated: tsp.TSTInfo) -> tuple[str, bytes]:
    """Algorithm and digest that the token is about."""
    about = stated["message_imprint"]
    return about["hash_algorithm"]["algorithm"].native, about["hashed_message"].native
