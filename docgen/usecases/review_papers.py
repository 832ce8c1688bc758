"""Review new papers: against the day, and against what their subscriber has signed before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from docgen.domain.account import Account
from docgen.domain.errors import FieldError, ValuesRejected
from docgen.forms.form import Form, FormValues
from docgen.ports import Coming, UnitOfWork
from docgen.usecases.recall_account import RecallAccount, Whose


@dataclass(frozen=True, kw_only=True)
class NewPaper:
    """Values that are right by themselves; `root` is where they stand in the request."""

    form: Form
    values: FormValues
    root: str


@dataclass(frozen=True, kw_only=True)
class ReviewPapers:
    """Warnings for whoever makes the papers of one envelope."""

    recall: RecallAccount

    def look(
        self, unit: UnitOfWork, papers: Sequence[NewPaper], *, whose: Whose, account_number: str
    ) -> Coming[Account]:
        """What `__call__` wants to know, in a unit that reads more than that.

        The account is that of the reference and of whatever the papers themselves name, so that
        nobody looks away by writing another number in front.
        """
        if not _look_back(papers):
            return Account
        numbers = {account_number}.union(*(paper.values.accounts() for paper in papers))
        return self.recall.look(unit, whose, account_numbers=numbers)

    def __call__(
        self, papers: Sequence[NewPaper], *, account: Account, account_number: str, today: date
    ) -> tuple[FieldError, ...]:
        """The warnings; raises ValuesRejected where earlier papers forbid these."""
        warnings = [
            found.below(paper.root) for paper in papers for found in paper.values.warn(today)
        ]
        warnings += _strays(papers, account_number)
        if not _look_back(papers):
            return tuple(warnings)
        reviews = [
            (paper.root, paper.values.review(_beside(paper, papers, account))) for paper in papers
        ]
        errors = [found.below(root) for root, review in reviews for found in review.errors]
        if errors:
            raise ValuesRejected(tuple(errors))
        found = [found.below(root) for root, review in reviews for found in review.warnings]
        return (*warnings, *found)


def _look_back(papers: Sequence[NewPaper]) -> bool:
    return any(paper.values.looks_back for paper in papers)


def _strays(papers: Sequence[NewPaper], account_number: str) -> Iterator[FieldError]:
    """A paper that speaks of other accounts only is likely to be filed under a wrong one."""
    for paper in papers:
        named = paper.values.accounts()
        if named and account_number not in named:
            yield FieldError(paper.root, "account_number_differs")


def _beside(one: NewPaper, papers: Sequence[NewPaper], account: Account) -> Account:
    """As if the papers it is signed with were signed: who returns all he holds may refuse."""
    for other in papers:
        if other is not one:
            account = account.after(other.values.traces(), number=other.form.code)
    return account
