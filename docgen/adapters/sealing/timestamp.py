"""Time stamps from an authority (RFC 3161) over HTTP."""

from asn1crypto import cms, tsp
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError


class StrictTimeStamper(HTTPTimeStamper):
    """Asks over HTTP; an answer that is late or garbled is no answer, however it is garbled.

    `timeout` is for a whole request, in seconds. With a `policy` (an OID in dots) the authority is
    asked for it, and a token under another is no answer (RFC 3161, 2.4.1, 2.4.2). Whether the token
    is about our bytes, and the authority trusted, is judged on the sealed file.
    """

    def __init__(self, url: str, *, timeout: float, policy: str | None = None) -> None:
        super().__init__(url, timeout=timeout)
        self._policy = policy

    def request_cms(self, message_digest: bytes, md_algorithm: str) -> tuple[int, tsp.TimeStampReq]:
        """The nonce and the request, with the policy that is wanted."""
        asked: tuple[int, tsp.TimeStampReq] = super().request_cms(  # type: ignore[no-untyped-call]
            message_digest, md_algorithm
        )
        nonce, request = asked
        if self._policy is not None:
            request["req_policy"] = self._policy
        return nonce, request

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token with our nonce; raises TimestampRequestError for anything else."""
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            stated = token["content"]["encap_content_info"]["content"].parsed
            policy = stated["policy"].dotted
        except TimestampRequestError:
            raise
        except Exception as error:
            raise TimestampRequestError("the authority's answer cannot be read") from error
        if self._policy not in {None, policy}:
            raise TimestampRequestError("the authority stamps under another policy")
        return token
