"""Time-stamp tokens as an authority makes them (RFC 3161)."""

from datetime import datetime
from typing import Final

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from docgen.adapters.authority.certificates import Pair

POLICY: Final = "2.25.329800735698586629295641978511506172918"
"""The only one under which tokens are made."""
_DIGEST_LENGTHS: Final = {"sha256": 32, "sha384": 48, "sha512": 64}


def answer(request: bytes, *, authority: Pair, issuer: Pair, serial: int, now: datetime) -> bytes:
    """The DER answer to a DER request: a token, or a refusal that says why (RFC 3161, 2.4.2)."""
    try:
        asked = tsp.TimeStampReq.load(request, strict=True)
        imprint = asked["message_imprint"]
        algorithm = imprint["hash_algorithm"]["algorithm"].native
        digest = imprint["hashed_message"].native
        policy = asked["req_policy"].native
    except (ValueError, TypeError, KeyError):
        return _refusal("bad_data_format")
    if len(digest) != _DIGEST_LENGTHS.get(algorithm):
        return _refusal("bad_alg")
    if policy not in {None, POLICY}:
        return _refusal("unaccepted_policy")
    stated = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": imprint,
            "serial_number": serial,
            "gen_time": now.replace(microsecond=0),
            "nonce": asked["nonce"],
        }
    )
    token = _token(stated.dump(), authority=authority, issuer=issuer)
    granted = {"status": {"status": "granted"}, "time_stamp_token": token}
    return bytes(tsp.TimeStampResp(granted).dump())


class Refusal(core.Sequence):  # type: ignore[misc]  # asn1crypto is untyped
    """An answer without a token, which asn1crypto's own structure cannot say (RFC 3161, 2.4.2)."""

    _fields = [("status", tsp.PKIStatusInfo)]  # noqa: RUF012  # asn1crypto reads a list


def _refusal(failure: str) -> bytes:
    status = {"status": "rejection", "fail_info": {failure}}
    return bytes(Refusal({"status": status}).dump())


def _token(stated: bytes, *, authority: Pair, issuer: Pair) -> cms.ContentInfo:
    own, above = _loaded(authority), _loaded(issuer)
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [_sha256(stated)]}),
            cms.CMSAttribute({"type": "signing_certificate_v2", "values": [_identified(own)]}),
        ]
    )
    assert isinstance(authority.key, ec.EllipticCurvePrivateKey)  # noqa: S101  # as it was made
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": {
                "issuer_and_serial_number": {
                    "issuer": own.issuer,
                    "serial_number": own.serial_number,
                }
            },
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": authority.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
        }
    )
    signed = {
        "version": "v3",
        "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
        "encap_content_info": {
            "content_type": "tst_info",
            "content": core.ParsableOctetString(stated),
        },
        "certificates": [own, above],
        "signer_infos": [signer],
    }
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})


def _identified(certificate: x509.Certificate) -> tsp.SigningCertificateV2:
    """The signer's certificate by its hash, so that no other can be put in its place (RFC 5035)."""
    identifier = {"hash_algorithm": {"algorithm": "sha256"}, "cert_hash": certificate.sha256}
    return tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2(identifier)]})


def _loaded(pair: Pair) -> x509.Certificate:
    return x509.Certificate.load(pair.certificate.public_bytes(Encoding.DER))


def _sha256(content: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(content)
    return digest.finalize()
