"""Find what a code is to confirm: the papers of an envelope, or that a number is a person's."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from docgen.domain.challenge import Binding
from docgen.domain.consent import WayOfSigning
from docgen.domain.envelope import Envelope, Verb
from docgen.domain.errors import EnvelopeNotFound, FieldError, WayNotAllowed
from docgen.domain.fingerprint import fingerprints
from docgen.domain.language import Language
from docgen.domain.subscriber import Iin, Phone
from docgen.domain.verification import PURPOSE as VERIFY_PHONE
from docgen.domain.verification import Verification
from docgen.forms.catalogue import Catalogue
from docgen.ports import UnitOfWork
from docgen.texts.sms import phone_message, signing_message

SIGN_ENVELOPE = "sign_envelope"


class Matter(Protocol):
    """What one code confirms."""

    @property
    def id(self) -> str:
        """Whose journal tells of it."""

    @property
    def owner(self) -> str:
        """Whose it is."""

    @property
    def phone(self) -> Phone:
        """Where its codes go."""

    @property
    def iin(self) -> Iin:
        """Of the person who is to type them."""

    @property
    def salt(self) -> str:
        """Key of the HMACs that stand for these two elsewhere."""

    @property
    def place(self) -> str:
        """Pointer of the person's block in the request that made it."""

    @property
    def purpose(self) -> str:
        """What its codes are good for, and nothing else."""

    @property
    def manifest_hash(self) -> str:
        """What its codes are bound to."""

    @property
    def has_alike(self) -> bool:
        """Whether codes for the same content may be counted in other chains too."""

    def require_in_time(self, verb: Verb, now: datetime) -> None:
        """Raise unless its state has such a move now."""

    def confirmed_by(self, attempt_id: str) -> bool:
        """Whether it was that attempt that confirmed it."""

    def require_way(self) -> None:
        """Raise WayNotAllowed where a code may not confirm it at all."""

    def sent(self, unit: UnitOfWork) -> None:
        """Store that a code is on its way."""

    def flagged(self, unit: UnitOfWork, flags: tuple[FieldError, ...]) -> None:
        """Store what whoever shows it should be told."""

    def prints(self, unit: UnitOfWork) -> dict[str, str]:
        """What the journal tells of its rows as they are now, so that a later change is noticed."""

    def alike(self, unit: UnitOfWork) -> tuple[str, ...]:
        """The chains in which codes for the same content were counted."""

    def text(self, *, code: str, host: str, language: Language) -> str:
        """The message with the code."""


@dataclass(frozen=True, kw_only=True)
class FindMatter:
    """Ids are never given twice, so that one tells which kind it is of."""

    forms: Catalogue

    def __call__(self, unit: UnitOfWork, chain: str) -> Matter:
        """What has that id, locked in a writing unit.

        Raises EnvelopeNotFound, or VerificationNotFound where it is neither.
        """
        try:
            return Signing(unit.envelopes.get(chain), self.forms)
        except EnvelopeNotFound:
            return NumberVerification(unit.verifications.get(chain))


def require_way(envelope: Envelope, forms: Catalogue, way: WayOfSigning) -> None:
    """Raise WayNotAllowed unless all its papers, and the sum of all, may be signed that way.

    Of their values, checked when they were made and again when their bytes were frozen, only
    what tells it is read; raises ValuesRejected where that is not what a form keeps.
    """
    papers = [(document, forms.get(document.form)) for document in envelope.documents]
    each = (form.amount(document.values) for document, form in papers)
    amounts = [amount for amount in each if amount is not None]
    total = sum(amounts, Decimal(0)) if amounts else None
    for document, form in papers:
        if way not in form.ways_for(total) or way in form.refused_ways(document.values):
            raise WayNotAllowed(way, document.number)


def binding(matter: Matter, challenge_id: str) -> Binding:
    """What a code is bound to."""
    return Binding(
        challenge_id=challenge_id,
        phone=matter.phone,
        purpose=matter.purpose,
        manifest_hash=matter.manifest_hash,
    )


