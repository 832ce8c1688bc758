"""The rules a notary pack is checked by, as data: weight, source, and how sure the source is.

N01 to N30 are those of the collection department's list; P01 to P03 are about the papers
themselves. What a rule finds is told by `RULE.what` in the texts, in Kazakh and Russian.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """What a finding does to the pack."""

    BLOCK = "block"
    WARNING = "warning"
    """It goes on once a named person answers for it with a reason."""
    NOTE = "note"


class Basis(StrEnum):
    """How far the source of a rule was read."""

    LAW = "law"
    """In the text of the law."""
    CONTRACT = "contract"
    """In the public contract."""
    READING = "reading"
    """Our own conclusion: a lawyer has to confirm it."""
    UNVERIFIED = "unverified"
    """Nobody has read the source: the pack says so."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule; `source` lists articles and points: `NOT 92-3; CC 175`.

    The texts know the names: NOT notariat, CC civil code, CPC civil procedure, CON the public
    contract, BKR citizens' solvency, CPL consumers, PDL personal data, TAX, D406 and D853 decrees.
    """

    id: str
    severity: Severity
    source: str
    bases: tuple[Basis, ...]

    @property
    def to_confirm(self) -> bool:
        """Whether a lawyer has yet to confirm what it rests on."""
        return bool({Basis.READING, Basis.UNVERIFIED}.intersection(self.bases))


_BLOCK, _WARNING, _NOTE = Severity.BLOCK, Severity.WARNING, Severity.NOTE
_LAW, _CONTRACT, _READING = Basis.LAW, Basis.CONTRACT, Basis.READING
_UNVERIFIED = Basis.UNVERIFIED

_TABLE: Final = (
    ("N01", _BLOCK, "D406", (_UNVERIFIED,)),
    ("N02", _BLOCK, "NOT 92-3", (_LAW,)),
    ("N03", _WARNING, "D853", (_UNVERIFIED,)),
    ("N04", _BLOCK, "CON 17; CC 175", (_CONTRACT, _LAW)),
    ("N05", _BLOCK, "CC 178, 179(3), 180(2); NOT 92-2", (_LAW,)),
    ("N06", _NOTE, "CC 183", (_LAW,)),
    ("N07", _BLOCK, "CON 34.3, 42; NOT 92-2(1)(1)", (_CONTRACT, _LAW)),
    ("N08", _BLOCK, "CON 42", (_CONTRACT, _READING)),
    ("N09", _BLOCK, "CON 33.7", (_CONTRACT,)),
    ("N10", _BLOCK, "CON 33.6", (_CONTRACT,)),
    ("N11", _BLOCK, "NOT 92-1(3)", (_LAW,)),
    ("N12", _WARNING, "CON 29; NOT 92-1(3)", (_CONTRACT, _UNVERIFIED)),
    ("N13", _BLOCK, "NOT 92-1(2)(2), (7)", (_LAW, _READING)),
    ("N14", _BLOCK, "NOT 92-2(3), 21(3)", (_LAW,)),
    ("N15", _WARNING, "NOT 92-2(3); CON 30.3", (_LAW, _CONTRACT)),
    ("N16", _BLOCK, "CON 20; CC 282(2)", (_CONTRACT, _LAW)),
    ("N17", _WARNING, "CON 33.21", (_CONTRACT,)),
    ("N18", _BLOCK, "CON 12", (_CONTRACT,)),
    ("N19", _BLOCK, "BKR 1(11), 17, 22", (_LAW,)),
    ("N20", _BLOCK, "CC 22", (_LAW,)),
    ("N21", _BLOCK, "NOT 92-1(1)", (_LAW,)),
    ("N22", _BLOCK, "NOT 45(4), 99-2", (_LAW, _READING)),
    ("N23", _WARNING, "NOT 92-6", (_LAW,)),
    ("N24", _BLOCK, "NOT 45", (_LAW,)),
    ("N25", _WARNING, "NOT 30; TAX 2026", (_READING, _UNVERIFIED)),
    ("N26", _BLOCK, "NOT 92-8; CPC 151", (_LAW, _READING)),
    ("N27", _WARNING, "CON 32.1", (_CONTRACT,)),
    ("N28", _NOTE, "CON 32.5", (_CONTRACT, _READING)),
    ("N29", _BLOCK, "CON 14, 44", (_CONTRACT,)),
    ("N30", _WARNING, "CPL 8-1(2)(4)", (_LAW, _READING)),
    ("P01", _BLOCK, "NOT 40, 92-2(1)(1)", (_LAW, _READING)),
    ("P02", _BLOCK, "PDL 7(10)", (_LAW,)),
    ("P03", _WARNING, "NOT 45(4)", (_READING, _UNVERIFIED)),
)

RULES: Final = {
    name: Rule(id=name, severity=severity, source=source, bases=bases)
    for name, severity, source, bases in _TABLE
}
