"""What the page of results sees, which is added to a volume with its seal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from docgen.domain.language import Language
from docgen.domain.pack import Answered
from docgen.domain.pack_papers import Form, Seen
from docgen.forms.pack_papers import FOLDER, Listed
from docgen.forms.pack_volumes import called
from docgen.forms.pack_words import DASH
from docgen.texts import dates
from docgen.texts.pack import sentence
from docgen.texts.phrases import say

TEMPLATE = f"{FOLDER}check_results"


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A line of the inventory, and what was found in its file; nothing for papers of our own."""

    listed: Listed
    seen: Seen | None
    original: str | None = None


@dataclass(frozen=True, kw_only=True)
class ResultFacts:
    """What the page is made from."""

    number: str
    day: datetime
    """When the files were looked into."""
    volume_sha256: str
    looked: Sequence[Looked]
    """Those of the volume, where there are several."""
    volume: int = 1
    volumes: int = 1
    answered: Sequence[Answered]


def context(facts: ResultFacts, language: Language) -> dict[str, Any]:
    """Strings and rows of strings."""
    day = dates.local_day(facts.day)
    return {
        "document": {"number": facts.number, "date": dates.formal(day, language)},
        "volume": f"\n{called(facts.volume, facts.volumes, language)}".rstrip(),
        "checked_at": dates.moment(facts.day),
        "files": [
            {
                "no": str(place),
                "title": each.listed.title[language],
                "sha256": each.listed.sha256 or DASH,
                "result": _result(each, language),
            }
            for place, each in enumerate(facts.looked, start=1)
        ],
        "volume_sha256": facts.volume_sha256,
        "answers": [_answer(each, language) for each in facts.answered]
        or [dict.fromkeys(("rule", "warning", "by", "reason"), DASH)],
    }


def _result(each: Looked, language: Language) -> str:
    seen = each.seen
    if seen is None:
        return say("pack.result.made", language)
    told = ["valid" if seen.form is Form.GOOD else "unsealed"]
    told += ["cms"] if seen.detached else []
    said = [say(f"pack.result.{what}", language) for what in told]
    if each.original is not None:
        said.append(say("pack.result.original", language, where=each.original))
    return "; ".join(said)


def _answer(each: Answered, language: Language) -> dict[str, str]:
    return {
        "rule": each.finding.rule,
        "warning": sentence(each.finding, language),
        "by": each.by,
        "reason": each.reason,
    }