@dataclass(frozen=True)
class Signing:
    """Implements Matter: all documents of an envelope at once."""

    envelope: Envelope
    forms: Catalogue

    purpose = SIGN_ENVELOPE
    place = "/subscriber"
    has_alike = False
    """No two envelopes have the same bytes."""

    @property
    def id(self) -> str:
        """The envelope's."""
        return self.envelope.id

    @property
    def owner(self) -> str:
        """The envelope's."""
        return self.envelope.owner

    @property
    def phone(self) -> Phone:
        """The subscriber's."""
        return self.envelope.subscriber.phone

    @property
    def iin(self) -> Iin:
        """The subscriber's."""
        return self.envelope.subscriber.iin

    @property
    def salt(self) -> str:
        """The envelope's."""
        return self.envelope.salt

    @property
    def manifest_hash(self) -> str:
        """Over the bytes of all documents."""
        return self.envelope.manifest_hash

    def require_in_time(self, verb: Verb, now: datetime) -> None:
        """By the envelope's state."""
        self.envelope.require_in_time(verb, now)

    def confirmed_by(self, attempt_id: str) -> bool:
        """By its consent."""
        return self.envelope.confirmed_by(attempt_id)

    def require_way(self) -> None:
        """One code signs all, so that the sum of all is what it must be good for."""
        require_way(self.envelope, self.forms, WayOfSigning.SMS_CODE)

    def sent(self, unit: UnitOfWork) -> None:
        """Ready to code_sent."""
        unit.envelopes.save(unit.envelopes.get(self.id).send_code())

    def flagged(self, unit: UnitOfWork, flags: tuple[FieldError, ...]) -> None:
        """Among the envelope's warnings."""
        now = unit.envelopes.get(self.id)
        warned = now.warned(flags)
        if warned != now:
            unit.envelopes.save(warned)

    def prints(self, unit: UnitOfWork) -> dict[str, str]:
        """Of the envelope and its documents."""
        return fingerprints(unit.envelopes.get(self.id))

    def alike(self, unit: UnitOfWork) -> tuple[str, ...]:
        """Its own alone."""
        del unit
        return (self.id,)

    def text(self, *, code: str, host: str, language: Language) -> str:
        """It names the papers, those that are about money first, and the order."""
        papers = [(document, self.forms.get(document.form)) for document in self.envelope.documents]
        papers.sort(key=lambda paper: paper[1].amount(paper[0].values) is None)
        kinds = [form.word("sms", language) for _, form in papers]
        order = self.envelope.reference.order_number
        return signing_message(code=code, kinds=kinds, order=order, host=host, language=language)


@dataclass(frozen=True)
class NumberVerification:
    """Implements Matter: that a number is a person's."""

    verification: Verification

    purpose = VERIFY_PHONE
    place = "/subscriber"
    has_alike = True

    @property
    def id(self) -> str:
        """The verification's."""
        return self.verification.id

    @property
    def owner(self) -> str:
        """The verification's."""
        return self.verification.owner

    @property
    def phone(self) -> Phone:
        """The number itself."""
        return self.verification.phone

    @property
    def iin(self) -> Iin:
        """The person's."""
        return self.verification.person.iin

    @property
    def salt(self) -> str:
        """The verification's."""
        return self.verification.salt

    @property
    def manifest_hash(self) -> str:
        """Over who, which number, by what document and by whom."""
        return self.verification.manifest_hash

    def require_in_time(self, verb: Verb, now: datetime) -> None:
        """While it is open."""
        self.verification.require_in_time(verb, now)

    def confirmed_by(self, attempt_id: str) -> bool:
        """By its confirmation."""
        return self.verification.confirmed_by(attempt_id)

    def require_way(self) -> None:
        """Nothing else than a code can show it."""

    def sent(self, unit: UnitOfWork) -> None:
        """It stays open."""

    def flagged(self, unit: UnitOfWork, flags: tuple[FieldError, ...]) -> None:
        """Among the verification's warnings."""
        now = unit.verifications.get(self.id)
        unit.verifications.warn(now.warned(flags))

    def prints(self, unit: UnitOfWork) -> dict[str, str]:
        """Its row says what its chain says."""
        del unit
        return {}

    def alike(self, unit: UnitOfWork) -> tuple[str, ...]:
        """Begun anew for the same person and number, it counts on."""
        return tuple(unit.verifications.alike(self.manifest_hash))

    def text(self, *, code: str, host: str, language: Language) -> str:
        """It names no paper."""
        return phone_message(code=code, host=host, language=language)
