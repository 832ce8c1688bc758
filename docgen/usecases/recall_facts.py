"""Recall, out of the register, everything that a confirmed envelope's papers are made from."""

from dataclasses import dataclass

from docgen.domain.consent import SmsConsent
from docgen.domain.envelope import Document
from docgen.domain.errors import Misconfigured
from docgen.domain.operator import Operator
from docgen.domain.recalled import Recalled
from docgen.domain.sealing import SealAbility
from docgen.forms import protocol
from docgen.forms.catalogue import Catalogue
from docgen.ports import Register


@dataclass(frozen=True, kw_only=True)
class RecallFacts:
    """The same facts for whoever makes a seal's papers and for whoever judges them."""

    register: Register
    forms: Catalogue
    operator: Operator
    public_url: str

    def __call__(self, envelope_id: str) -> Recalled:
        """All of one consistent state; raises EnvelopeNotFound."""
        with self.register.view() as unit:
            return unit.recall(envelope_id)

    def of(self, document: Document, recalled: Recalled, *, seal: SealAbility) -> protocol.Facts:
        """Those of one of its documents, to be put under that seal.

        Raises Misconfigured where it was never confirmed.
        """
        envelope = recalled.envelope
        if envelope.consent is None or document.frozen is None:
            raise Misconfigured("a confirmed envelope without a consent or frozen bytes")
        # A code that was on its way when somebody took the pen has confirmed nothing.
        by_code = isinstance(envelope.consent, SmsConsent)
        return protocol.Facts(
            envelope=envelope,
            document=document,
            frozen=document.frozen,
            consent=envelope.consent,
            challenge=recalled.challenge if by_code else None,
            hops=recalled.hops if by_code else (),
            entries=recalled.entries,
            titles={d.id: self.forms.get(d.form).texts["title"] for d in envelope.documents},
            operator=self.operator,
            seal=seal,
            verify_url=f"{self.public_url}/verify/{document.verification_token}",
        )
