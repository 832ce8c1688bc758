"""The operator's national signature by NCANode 3, which wraps the national authority's library.

Its interface is that of its published sources and examples: POST /cms/sign takes JSON with the file
and the key store in base64, and answers JSON with `cms` in base64. It was never tried against a
real NCANode with a real key; the tests speak to a stand-in.
"""

import base64
import hashlib
import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from asn1crypto import cms

from docgen.domain.errors import Misconfigured, SealKeyUnusable, SealRefused, SealUnavailable
from docgen.domain.sealing import DetachedOrder

_SIGNED: Final = "signed_data"
_STAMP: Final = "signature_time_stamp_token"
_MOST: Final = 4 * 1024 * 1024
_FROM_SERVER_TROUBLE: Final = 500


@dataclass(frozen=True, kw_only=True)
class _Store:
    """A key store as NCANode wants it with every request."""

    content: str = field(repr=False)
    passphrase: str = field(repr=False)
    alias: str | None


class NcanodeSigner:
    """Sends the file and the key store to NCANode, which must therefore run beside us.

    An answer is kept only if it is a detached CMS over that very file, with a time stamp where one
    was asked for. Its GOST signature nobody here can verify: only the national library can.
    `patience` is for a request, in seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        pkcs12: Path,
        passphrase: str,
        alias: str | None = None,
        timestamp: bool = True,
        patience: float = 30.0,
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise Misconfigured("NCANode is reached over HTTP")
        self._url = url.rstrip("/") + "/cms/sign"
        self._timestamp = timestamp
        self._patience = patience
        try:
            content = base64.b64encode(pkcs12.read_bytes()).decode()
        except OSError as error:
            raise SealKeyUnusable("the national key file cannot be read") from error
        self._store = _Store(content=content, passphrase=passphrase, alias=alias)

    def sign(self, order: DetachedOrder) -> bytes:
        """A CMS in DER; raises SealUnavailable, or SealRefused where NCANode will not."""
        answer = self._asked(order.pdf)
        try:
            made = base64.b64decode(answer["cms"], validate=True)
            signed = cms.ContentInfo.load(made, strict=True)
            sound = _is_about(signed, order.pdf, stamped=self._timestamp)
        except (KeyError, TypeError, ValueError) as error:
            raise SealUnavailable("NCANode's answer cannot be read") from error
        if not sound:
            raise SealRefused("NCANode's answer is no detached signature over this file")
        return made

    def _asked(self, pdf: bytes) -> Any:
        request = urllib.request.Request(  # noqa: S310  # http or https, as was seen at the start
            self._url,
            data=json.dumps(self._body(pdf)).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
        )
        try:
            with _OPENER.open(request, timeout=self._patience) as answer:
                return json.loads(answer.read(_MOST))
        except urllib.error.HTTPError as error:
            error.close()
            if error.code >= _FROM_SERVER_TROUBLE:
                raise SealUnavailable(f"NCANode answers {error.code}") from None
            raise SealRefused(f"NCANode answers {error.code}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SealUnavailable("NCANode does not answer") from error

    def _body(self, pdf: bytes) -> dict[str, Any]:
        store = self._store
        signer = {"key": store.content, "password": store.passphrase, "keyAlias": store.alias}
        return {
            "data": base64.b64encode(pdf).decode(),
            "signers": [signer],
            "withTsp": self._timestamp,
            "detached": True,
        }


class _NowhereElse(urllib.request.HTTPRedirectHandler):
    """A redirected request would take the key store along."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NowhereElse)


def _is_about(made: cms.ContentInfo, pdf: bytes, *, stamped: bool) -> bool:
    """Whether it is detached, names the file's digest where it can be made here, and is stamped."""
    if made["content_type"].native != _SIGNED:
        return False
    content = made["content"]
    if content["encap_content_info"]["content"].native is not None or not content["signer_infos"]:
        return False
    return all(
        _names(signer, pdf) and (not stamped or _has(signer["unsigned_attrs"], _STAMP))
        for signer in content["signer_infos"]
    )


def _names(signer: cms.SignerInfo, pdf: bytes) -> bool:
    """Whether its signed digest is the file's; GOST's digests cannot be made here."""
    algorithm = signer["digest_algorithm"]["algorithm"].native
    if algorithm not in hashlib.algorithms_available:
        return True
    digests = [
        each["values"][0].native
        for each in signer["signed_attrs"]
        if each["type"].native == "message_digest"
    ]
    return digests == [hashlib.new(algorithm, pdf).digest()]


def _has(attributes: Any, name: str) -> bool:
    return any(each["type"].native == name for each in attributes or ())
