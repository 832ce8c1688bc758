"""Mail the deadlines of packs to the collection department."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from docgen.domain.language import BOTH, Language
from docgen.domain.pack_deadlines import Deadline
from docgen.domain.pack_record import Pack
from docgen.ports import Clock
from docgen.ports_of_copies import Letter, Mailer
from docgen.texts import dates
from docgen.texts.dates import local_day
from docgen.texts.phrases import say
from docgen.usecases.remind_of_packs import RemindOfPacks

_REFERENCE_LENGTH = 20


@dataclass(frozen=True, kw_only=True)
class MailDeadlines:
    """One letter in both languages, of numbers of packs alone: a mailbox is no place for debtors.

    The same list on the same day has the same Message-ID, so that a second one is known as such.
    """

    remind: RemindOfPacks
    mailer: Mailer
    clock: Clock
    public_url: str

    def __call__(self, *owners: str, days: int, to: str) -> int:
        """How many deadlines it speaks of; without any nothing is sent.

        Raises MailRefused where no later try will help, MailUnavailable where one may.
        """
        found = self.remind(*owners, days=days)
        if found:
            self.mailer.send(self._letter(found, days=days, to=to))
        return len(found)

    def _letter(self, found: Sequence[tuple[Pack, Deadline]], *, days: int, to: str) -> Letter:
        today = local_day(self.clock.now())
        subjects = [say("pack.reminder.subject", each, count=len(found)) for each in BOTH]
        listed = [_listed(found, language, days=days, today=today) for language in BOTH]
        text = "\n\n".join((*listed, f"{self.public_url}/office/packs")) + "\n"
        told = hashlib.sha256(f"{today} {to}\n{text}".encode()).hexdigest()
        return Letter(
            to=to,
            subject=" / ".join(subjects),
            text=text,
            language=BOTH[0].value,
            reference=f"packs-{today:%Y%m%d}-{told[:_REFERENCE_LENGTH]}",
        )


def _listed(
    found: Sequence[tuple[Pack, Deadline]], language: Language, *, days: int, today: date
) -> str:
    lines = [say("pack.reminder.text", language, days=days)]
    for pack, each in found:
        over = say("pack.reminder.over", language) if each.on < today else ""
        due = say(f"pack.due.{each.due}", language)
        lines.append(f"{dates.short(each.on)}  {pack.id}  {due}{over}")
    return "\n".join(lines)
