"""Recall what an account has signed: equipment held, debt acknowledged."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from docgen.domain.account import Account
from docgen.domain.envelope import Envelope, EnvelopeFilter, State
from docgen.domain.errors import FormNotFound, ValuesRejected
from docgen.domain.subscriber import Iin
from docgen.forms.catalogue import Catalogue
from docgen.ports import Register, UnitOfWork

_SIGNED = (State.CONFIRMED, State.SEALED)
_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Whose papers count: one owner's, in the region its key is for, of one person.

    An account outlives its subscriber: the next tenant is not told what the last one owed.
    """

    owner: str
    region: str | None
    iin: Iin
    without: str | None = None
    """An envelope that is about to become void, and counts no more."""
    tests: bool = False
    """Whether tests count, and nothing else."""


@dataclass(frozen=True, kw_only=True)
class RecallAccount:
    """One person's account, out of the papers the register still has."""

    register: Register
    forms: Catalogue

    def __call__(self, whose: Whose, *, account_numbers: Iterable[str]) -> Account:
        """The account after all signed papers under those numbers; an empty one for none."""
        with self.register.view() as unit:
            signed = {
                envelope.id: envelope
                for number in account_numbers
                for envelope in _all(unit, _filter(whose, number))
                if envelope.state in _SIGNED
                and envelope.subscriber.iin == whose.iin
                and envelope.id != whose.without
            }
        account = Account()
        for envelope in sorted(signed.values(), key=_signed_at):
            account = self._after(account, envelope)
        return account

    def _after(self, account: Account, envelope: Envelope) -> Account:
        for document in envelope.documents:
            try:
                values = self.forms.get(document.form).read(document.values)
            except (FormNotFound, ValuesRejected):
                # A form that is gone or has changed beyond its old values says nothing any more.
                continue
            account = account.after(values.traces(), number=document.number)
        return account


def _filter(whose: Whose, number: str) -> EnvelopeFilter:
    return EnvelopeFilter(
        owner=whose.owner,
        region=whose.region,
        account_number=number,
        tests=whose.tests,
    )


def _signed_at(envelope: Envelope) -> tuple[datetime, str]:
    consent = envelope.consent
    return envelope.created_at if consent is None else consent.confirmed_at, envelope.id


def _all(unit: UnitOfWork, wanted: EnvelopeFilter) -> Iterator[Envelope]:
    after: str | None = None
    while found := unit.envelopes.find(wanted, after=after, limit=_AT_ONCE):
        yield from found
        after = found[-1].id
