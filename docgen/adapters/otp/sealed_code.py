"""A code that may have to be sent once more, unreadable to whoever has Redis alone."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_LABEL = b"qoltanba: a code to be sent once more, v1"
_KEY_BYTES = 32
_NONCE_BYTES = 12


class NotOpened(Exception):
    """Sealed under another key, for another challenge, or not by us."""


class CodeSeal:
    """AES-256-GCM under a key of its own (HKDF-SHA-256, RFC 5869) that follows from a pepper.

    `bound` is the associated data: under any other the code cannot be opened.
    """

    def __init__(self, pepper: bytes) -> None:
        derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=_LABEL)
        self._cipher = AESGCM(derived.derive(pepper))

    def closed(self, code: str, *, bound: bytes) -> str:
        """Nonce, ciphertext and tag in hexadecimal; different each time."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return (nonce + self._cipher.encrypt(nonce, code.encode(), bound)).hex()

    def opened(self, sealed: str, *, bound: bytes) -> str:
        """The code; raises NotOpened."""
        try:
            whole = bytes.fromhex(sealed)
            plain = self._cipher.decrypt(whole[:_NONCE_BYTES], whole[_NONCE_BYTES:], bound)
        except (InvalidTag, ValueError) as error:
            raise NotOpened from error
        return plain.decode()
