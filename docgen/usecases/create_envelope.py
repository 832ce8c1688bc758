"""Create an envelope: checked values become documents with numbers and verification tokens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar

from docgen.domain.account import Account
from docgen.domain.envelope import Document, Envelope, Reference, State
from docgen.domain.errors import (
    EnvelopeNotFound,
    FieldError,
    FormNotFound,
    QueueFull,
    ValuesRejected,
)
from docgen.domain.evidence import values_hash
from docgen.domain.fingerprint import fingerprints
from docgen.domain.for_tests import NUMBERS, is_test_client
from docgen.domain.journal import Event, Fact
from docgen.domain.language import Language
from docgen.domain.number import NumberReport
from docgen.domain.subscriber import Phone, Subscriber
from docgen.domain.work import Task
from docgen.forms.catalogue import Catalogue
from docgen.forms.identity import read_reference, read_subscriber
from docgen.ports import Chance, Coming, Jobs, Register, Timer, UnitOfWork
from docgen.texts import dates
from docgen.usecases.check_number import CheckNumber, Used, below, fact_of
from docgen.usecases.owe_work import owe_work
from docgen.usecases.recall_account import RecallAccount, Whose
from docgen.usecases.recall_number import RecallNumber
from docgen.usecases.review_papers import NewPaper, ReviewPapers
from docgen.usecases.void import record_void

MOST_ROWS_TOGETHER = 2000
"""Rows of all papers of an envelope: what one caller may make the others wait for."""
_FIRST_LOOK, _BETWEEN_LOOKS = timedelta(milliseconds=25), timedelta(milliseconds=200)
"""Each wait is twice the one before: looks cost more than all the rest of a request."""


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
    region: str | None = None
    """Where set, the only region the caller makes envelopes for."""
    supersedes: str | None = None
    """The envelope in whose place the new one is made; it becomes void."""
    id: str | None = None
    """Chosen beforehand by whoever must be able to ask again without making a second one."""
    asked_before: bool = True
    """Whether one of that id may have been made already; who chose it just now knows of none."""


@dataclass(frozen=True, kw_only=True)
class _Checked(NewPaper):
    languages: tuple[Language, ...]


@dataclass(frozen=True, kw_only=True)
class CreateEnvelope:
    """Draft an envelope and see to its rendering.

    Where somebody hears of the work, the caller waits a little, so that most get a ready one.
    """

    register: Register
    forms: Catalogue
    clock: Timer
    chance: Chance
    jobs: Jobs
    check: CheckNumber
    life: timedelta
    patience: timedelta = timedelta(seconds=5)
    most_owed: int = 1000
    """Envelopes that may wait for rendering before new ones are refused."""

    def __call__(self, request: EnvelopeRequest) -> Envelope:
        """The envelope, draft or ready.

        Raises ValuesRejected or QueueFull, and MoveNotAllowed or AlreadySuperseded where it cannot
        stand in another one's place.
        """
        if (known := self._known(request)) is not None:
            return known
        subscriber, reference, checked = self._checked(request)
        used, account = self._looked_back(request, subscriber, reference, checked)
        number = self.check(subscriber.phone, subscriber.iin, owner=request.owner, used=used)
        now = self.clock.now()
        today = dates.local_day(now)
        warnings = self._review(
            checked, account=account, account_number=reference.account_number, today=today
        )
        made_id = request.id or self.chance.identifier()
        with self.register.begin() as unit:
            self._supersede(unit, request, by=made_id, now=now)
            numbers = [self._number(unit, each, request, today) for each in checked]
            self._require_room(unit)
            documents = tuple(map(partial(self._document, today), checked, numbers))
            envelope = Envelope(
                id=made_id,
                owner=request.owner,
                client=request.client,
                subscriber=subscriber,
                reference=reference,
                documents=documents,
                salt=self.chance.token(),
                supersedes=request.supersedes,
                warnings=(*below(number.flags, "/subscriber"), *warnings),
                created_at=now,
                expires_at=now + self.life,
            )
            unit.envelopes.add(envelope)
            self._record(unit, envelope, number)
            unit.commit()
        heard = self.jobs.tell(Task.RENDER, envelope.id)
        return self._awaited(envelope.id, until=now + (self.patience if heard else timedelta()))

    def _supersede(
        self, unit: UnitOfWork, request: EnvelopeRequest, *, by: str, now: datetime
    ) -> None:
        """Make the old one void; what its owner or region does not see does not exist."""
        if request.supersedes is None:
            return
        try:
            old = unit.envelopes.get(request.supersedes)
        except EnvelopeNotFound:
            raise _unknown() from None
        ours = old.owner == request.owner and request.region in {None, old.reference.region}
        if not ours or old.is_test is not is_test_client(request.client):
            raise _unknown()
        if old.superseded_by == by:
            # Somebody slower made this very envelope meanwhile: adding it again says so.
            return
        record_void(unit, old.supersede(by), now=now, actor=f"client:{request.client}")

    def _record(self, unit: UnitOfWork, envelope: Envelope, number: NumberReport) -> None:
        now = envelope.created_at
        unit.journal.append(envelope.id, self._fact(envelope))
        asked = fact_of(
            number, phone=envelope.subscriber.phone, salt=envelope.salt, at=now, before="creation"
        )
        if asked is not None and number.directory:
            unit.journal.append(envelope.id, asked)
        owe_work(unit, envelope.id, task=Task.RENDER, now=now, chance=self.chance)

    @property
    def _review(self) -> ReviewPapers:
        return ReviewPapers(recall=RecallAccount(register=self.register, forms=self.forms))

    def _known(self, request: EnvelopeRequest) -> Envelope | None:
        """What an earlier asking has made already, even if its answer was lost."""
        if request.id is None or not request.asked_before:
            return None
        with self.register.view() as unit:
            try:
                return unit.envelopes.get(request.id)
            except EnvelopeNotFound:
                return None

    def _looked_back(
        self,
        request: EnvelopeRequest,
        subscriber: Subscriber,
        reference: Reference,
        checked: Sequence[_Checked],
    ) -> tuple[Used, Account]:
        """What the register tells of the number and of the account, of one moment."""
        whose, account_number = _whose(request, subscriber), reference.account_number
        with self.register.glance() as unit:
            used = self.check.look(unit, subscriber.phone, subscriber.iin, owner=request.owner)
            account = self._review.look(unit, checked, whose=whose, account_number=account_number)
            return used(), account()

    def _require_room(self, unit: UnitOfWork) -> None:
        owed = unit.outbox.backlog().get(Task.RENDER)
        if owed is not None and owed.count >= self.most_owed:
            raise QueueFull

    def _awaited(self, envelope_id: str, *, until: datetime) -> Envelope:
        """The envelope as soon as it is no draft, at the latest when the time is over.

        Word of the work may never come: then the register is looked at all the same.
        """
        wait = _FIRST_LOOK
        while True:
            left = until - self.clock.now()
            waited = left > timedelta() and self.jobs.wait(Task.RENDER, envelope_id, most=left)
            with self.register.glance() as unit:
                envelope = unit.envelopes.get(envelope_id)
            left = until - self.clock.now()
            if envelope.state is not State.DRAFT or left <= timedelta():
                return envelope
            if not waited:
                self.clock.pause(min(wait, left))
                wait = min(2 * wait, _BETWEEN_LOOKS)

    def _checked(self, request: EnvelopeRequest) -> tuple[Subscriber, Reference, list[_Checked]]:
        """Person, reference, and the documents with values as the schemas spell them."""
        found: list[FieldError] = []
        recall = partial(RecallNumber(register=self.register), owner=request.owner)
        subscriber = _collected(found, lambda: read_subscriber(request.subscriber, verified=recall))
        reference = _collected(found, lambda: _reference(request))
        order = reference.order_number if reference else None
        checked = [
            _collected(found, partial(self._read, each, f"/documents/{place}", order))
            for place, each in enumerate(request.documents)
        ]
        if not request.documents:
            found.append(FieldError("/documents", "required"))
        rows = sum(each.values.rows() for each in checked if each is not None)
        if rows > MOST_ROWS_TOGETHER:
            params = (("limit", str(MOST_ROWS_TOGETHER)),)
            found.append(FieldError("/documents", "too_many_rows", params))
        if subscriber is not None:
            found += phone_findings(subscriber.phone, client=request.client)
        if found or subscriber is None or reference is None:
            raise ValuesRejected(tuple(found))
        return subscriber, reference, [each for each in checked if each is not None]

    def _read(self, each: DocumentRequest, root: str, order_number: str | None) -> _Checked:
        try:
            form = self.forms.get(each.form)
        except FormNotFound:
            raise ValuesRejected((FieldError(f"{root}/form", "form_unknown"),)) from None
        form.check_languages(each.languages, root=f"{root}/languages")
        values = form.read(each.values, root=f"{root}/values")
        if order_number is not None and values.order_number != order_number:
            pointer = f"{root}/values/order_number"
            raise ValuesRejected((FieldError(pointer, "order_number_differs"),))
        return _Checked(form=form, languages=each.languages, values=values, root=f"{root}/values")

    def _number(
        self, unit: UnitOfWork, each: _Checked, request: EnvelopeRequest, today: date
    ) -> Coming[str]:
        kind = NUMBERS if is_test_client(request.client) else ""
        series = f"{kind}{each.form.number_prefix}-{today.year}"
        number = unit.next_number(series)
        return lambda: f"{series}-{number():06}"

    def _document(self, today: date, each: _Checked, number: Coming[str]) -> Document:
        edition = each.form.edition_on(today)
        return Document(
            id=self.chance.identifier(),
            number=number(),
            form=each.form.code,
            languages=each.languages,
            values=each.values.model_dump(mode="json"),
            verification_token=self.chance.token(),
            edition=edition.name,
            templates={lang: edition.templates[lang] for lang in each.languages},
        )

    def _fact(self, envelope: Envelope) -> Fact:
        details = {
            f"document.{d.number}": f"{d.form} {d.edition} {values_hash(d)}"
            for d in envelope.documents
        }
        if envelope.supersedes is not None:
            details["supersedes"] = envelope.supersedes
        for each in envelope.warnings:
            details[f"warning{each.pointer}/{each.code}"] = each.pointer
        return Fact(
            event=Event.CREATED,
            at=envelope.created_at,
            actor=f"client:{envelope.client}",
            details=details | fingerprints(envelope),
        )


def _whose(request: EnvelopeRequest, subscriber: Subscriber) -> Whose:
    return Whose(
        owner=request.owner,
        region=request.region,
        iin=subscriber.iin,
        without=request.supersedes,
        tests=subscriber.phone.is_test,
    )


def phone_findings(phone: Phone, *, client: str) -> tuple[FieldError, ...]:
    """That a test has a number of somebody, or what is no test a number of tests."""
    if phone.is_test is is_test_client(client):
        return ()
    return (FieldError("/subscriber/phone", "phone_for_tests" if phone.is_test else "phone_real"),)


def _unknown() -> ValuesRejected:
    return ValuesRejected((FieldError("/supersedes", "envelope_unknown"),))


def _reference(request: EnvelopeRequest) -> Reference:
    reference = read_reference(request.reference)
    if request.region is None or request.region == reference.region:
        return reference
    if reference.region is not None:
        raise ValuesRejected((FieldError("/reference/region", "region_not_yours"),))
    return replace(reference, region=request.region)


T = TypeVar("T")


def _collected(found: list[FieldError], read: Callable[[], T]) -> T | None:
    """What is read, or None with the findings added to those of the rest."""
    try:
        return read()
    except ValuesRejected as rejected:
        found.extend(rejected.errors)
        return None
