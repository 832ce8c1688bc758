"""A seal key that its token never gives away (PKCS#11): an HSM, a smart card, SoftHSM."""

import hashlib
import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pkcs11
from asn1crypto import algos, x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import (
    NoSuchToken,
    PinIncorrect,
    PinLocked,
    PKCS11Error,
    UserAlreadyLoggedIn,
)

from docgen.adapters.sealing.key import SealKey
from docgen.domain.errors import SealKeyUnusable, SealUnavailable

_log = logging.getLogger(__name__)

_TRIES: Final = 2


@dataclass(frozen=True, kw_only=True)
class TokenPlace:
    """Where the key is: the vendor's library, the token's label, its PIN, and the key's label."""

    module: Path
    token: str
    pin: str = field(repr=False)
    label: str


class KeyInToken:
    """Signs by a token, which is asked for raw signatures over digests made here.

    Not every token knows the mechanisms that digest as well (SoftHSM 2.6 has none for ECDSA). One
    session serves all threads, one after another; a session that was lost is opened once anew. A
    session does not survive a fork. A PIN that was refused is never tried again: tokens lock.
    """

    def __init__(self, place: TokenPlace) -> None:
        self._place = place
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._refused: str | None = None
        self._session: Any = None
        self._key: Any = None
        self._open()

    def sign(self, data: bytes, digest: str) -> bytes:
        """Sign; raises SealUnavailable while the token does not do it."""
        if os.getpid() != self._process:
            raise SealUnavailable("a token's session does not survive a fork")
        with self._lock:
            for _ in range(_TRIES):
                try:
                    if self._key is None:
                        self._reopen()
                    return _signed(self._key, hashlib.new(digest, data).digest(), digest)
                except PKCS11Error as error:
                    _log.warning("the token failed: %s", type(error).__name__)
                    self._key = None
                except SealKeyUnusable:
                    if self._refused is not None:
                        raise
                    # It had the key before: a token may be away for a while.
                    self._key = None
        raise SealUnavailable("the token does not answer")

    def certificates(self) -> Sequence[x509.Certificate]:
        """Those that the token holds, the one under the key's label first."""
        found = [
            (each[Attribute.LABEL] != self._place.label, bytes(each[Attribute.VALUE]))
            for each in self._session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
        ]
        if not any(not other for other, _ in found):
            raise SealKeyUnusable("the token holds no certificate under the key's label")
        return [x509.Certificate.load(der, strict=True) for _, der in sorted(found)]

    def _reopen(self) -> None:
        if self._refused is not None:
            raise SealKeyUnusable(self._refused)
        pkcs11.lib(str(self._place.module)).reinitialize()
        self._open()

    def _open(self) -> None:
        token = _token(self._place)
        try:
            self._session = token.open(user_pin=self._place.pin)
        except UserAlreadyLoggedIn:
            # Who is logged in is of the whole process (PKCS#11 2.40, 2.6.8).
            self._session = token.open()
        except (PinIncorrect, PinLocked) as error:
            self._refused = "the token refuses the PIN"
            raise SealKeyUnusable(self._refused) from error
        wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: self._place.label}
        keys = list(self._session.get_objects(wanted))
        if len(keys) != 1:
            raise SealKeyUnusable(f"the token holds {len(keys)} keys under that label")
        self._key = keys[0]


def load(place: TokenPlace, *, chain: Sequence[x509.Certificate], allow_demo: bool) -> SealKey:
    """The key in that token, under the first certificate of the chain, else the token's own.

    Raises SealKeyUnusable: no such module, token or key, a PIN that is refused, or no certificate.
    """
    try:
        key = KeyInToken(place)
        certificate, *others = chain or key.certificates()
    except PKCS11Error as error:
        reason = f"the token cannot be used: {type(error).__name__}"
        raise SealKeyUnusable(reason) from error
    return SealKey(key, certificate, others=tuple(others), allow_demo=allow_demo)


def _token(place: TokenPlace) -> Any:
    try:
        module = pkcs11.lib(str(place.module))
    except PKCS11Error as error:
        raise SealKeyUnusable("the PKCS#11 module cannot be loaded") from error
    try:
        return module.get_token(token_label=place.token)
    except NoSuchToken as error:
        raise SealKeyUnusable("there is no token of that label") from error


def _signed(key: Any, digest: bytes, algorithm: str) -> bytes:
    if key.key_type is KeyType.RSA:
        stated = algos.DigestInfo(
            {"digest_algorithm": {"algorithm": algorithm}, "digest": digest}
        ).dump()
        return bytes(key.sign(stated, mechanism=Mechanism.RSA_PKCS))
    raw = bytes(key.sign(digest, mechanism=Mechanism.ECDSA))
    half = len(raw) // 2
    return encode_dss_signature(
        int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
    )
