"""Recall what an account has signed: equipment held, debt acknowledged."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from docgen.domain.account import Account
from docgen.domain.envelope import Envelope, EnvelopeFilter, State
from docgen.domain.errors import FormNotFound, ValuesRejected
from docgen.domain.subscriber import Iin
from docgen.forms.catalogue import Catalogue
from docgen.ports import Coming, Register, UnitOfWork

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
            return self.look(unit, whose, account_numbers=account_numbers)()

    def look(
        self, unit: UnitOfWork, whose: Whose, *, account_numbers: Iterable[str]
    ) -> Coming[Account]:
        """The same in a unit that reads more than that."""
        found = [_all(unit, _filter(whose, number)) for number in account_numbers]
        return lambda: self._account(whose, chain.from_iterable(each() for each in found))

    def _account(self, whose: Whose, envelopes: Iterable[Envelope]) -> Account:
        signed = {
            envelope.id: envelope
            for envelope in envelopes
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


def _all(unit: UnitOfWork, wanted: EnvelopeFilter) -> Coming[Iterator[Envelope]]:
    first = unit.envelopes.find(wanted, after=None, limit=_AT_ONCE)
    return lambda: _pages(unit, wanted, first())


def _pages(
    unit: UnitOfWork, wanted: EnvelopeFilter, first: Sequence[Envelope]
) -> Iterator[Envelope]:
    found = first
    while found:
        yield from found
        found = unit.envelopes.find(wanted, after=found[-1].id, limit=_AT_ONCE)()
