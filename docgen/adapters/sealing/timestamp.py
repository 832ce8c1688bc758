"""Time stamps from an authority (RFC 3161) over HTTP."""

from asn1crypto import cms
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError


class StrictTimeStamper(HTTPTimeStamper):
    """Asks over HTTP; an answer that is late or garbled is no answer, however it is garbled.

    `timeout` is for a whole request, in seconds. Whether the token is about our bytes, and the
    authority trusted, is judged on the sealed file.
    """

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token with our nonce; raises TimestampRequestError for anything else."""
        try:
            return await super().async_timestamp(message_digest, md_algorithm)
        except TimestampRequestError:
            raise
        except Exception as error:
            raise TimestampRequestError("the authority's answer cannot be read") from error
