"""Recall what an account has signed: equipment held, debt acknowledged."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from docgen.domain.account import Account
from docgen.domain.envelope import Envelope, EnvelopeFilter, State
from docgen.domain.errors import FormNotFound, ValuesRejected
from docgen.forms.catalogue import Catalogue
from docgen.ports import Register, UnitOfWork

_SIGNED = (State.CONFIRMED, State.SEALED)
_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class RecallAccount:
    """One owner's account, out of the papers the register still has."""

    register: Register
    forms: Catalogue

    def __call__(self, *, owner: str, account_number: str) -> Account:
        """The account after all its signed papers; an empty one where none is known."""
        with self.register.view() as unit:
            signed = [
                envelope
                for state in _SIGNED
                for envelope in _all(
                    unit, EnvelopeFilter(owner=owner, state=state, account_number=account_number)
                )
            ]
        account = Account()
        for envelope in sorted(signed, key=_signed_at):
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


def _signed_at(envelope: Envelope) -> datetime:
    return envelope.created_at if envelope.consent is None else envelope.consent.confirmed_at


def _all(unit: UnitOfWork, wanted: EnvelopeFilter) -> Iterator[Envelope]:
    after: str | None = None
    while found := unit.envelopes.find(wanted, after=after, limit=_AT_ONCE):
        yield from found
        after = found[-1].id
