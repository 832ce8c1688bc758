"""The sealing process asked from outside: whoever asks never has the key."""

import socket
import threading
from pathlib import Path
from typing import Final

from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.fitness import require_fit
from docgen.adapters.sealing.places import SEAL, places, required
from docgen.adapters.sealing.sealer_exchange import (
    Answer,
    Request,
    Verb,
    pack_request,
    reached,
    read_all,
    unpack_answer,
)
from docgen.domain.errors import SealUnavailable
from docgen.domain.sealing import (
    DetachedOrder,
    Rehearsal,
    SealAbility,
    SealedPdf,
    SealOrder,
)

_CHECK_SECONDS: Final = 10.0


class SealerClient:
    """Asks the process that listens at that place; where it does not answer, SealUnavailable.

    Whether a file is fit is judged here, so that what is rendered does not wait for that process:
    the name that the seal will show is asked for once. `patience` is for a seal, in seconds, and
    longer than the authority may take. One object serves all threads, and survives a fork.
    """

    def __init__(self, place: Path, *, picture: SealPicture, patience: float = 60.0) -> None:
        self._place = place
        self._picture = picture
        self._patience = patience
        self._holder: str | None = None
        self._asking = threading.Lock()

    def seal(self, order: SealOrder) -> SealedPdf:
        """Have it sealed, if the register warrants it."""
        answer = self._ask(Request(verb=Verb.SEAL, order=order))
        if answer.sealed is None:
            raise SealUnavailable("the sealing process gave no seal")
        return answer.sealed

    def rehearse(self, order: SealOrder) -> Rehearsal:
        """Have it sealed and judged; the bytes stay there."""
        answer = self._ask(Request(verb=Verb.REHEARSE, order=order))
        if answer.rehearsal is None:
            raise SealUnavailable("the sealing process gave no report")
        return answer.rehearsal

    def check(self) -> SealAbility:
        """What the key could do now; raises SealKeyUnusable, or SealUnavailable."""
        answer = self._ask(Request(verb=Verb.CHECK), patience=_CHECK_SECONDS)
        if answer.ability is None:
            raise SealUnavailable("the sealing process does not say what it can do")
        self._holder = answer.ability.holder
        return answer.ability

    def examine(self, frozen: bytes, caption: tuple[str, ...]) -> None:
        """Raise SealRefused unless the file is fit, has a place for the seal, and the words fit."""
        required(places(require_fit(frozen)), SEAL)
        self._picture.require_room((*caption, self._known_holder()))

    def sign(self, order: DetachedOrder) -> bytes:
        """Have a CMS made over sealed bytes, if the register knows them."""
        answer = self._ask(Request(verb=Verb.SIGN_DETACHED, detached=order))
        if answer.cms is None:
            raise SealUnavailable("the sealing process gave no signature")
        return answer.cms

    def _known_holder(self) -> str:
        with self._asking:
            return self._holder or self.check().holder

    def _ask(self, request: Request, *, patience: float | None = None) -> Answer:
        try:
            with (
                socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection,
                reached(self._place) as address,
            ):
                connection.settimeout(patience or self._patience)
                connection.connect(address)
                connection.sendall(pack_request(request))
                connection.shutdown(socket.SHUT_WR)
                answer = unpack_answer(read_all(connection))
        except (OSError, ValueError) as error:
            raise SealUnavailable("the sealing process does not answer") from error
        answer.raised()
        return answer
