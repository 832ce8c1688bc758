"""Find what a debtor has acknowledged through this service: sealed papers, never typed anew."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from docgen.domain.case import Case
from docgen.domain.envelope import Document, Envelope, EnvelopeFilter, State
from docgen.domain.errors import FormNotFound, ValuesRejected
from docgen.domain.signed_here import AcknowledgedDebt, SignedHere
from docgen.forms.catalogue import Catalogue
from docgen.ports import Blobs, Register
from docgen.ports_of_packs import PaperFiles
from docgen.texts.dates import local_day

_MOST = 100


@dataclass(frozen=True, kw_only=True)
class FindAcknowledgements:
    """Sealed envelopes of the same account and the same person, signed by the day of the case.

    What is void, superseded or not sealed yet does not count; nor does, later, a file whose seal is
    not valid: that of a trial installation is trusted by nobody.
    """

    register: Register
    forms: Catalogue
    blobs: Blobs
    owners: Sequence[str] = ()
    """Whose envelopes count beside those of the pack's own owner."""

    def __call__(self, case: Case, owner: str) -> Sequence[SignedHere]:
        """All of them; none where the case names an acknowledgement itself."""
        if case.acknowledgement is not None or not case.account_number or not case.debtor.iin:
            return ()
        with self.register.view() as unit:
            envelopes = [
                envelope
                for each in dict.fromkeys((owner, *self.owners))
                for envelope in unit.envelopes.find(
                    EnvelopeFilter(
                        owner=each, state=State.SEALED, account_number=case.account_number
                    ),
                    after=None,
                    limit=_MOST,
                )()
            ]
        signed = (found for envelope in envelopes for found in self._in(envelope, case))
        return [found for found in signed if found.signed_on <= case.as_of]

    def files(self, signed: Sequence[SignedHere], beside: PaperFiles) -> PaperFiles:
        """The case's own files, and those papers by their paths."""
        return _Sealed(
            blobs=self.blobs,
            beside=beside,
            signed={each.path: each for each in signed},
        )

    def _in(self, envelope: Envelope, case: Case) -> Iterator[SignedHere]:
        if envelope.subscriber.iin.value != case.debtor.iin or envelope.consent is None:
            return
        for document in envelope.documents:
            debt = self._acknowledged(document)
            if debt is None or document.sealed is None:
                continue
            if debt.account_number == case.account_number:
                yield SignedHere(
                    envelope_id=envelope.id,
                    document_number=document.number,
                    signed_on=local_day(envelope.consent.confirmed_at),
                    debt=debt,
                    sha256=document.sealed.sha256,
                    detached_sha256="" if document.detached is None else document.detached.sha256,
                )

    def _acknowledged(self, document: Document) -> AcknowledgedDebt | None:
        try:
            return self.forms.get(document.form).read(document.values).acknowledges()
        except (FormNotFound, ValuesRejected):
            # A form that is gone or has changed beyond its old values says nothing any more.
            return None


@dataclass(frozen=True, kw_only=True)
class _Sealed:
    """Implements ports_of_packs.PaperFiles over the store of documents and a folder."""

    blobs: Blobs
    beside: PaperFiles
    signed: Mapping[str, SignedHere]

    def read(self, path: str) -> bytes:
        """The sealed file, untouched."""
        if path not in self.signed:
            return self.beside.read(path)
        return self.blobs.get(self.signed[path].sha256)

    def detached(self, path: str) -> bytes:
        """The operator's national signature, where it lies beside the sealed file."""
        if path not in self.signed:
            return self.beside.detached(path)
        sha256 = self.signed[path].detached_sha256
        return self.blobs.get(sha256) if sha256 else b""
