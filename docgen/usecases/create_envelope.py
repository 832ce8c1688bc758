"""Create an envelope: checked values become documents with numbers and verification tokens."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

from docgen.domain.envelope import Document, Envelope, Reference
from docgen.domain.errors import FieldError, FormNotFound, ValuesRejected
from docgen.domain.evidence import values_hash
from docgen.domain.journal import Event, Fact
from docgen.domain.language import Language
from docgen.domain.subscriber import Subscriber
from docgen.forms.catalogue import Catalogue
from docgen.forms.identity import read_reference, read_subscriber
from docgen.ports import Chance, Clock, Jobs, OutboxRow, Register, Task, UnitOfWork
from docgen.texts import dates


@dataclass(frozen=True, kw_only=True)
class DocumentRequest:
    """One document to make, its values not yet checked."""

    form: str
    languages: tuple[Language, ...]
    values: object


@dataclass(frozen=True, kw_only=True)
class EnvelopeRequest:
    """What a caller asks for; `owner` and `client` come from who is asking."""

    owner: str
    client: str
    subscriber: object
    reference: object
    documents: tuple[DocumentRequest, ...]


@dataclass(frozen=True, kw_only=True)
class CreateEnvelope:
    """Draft an envelope and see to its rendering."""

    register: Register
    forms: Catalogue
    clock: Clock
    chance: Chance
    jobs: Jobs
    life: timedelta

    def __call__(self, request: EnvelopeRequest) -> Envelope:
        """The envelope, ready where rendering follows at once; raises ValuesRejected."""
        subscriber, reference, checked = self._checked(request)
        now = self.clock.now()
        year = dates.local_day(now).year
        with self.register.begin() as unit:
            documents = tuple(self._document(unit, each, year) for each in checked)
            envelope = Envelope(
                id=self.chance.identifier(),
                owner=request.owner,
                client=request.client,
                subscriber=subscriber,
                reference=reference,
                documents=documents,
                salt=self.chance.token(),
                created_at=now,
                expires_at=now + self.life,
            )
            unit.envelopes.add(envelope)
            unit.journal.append(envelope.id, self._fact(envelope))
            unit.outbox.add(
                OutboxRow(
                    id=self.chance.identifier(),
                    task=Task.RENDER,
                    envelope_id=envelope.id,
                    created_at=now,
                )
            )
            unit.commit()
        self.jobs.tell(Task.RENDER, envelope.id)
        with self.register.view() as unit:
            return unit.envelopes.get(envelope.id)

    def _checked(
        self, request: EnvelopeRequest
    ) -> tuple[Subscriber, Reference, list[DocumentRequest]]:
        """Person, reference, and the requests with values as the schemas spell them."""
        found: list[FieldError] = []
        subscriber = _collected(found, lambda: read_subscriber(request.subscriber))
        reference = _collected(found, lambda: read_reference(request.reference))
        order = reference.order_number if reference else None
        checked = [
            _collected(found, partial(self._document_request, each, f"/documents/{place}", order))
            for place, each in enumerate(request.documents)
        ]
        if not request.documents:
            found.append(FieldError("/documents", "required"))
        if found or subscriber is None or reference is None:
            raise ValuesRejected(tuple(found))
        return subscriber, reference, [each for each in checked if each is not None]

    def _document_request(
        self, each: DocumentRequest, root: str, order_number: str | None
    ) -> DocumentRequest:
        try:
            form = self.forms.get(each.form)
        except FormNotFound:
            raise ValuesRejected((FieldError(f"{root}/form", "form_unknown"),)) from None
        form.check_languages(each.languages, root=f"{root}/languages")
        values = form.read(each.values, root=f"{root}/values")
        if order_number is not None and values.order_number != order_number:
            pointer = f"{root}/values/order_number"
            raise ValuesRejected((FieldError(pointer, "order_number_differs"),))
        return replace(each, values=values.model_dump(mode="json"))

    def _document(self, unit: UnitOfWork, each: DocumentRequest, year: int) -> Document:
        prefix = self.forms.get(each.form).number_prefix
        number = unit.next_number(f"{prefix}-{year}")
        assert isinstance(each.values, dict)  # noqa: S101 - model_dump gives nothing else
        return Document(
            id=self.chance.identifier(),
            number=f"{prefix}-{year}-{number:06}",
            form=each.form,
            languages=each.languages,
            values=each.values,
            verification_token=self.chance.token(),
        )

    def _fact(self, envelope: Envelope) -> Fact:
        details = {f"document.{d.number}": f"{d.form} {values_hash(d)}" for d in envelope.documents}
        return Fact(
            event=Event.CREATED,
            at=envelope.created_at,
            actor=f"client:{envelope.client}",
            details=details,
        )


T = TypeVar("T")


def _collected(found: list[FieldError], read: Callable[[], T]) -> T | None:
    """What is read, or None with the findings added to those of the rest."""
    try:
        return read()
    except ValuesRejected as rejected:
        found.extend(rejected.errors)
        return None
