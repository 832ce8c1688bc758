"""Check a case: read it, reckon what is owed, look into its papers, and find all at once."""

import hashlib
from dataclasses import dataclass, replace

from docgen.domain.calendar import Calendar
from docgen.domain.case import Case, Inscription, Paper
from docgen.domain.debt import Claim
from docgen.domain.errors import BlobDamaged, BlobNotFound, UnreadableDocument
from docgen.domain.examine_pack import claim_of, examine
from docgen.domain.operator import Operator
from docgen.domain.pack import Examination, Policy
from docgen.domain.pack_papers import PLACES, Form, Seen, Slot
from docgen.domain.signed_here import resting_on
from docgen.domain.verdict import Report, Verdict
from docgen.forms.read_case import read_case
from docgen.ports import Verifier
from docgen.ports_of_packs import PageCounter, PaperFiles, WorkingDays
from docgen.usecases.find_acknowledgements import FindAcknowledgements

_YEARS_AHEAD = 4
"""Over which deadlines and limitation run from the day of the case."""


@dataclass(frozen=True, kw_only=True)
class CheckedPack:
    """The case, what is claimed, and what speaks against it."""

    case: Case
    claim: Claim
    policy: Policy
    calendar: Calendar
    seen: tuple[Seen, ...]
    """One for each paper of the case, in its order."""
    examination: Examination
    files: PaperFiles
    """Where all papers of the case are, those too that the service has found by itself."""


@dataclass(frozen=True, kw_only=True)
class CheckPack:
    """Everything that a notary would send a pack back for, before he has it."""

    operator: Operator
    policy: Policy
    days: WorkingDays
    binder: PageCounter
    verifier: Verifier
    signed: FindAcknowledgements | None = None
    """Where there is a register to look in."""

    def __call__(
        self,
        given: object,
        files: PaperFiles,
        *,
        owner: str = "",
        also: tuple[Inscription, ...] = (),
    ) -> CheckedPack:
        """The findings; raises ValuesRejected for a case that is written wrongly.

        What `owner`'s register says the debtor has acknowledged belongs to the case; `also` are
        inscriptions that it knows of besides those that the case names.
        """
        read = read_case(given, self.operator)
        named = replace(read, inscriptions=(*read.inscriptions, *also))
        case, files = self._with_signed(named, files, owner)
        calendar = self.days.calendar(*years_of(case))
        claim = claim_of(case, self.policy, calendar)
        seen = tuple(self._look(paper, files) for paper in case.papers)
        return CheckedPack(
            case=case,
            claim=claim,
            policy=self.policy,
            calendar=calendar,
            seen=seen,
            examination=examine(case, claim, policy=self.policy, calendar=calendar, seen=seen),
            files=files,
        )

    def _with_signed(self, case: Case, files: PaperFiles, owner: str) -> tuple[Case, PaperFiles]:
        """Those of which the seal is valid today; any other is as good as none."""
        if self.signed is None:
            return case, files
        found = self.signed(case, owner)
        files = self.signed.files(found, files)
        valid = [each for each in found if self._look(each.paper, files).form is Form.GOOD]
        return resting_on(case, valid), files

    def _look(self, paper: Paper, files: PaperFiles) -> Seen:
        slot = Slot(paper.slot)
        try:
            content = files.read(paper.path)
        except (BlobNotFound, BlobDamaged):
            return Seen(slot=slot, path=paper.path, form=Form.ABSENT)
        if hashlib.sha256(content).hexdigest() != paper.sha256:
            return Seen(slot=slot, path=paper.path, form=Form.OTHER_BYTES)
        try:
            pages = self.binder.pages(content)
            report = self.verifier.verify(content).named()
        except UnreadableDocument:
            return Seen(slot=slot, path=paper.path, form=Form.NOT_PDF)
        form = _form(slot, report)
        return Seen(
            slot=slot,
            path=paper.path,
            form=form,
            pages=pages,
            verdict=report.verdict.value if form is not Form.UNSEALED else "",
            detached=bool(files.detached(paper.path)),
        )


def _form(slot: Slot, report: Report) -> Form:
    """What is not ours, and signed by nobody we know, is a scan: only signed papers need a seal."""
    if report.verdict is Verdict.VALID:
        return Form.GOOD
    if report.is_test:
        return Form.TEST
    if report.verdict is Verdict.UNKNOWN and not (report.seal and PLACES[slot].signed):
        return Form.UNSEALED
    return Form.SEAL_NOT_VALID


def years_of(case: Case) -> tuple[int, int]:
    """The first and the last year in which its terms may end."""
    months = [invoice.month.year for invoice in case.invoices]
    dues = [invoice.due.year for invoice in case.invoices if invoice.due is not None]
    years = [*months, *dues, case.as_of.year]
    return min(years) - 1, max(years) + _YEARS_AHEAD
