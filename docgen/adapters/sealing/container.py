"""The parts of a signature container that its own signature does not cover (RFC 5652, 5.1, 5.3).

A validator may ignore them, so a byte changed there would go unnoticed. Ours are held to one
spelling: nothing in the container but what the seal needs, and every certificate as it stands in
the signed validation store.
"""

from collections.abc import Collection, Iterator

from asn1crypto import cms, core, x509
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

_SIGNATURE_VERSION = "v1"
_TIMESTAMP_VERSION = "v3"
_TIMESTAMP = "signature_time_stamp_token"


def is_plain(signature: EmbeddedPdfSignature, store: DocumentSecurityStore | None) -> bool:
    """Whether the container and its time-stamp token hold nothing loose or altered.

    `store` is the validation store of the signed revision: with one a time stamp is due, and
    certificates must be in it byte for byte, if it holds any.
    """
    listed = set() if store is None else {c.dump() for c in store.load_certs()}
    tokens = _tokens(signature.signer_info)
    if tokens is None or (store is not None and len(tokens) != 1):
        return False
    own = _is_plain(signature.signed_data, listed, version=_SIGNATURE_VERSION)
    return own and all(_is_plain(each, listed, version=_TIMESTAMP_VERSION) for each in tokens)


def _tokens(signer: cms.SignerInfo) -> list[cms.SignedData] | None:
    """The time-stamp tokens; None where the unsigned attributes hold anything else."""
    attributes = signer["unsigned_attrs"]
    if not isinstance(attributes, cms.CMSAttributes):
        return []
    if any(attribute["type"].native != _TIMESTAMP for attribute in attributes):
        return None
    return [token["content"] for attribute in attributes for token in attribute["values"]]


def _is_plain(signed: cms.SignedData, listed: Collection[bytes], *, version: str) -> bool:
    signers = list(signed["signer_infos"])
    if len(signers) != 1 or signed["version"].native != version or signed["crls"].native:
        return False
    digest = signers[0]["digest_algorithm"]
    listed_digests = [each.dump() for each in signed["digest_algorithms"]]
    if listed_digests != [digest.dump()] or not _is_plain_algorithm(digest):
        return False
    if not _is_plain_algorithm(signers[0]["signature_algorithm"]):
        return False
    certificates = list(_certificates(signed))
    named = any(_names(signers[0], certificate) for certificate in certificates)
    return named and (not listed or {c.dump() for c in certificates} <= set(listed))


def _is_plain_algorithm(algorithm: core.Sequence) -> bool:
    """Whether its parameters are absent, NULL, or those of RSA-PSS, which are checked in use."""
    parameters = algorithm["parameters"]
    if isinstance(parameters, core.Void):
        return True
    null = bool(parameters.dump() == core.Null().dump())
    return null or algorithm["algorithm"].native == "rsassa_pss"


def _certificates(signed: cms.SignedData) -> Iterator[x509.Certificate]:
    for choice in signed["certificates"]:
        yield choice.chosen


def _names(signer: cms.SignerInfo, certificate: x509.Certificate) -> bool:
    """Whether the signer is named by exactly this certificate's issuer and serial number."""
    if signer["version"].native != _SIGNATURE_VERSION or signer["sid"].name != _BY_ISSUER:
        return False
    named = signer["sid"].chosen
    same_issuer = bool(named["issuer"].dump() == certificate.issuer.dump())
    return same_issuer and named["serial_number"].native == certificate.serial_number


_BY_ISSUER = "issuer_and_serial_number"
