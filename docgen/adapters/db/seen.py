"""Envelopes as a process has read them lately: they need not be read again to be the same."""

import threading
from typing import Final

from docgen.domain.envelope import Envelope

MOST: Final = 64
"""So many are remembered, and of those the ones that were read last."""

Held = dict[str, Envelope]


class Seen:
    """By id, each as it was committed in the version that it has.

    An envelope and its documents change together with its version, and while nothing of them is
    sealed in no other way: whoever finds the version unchanged knows the rest. State and hashes are
    compared, too: who changed those by hand is not to find that they were not looked at. This holds
    on one server. Another, which took its place or was restored, may have lost a version and given
    its number again: with every new line to the database all is forgotten.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self.held: Held = {}
        """Another one from then on when all is forgotten: who still reads puts nothing into it."""

    def keep(self, envelope: Envelope, *, among: Held) -> None:
        """Remember what was read, `among` those that were `held` when it was asked for."""
        if any(document.sealed is not None for document in envelope.documents):
            # Later versions of a sealed document are rows of their own.
            return
        with self._lock:
            among.pop(envelope.id, None)
            among[envelope.id] = envelope
            while len(among) > self._most:
                del among[next(iter(among))]

    def forget(self) -> None:
        """All of them."""
        self.held = {}
