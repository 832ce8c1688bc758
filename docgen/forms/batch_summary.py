"""What a batch came to, as a workbook: the whole, the packs that are ready, and what hinders."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from docgen.domain.language import BOTH
from docgen.domain.pack_batch import BatchLine, LineState, PackBatch
from docgen.domain.table import Look, Sheet, SheetColumn, SheetRow, Tone
from docgen.texts.dates import moment
from docgen.texts.phrases import say

_TONES = {
    LineState.READY: Tone.GOOD, LineState.BLOCKED: Tone.BAD, LineState.FAILED: Tone.WARNING,
    LineState.WAITING: Tone.PLAIN,
}  # fmt: skip
_SUMS = ("principal", "other", "penalty", "total")


def summary(batch: PackBatch, lines: Sequence[BatchLine], *, at: datetime) -> tuple[Sheet, ...]:
    """The sheets: summary, packs, hindrances."""
    return (_whole(batch, lines, at), _packs(batch, lines), _hindrances(batch, lines))


def both(key: str, **params: object) -> str:
    """In Kazakh and in Russian, on two lines."""
    said = (say(f"batch.{key}", language, **params) for language in BOTH)
    return "\n".join(dict.fromkeys(said))


def _one_line(key: str, **params: object) -> str:
    return both(key, **params).replace("\n", " · ")


def _heading(batch: PackBatch, title: str) -> tuple[str, ...]:
    return (_one_line(title), _one_line("about", number=batch.id, owner=batch.owner))


def _whole(batch: PackBatch, lines: Sequence[BatchLine], at: datetime) -> Sheet:
    counts = Counter(each.state for each in lines)
    rows = [
        SheetRow(
            values=(_one_line(f"state.{state}"), counts[state], _total(lines, state)),
            tone=_TONES[state] if counts[state] else Tone.PLAIN,
        )
        for state in LineState
    ]
    all_sums = sum((_total(lines, state) for state in LineState), Decimal(0))
    rows.append(SheetRow(values=(_one_line("state.all"), len(lines), all_sums)))
    return Sheet(
        name=_name("sheet.whole"),
        heading=(*_heading(batch, "title.whole"), _one_line("as_of", moment=moment(at))),
        columns=(
            SheetColumn(titles=(both("head.state"),), width=52),
            SheetColumn(titles=(both("head.count"),), width=16, look=Look.WHOLE),
            SheetColumn(titles=(both("head.claimed"),), width=22, look=Look.MONEY),
        ),
        rows=rows,
    )


def _total(lines: Sequence[BatchLine], state: LineState) -> Decimal:
    of_state = (each.outcome for each in lines if each.state is state)
    return sum((Decimal(each.get("total", "0")) for each in of_state), Decimal(0))


def _packs(batch: PackBatch, lines: Sequence[BatchLine]) -> Sheet:
    heads = [("no", 6, Look.WHOLE), ("case", 16, Look.TEXT), ("debtor", 34, Look.TEXT)]
    heads += [("account", 18, Look.TEXT), ("pack", 22, Look.TEXT), ("pages", 10, Look.WHOLE)]
    heads += [(f"sum_{name}", 17, Look.MONEY) for name in _SUMS]
    heads += [("answered", 30, Look.TEXT)]
    return Sheet(
        name=_name("sheet.packs"),
        heading=_heading(batch, "title.packs"),
        columns=_columns(heads),
        rows=[_pack(each) for each in lines if each.state is LineState.READY],
    )


def _pack(line: BatchLine) -> SheetRow:
    outcome = line.outcome
    answered = "\n".join(f"{each['rule']} – {each['by']}" for each in outcome["answered"])
    sums = [Decimal(outcome[name]) for name in _SUMS]
    values = (
        line.place, line.case, _debtor(line), _account(line), line.pack_id, outcome["pages"],
        *sums, answered,
    )  # fmt: skip
    return SheetRow(values=values, tone=Tone.GOOD)


def _hindrances(batch: PackBatch, lines: Sequence[BatchLine]) -> Sheet:
    heads = [("no", 6, Look.WHOLE), ("case", 16, Look.TEXT), ("debtor", 34, Look.TEXT)]
    heads += [("account", 18, Look.TEXT), ("pack", 22, Look.TEXT)]
    heads += [("weight", 18, Look.TEXT), ("rule", 8, Look.TEXT)]
    heads += [("why_kk", 56, Look.TEXT), ("why_ru", 56, Look.TEXT), ("where", 26, Look.TEXT)]
    rows = [row for each in lines for row in _reasons(each)]
    return Sheet(
        name=_name("sheet.hindrances"),
        heading=_heading(batch, "title.hindrances"),
        columns=_columns(heads),
        rows=rows,
    )


def _reasons(line: BatchLine) -> Iterator[SheetRow]:
    known = (line.place, line.case, _debtor(line), _account(line), line.pack_id)
    if line.state is LineState.FAILED:
        code = line.outcome.get("code", "")
        words = [say("batch.failed", language, code=code) for language in BOTH]
        yield SheetRow(values=(*known, both("state.failed"), None, *words, None), tone=Tone.WARNING)
    if line.state is not LineState.BLOCKED:
        return
    for found in line.outcome["findings"]:
        weight = "\n".join(say(f"pack.severity.{found['severity']}", each) for each in BOTH)
        words = [found["message"][language.value] for language in BOTH]
        yield SheetRow(
            values=(*known, weight, found["rule"], *words, found["pointer"] or None),
            tone=Tone.BAD if found["severity"] == "block" else Tone.WARNING,
        )


def _columns(heads: Sequence[tuple[str, int, Look]]) -> tuple[SheetColumn, ...]:
    return tuple(
        SheetColumn(titles=(both(f"head.{name}"),), width=width, look=look)
        for name, width, look in heads
    )


def _debtor(line: BatchLine) -> str:
    debtor = line.given.get("debtor", {})
    return " ".join(debtor[name] for name in ("surname", "name", "patronymic") if debtor.get(name))


def _account(line: BatchLine) -> str:
    return str(line.given.get("account_number", ""))


def _name(key: str) -> str:
    """Names of sheets have 31 letters and no strokes."""
    return " · ".join(say(f"batch.{key}", language) for language in BOTH)
