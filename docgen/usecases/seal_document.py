"""Seal one document: its protocol, its evidence, and the seal over both."""

import hashlib
from dataclasses import dataclass

from docgen.domain import evidence
from docgen.domain.canonical import canonical_json
from docgen.domain.consent import Consent, Drawn, SmsConsent
from docgen.domain.errors import SealRefused, SealUnavailable
from docgen.domain.language import BOTH
from docgen.domain.rendering import RenderOrder
from docgen.domain.sealing import Attachment, SealedPdf, SealOrder
from docgen.forms import protocol
from docgen.forms.protocol import caption
from docgen.ports import Renderer, Sealer
from docgen.texts.phrases import say


@dataclass(frozen=True, kw_only=True)
class SealedDocument:
    """The sealed file, and the evidence in it."""

    file: SealedPdf
    evidence: bytes


@dataclass(frozen=True, kw_only=True)
class SealDocument:
    """From the frozen bytes and what is known of them to the sealed file; keeps nothing."""

    renderer: Renderer
    sealer: Sealer

    def __call__(
        self, facts: protocol.Facts, frozen: bytes, by_hand: bytes | None = None
    ) -> SealedDocument:
        """Seal the document of a confirmed envelope; raises what hinders it."""
        order = self.order(facts, frozen, by_hand)
        sealed = self.sealer.seal(order)
        if sealed.serial != facts.seal.serial:
            raise SealUnavailable("the seal was changed while it was put on")
        return SealedDocument(file=sealed, evidence=order.evidence)

    def order(
        self, facts: protocol.Facts, frozen: bytes, by_hand: bytes | None = None
    ) -> SealOrder:
        """What the sealer is to be asked for, with the protocol rendered.

        `by_hand` are the strokes or the scan of whoever signed by hand.
        """
        made = self._protocol(facts)
        return order_of(facts, frozen=frozen, protocol=made, by_hand=by_hand)

    def _protocol(self, facts: protocol.Facts) -> bytes:
        document = facts.document
        order = RenderOrder(
            template=protocol.template_for(facts.consent.way),
            contexts={language: protocol.context(facts, language) for language in BOTH},
            title=f"{protocol.TITLE} № {document.number}",
            identifier=f"urn:qoltanba:protocol:{document.verification_token}",
            made_at=facts.consent.confirmed_at,
            qr=facts.verify_url,
            caller=facts.envelope.owner,
        )
        return self.renderer.render(order).pdf


def order_of(
    facts: protocol.Facts, *, frozen: bytes, protocol: bytes, by_hand: bytes | None = None
) -> SealOrder:
    """The seal's order, which follows from the facts; the protocol's pages are given.

    Raises SealRefused where `by_hand` are not the strokes or the scan that the consent names.
    """
    document, envelope, consent = facts.document, facts.envelope, facts.consent
    stated = evidence.build(
        envelope,
        document,
        challenge=facts.challenge,
        hops=facts.hops,
        entries=facts.entries,
        circumstances=evidence.Circumstances(
            title=facts.titles[document.id],
            operator=facts.operator,
            seal=facts.seal,
            verify_url=facts.verify_url,
        ),
    )
    return SealOrder(
        frozen=frozen,
        protocol=protocol,
        evidence=canonical_json(stated),
        way=consent.way,
        caption=caption(document, envelope.subscriber, way=consent.way, at=consent.confirmed_at),
        reason=say("seal.test" if envelope.is_test else "seal.sealed", document.languages[0]),
        location=facts.operator.address[document.languages[0]],
        attachments=_attachments(consent, by_hand),
    )


def _attachments(consent: Consent, by_hand: bytes | None) -> tuple[Attachment, ...]:
    if isinstance(consent, SmsConsent):
        if by_hand is not None:
            raise SealRefused("nobody has signed it by hand")
        return ()
    if by_hand is None or hashlib.sha256(by_hand).hexdigest() != consent.sha256:
        raise SealRefused("these are not the strokes or the scan that it was signed by")
    hand = consent.hand
    if isinstance(hand, Drawn):
        name, media_type, says = evidence.STROKES_FILE, "application/json", "Strokes of the hand"
    else:
        name, media_type = evidence.SCAN_FILES[hand.media_type], hand.media_type
        says = "Scan of the signed paper"
    return (Attachment(name=name, media_type=media_type, content=by_hand, description=says),)
