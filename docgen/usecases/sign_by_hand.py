"""Sign an envelope by hand: strokes on a screen or a scanned paper, before a witness."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from docgen.domain.consent import (
    ConsentText,
    Drawn,
    HandwrittenConsent,
    Scanned,
    WayOfSigning,
    Witness,
)
from docgen.domain.envelope import Envelope, Verb
from docgen.domain.errors import FieldError, ValuesRejected
from docgen.domain.fingerprint import fingerprints
from docgen.domain.handwriting import Strokes, findings
from docgen.domain.journal import Event, Fact
from docgen.domain.language import Language
from docgen.domain.work import Task
from docgen.forms.catalogue import Catalogue
from docgen.ports import Blobs, Chance, Clock, Jobs, Register
from docgen.ports_of_handwriting import Picture, Scans
from docgen.texts.phrases import say
from docgen.usecases.find_matter import require_way
from docgen.usecases.owe_work import owe_work

T = TypeVar("T")

_ASKEW = 0.02
"""By how much the shapes of a canvas and its picture may differ: pixels are whole."""


@dataclass(frozen=True, kw_only=True)
class ShownConsent:
    """Which sentence the subscriber was shown, by whoever showed it."""

    language: Language
    version: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class DrawnSignature:
    """Strokes, and the picture of them as the subscriber saw it (PNG)."""

    strokes: Strokes
    image: bytes


@dataclass(frozen=True, kw_only=True)
class ScannedPaper:
    """The signed paper as a photo (JPEG, PNG) or a PDF."""

    content: bytes


@dataclass(frozen=True, kw_only=True)
class HandSignature:
    """A signature by hand as it is handed in, not yet looked at."""

    by: DrawnSignature | ScannedPaper
    witness: Witness
    consent: ShownConsent
    device: str | None = None


@dataclass(frozen=True, kw_only=True)
class SignByHand:
    """Ready or code_sent to confirmed: the legal act, without a code."""

    register: Register
    forms: Catalogue
    blobs: Blobs
    scans: Scans
    clock: Clock
    chance: Chance
    jobs: Jobs

    def __call__(self, envelope_id: str, signature: HandSignature) -> Envelope:
        """The envelope, sealed where sealing follows at once; the same signature again: the same.

        Raises ValuesRejected, WayNotAllowed, NotReady, AlreadyConfirmed, MoveNotAllowed,
        EnvelopeNotFound, Busy or StaleEnvelope.
        """
        text = _text(signature.consent)
        with self.register.view() as unit:
            envelope = unit.envelopes.get(envelope_id)
        if _is_done(envelope, signature):
            return envelope
        envelope.require_in_time(Verb.SIGN_BY_HAND, self.clock.now())
        require_way(envelope, self.forms, WayOfSigning.BY_HAND)
        hand = replace(self._kept(signature), device=signature.device)
        if self._decide(envelope_id, signature, hand, text):
            self.jobs.tell(Task.SEAL, envelope_id)
        with self.register.view() as unit:
            return unit.envelopes.get(envelope_id)

    def _kept(self, signature: HandSignature) -> Drawn | Scanned:
        """What is known of it, its files stored first: nothing refers to bytes that are not."""
        by = signature.by
        return self._drawn(by) if isinstance(by, DrawnSignature) else self._scanned(by)

    def _drawn(self, by: DrawnSignature) -> Drawn:
        found = tuple(findings(by.strokes))
        if found:
            raise ValuesRejected(found)
        picture = _below("/image", lambda: self.scans.picture(by.image))
        if not _of_one_shape(picture, by.strokes):
            raise ValuesRejected((FieldError("/image", "picture_differs"),))
        return Drawn(
            strokes_sha256=self.blobs.put(by.strokes.content()),
            image_sha256=self.blobs.put(picture.content),
            tool=by.strokes.tool,
            strokes=len(by.strokes.strokes),
            points=by.strokes.points,
            lasted_ms=by.strokes.lasted_ms,
        )

    def _scanned(self, by: ScannedPaper) -> Scanned:
        scan = _below("/file", lambda: self.scans.scan(by.content))
        return Scanned(
            scan_sha256=self.blobs.put(scan.content),
            media_type=scan.media_type,
            pages=scan.pages,
            uploaded_sha256=self.blobs.put(by.content),
            uploaded_type=scan.uploaded_type,
        )

    def _decide(
        self,
        envelope_id: str,
        signature: HandSignature,
        hand: Drawn | Scanned,
        text: ConsentText,
    ) -> bool:
        """SQL decides, also between this and a code; False where it was this very one already."""
        now = self.clock.now()
        consent = HandwrittenConsent(
            hand=hand, witness=signature.witness, confirmed_at=now, text=text
        )
        with self.register.begin() as unit:
            envelope = unit.envelopes.get(envelope_id)
            if _is_done(envelope, signature):
                return False
            envelope.require_in_time(Verb.SIGN_BY_HAND, now)
            signed = envelope.sign_by_hand(consent)
            unit.envelopes.save(signed)
            unit.journal.append(envelope_id, _fact(consent, signed))
            owe_work(unit, envelope_id, task=Task.SEAL, now=now, chance=self.chance)
            unit.commit()
        return True


def _fact(consent: HandwrittenConsent, signed: Envelope) -> Fact:
    """Hashes and ids only: the journal names nobody."""
    details = {
        "witness": consent.witness.employee_id,
        "consent": consent.text.version,
        "consent_language": consent.text.language.value,
        **consent.files(),
    }
    if consent.hand.device is not None:
        details["device"] = consent.hand.device
    return Fact(
        event=Event.SIGNED_BY_HAND,
        at=consent.confirmed_at,
        actor="subscriber",
        details=details | fingerprints(signed),
    )


def _is_done(envelope: Envelope, signature: HandSignature) -> bool:
    """Whether it was this signature that confirmed it: asked again after a lost answer."""
    consent, by = envelope.consent, signature.by
    if not isinstance(consent, HandwrittenConsent) or consent.witness != signature.witness:
        return False
    if isinstance(by, DrawnSignature):
        kept, given = consent.files().get("strokes"), by.strokes.content()
    else:
        kept, given = consent.files().get("uploaded"), by.content
    return kept == hashlib.sha256(given).hexdigest()


def _text(shown: ShownConsent) -> ConsentText:
    """The sentence of today; raises ValuesRejected where another one was shown."""
    text = say("consent.by_hand.text", shown.language)
    version = say("consent.by_hand.version", shown.language)
    if hashlib.sha256(text.encode()).hexdigest() != shown.sha256 or version != shown.version:
        raise ValuesRejected((FieldError("/consent", "consent_differs", (("version", version),)),))
    return ConsentText(version=version, language=shown.language, text=text)


def _of_one_shape(picture: Picture, strokes: Strokes) -> bool:
    one, other = picture.width * strokes.height, picture.height * strokes.width
    return abs(one - other) <= _ASKEW * max(one, other)


def _below(pointer: str, read: Callable[[], T]) -> T:
    """What was read, or its finding at that place."""
    try:
        return read()
    except ValuesRejected as rejected:
        raise ValuesRejected(tuple(each.below(pointer) for each in rejected.errors)) from None
