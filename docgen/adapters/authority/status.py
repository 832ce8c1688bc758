"""What the demo authority answers when asked about one certificate (OCSP, RFC 6960)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from docgen.adapters.authority.certificates import Pair

_FRESH_FOR: Final = timedelta(days=1)


def answer(
    request: bytes,
    *,
    responder: Pair,
    issuer: x509.Certificate,
    issued: Sequence[x509.Certificate],
    now: datetime,
) -> bytes:
    """The DER answer to a DER request, by whom the issuer entrusts with it: good if in `issued`.

    What cannot be read is malformed, and whatever else is asked about is refused (RFC 6960, 2.3):
    of a certificate that is not his he says nothing, least of all that it is good.
    """
    try:
        asked = ocsp.load_der_ocsp_request(request)
        subject = next(each for each in issued if _asks(asked, each, issuer))
    except StopIteration:
        return _refusal(ocsp.OCSPResponseStatus.UNAUTHORIZED)
    except (ValueError, TypeError, NotImplementedError):
        return _refusal(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
    told = ocsp.OCSPResponseBuilder().add_response(
        cert=subject,
        issuer=issuer,
        algorithm=asked.hash_algorithm,
        cert_status=ocsp.OCSPCertStatus.GOOD,
        this_update=now,
        next_update=now + _FRESH_FOR,
        revocation_time=None,
        revocation_reason=None,
    )
    told = told.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
    told = told.certificates([responder.certificate])
    for each in asked.extensions:
        if isinstance(each.value, x509.OCSPNonce):
            told = told.add_extension(each.value, critical=False)
    return told.sign(responder.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _asks(asked: ocsp.OCSPRequest, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, asked.hash_algorithm)
    ours = builder.build()
    return (asked.serial_number, asked.issuer_key_hash) == (
        ours.serial_number,
        ours.issuer_key_hash,
    )


def _refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
