"""The message with a code: one segment of UCS-2, whatever it is for.

Its last line lets a phone offer the code to the page of that host (WebOTP, "origin-bound one-time
codes"). Wordings are tried from the fullest to the barest; the barest always fits, as long as the
host keeps to its budget.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from docgen.domain.language import Language
from docgen.texts.phrases import phrases, say

SEGMENT = 70
"""UTF-16 units of a message in one piece (3GPP TS 23.038, UCS-2)."""

ORDER_UNITS = 11
"""An order number is shown whole up to that length, of a longer one the end: `1-204817733`."""

_CODE = "0" * 6
_TOO_LONG = "the host's name is too long for a message in one piece"


def signing_message(
    *, code: str, kinds: Sequence[str], order: str, host: str, language: Language
) -> str:
    """What is sent with the code that signs documents, `kinds` naming each; one segment.

    As many as there is room for are named, the first ones before others; sooner than one of
    several, the order is left out. Raises ValueError where not even the barest wording fits.
    """
    shown = order if units(order) <= ORDER_UNITS else f"…{order[-(ORDER_UNITS - 1) :]}"
    keys = ("sms.sign",) if len(kinds) == 1 else ("sms.sign", "sms.papers")
    for kind in _named(kinds):
        for key in keys:
            told = _fitting(key, language, host, code=code, kind=kind, order=shown)
            if told:
                return told
    raise ValueError(_TOO_LONG)


def phone_message(*, code: str, host: str, language: Language) -> str:
    """What is sent with the code that verifies a number; one segment."""
    told = _fitting("sms.phone", language, host, code=code)
    if not told:
        raise ValueError(_TOO_LONG)
    return told


def copy_message(*, link: str, language: Language) -> str:
    """What is sent with the link to sealed papers; one segment, as long as the host allows it.

    With a longer host the barest wording takes two: a link cannot be shortened.
    """
    wordings = [say(each, language, link=link) for each in _wordings("sms.copy", language)]
    return next((text for text in wordings if units(text) <= SEGMENT), wordings[-1])


def host_budget(kinds: Iterable[tuple[Language, str]]) -> int:
    """How long the host's name may be, so that each of these kinds fits with the longest order."""
    signing = (
        SEGMENT - units(_barest("sms.sign", language, kind=kind, order="0" * ORDER_UNITS))
        for language, kind in kinds
    )
    phone = (SEGMENT - units(_barest("sms.phone", language)) for language in Language)
    return min((*signing, *phone))


def units(text: str) -> int:
    """UTF-16 code units, by which a segment is counted."""
    return len(text.encode("utf-16-le")) // 2


def _named(kinds: Sequence[str]) -> Iterator[str]:
    """All of them, those of one kind together; then the first ones and how many there are more."""
    counted = Counter(kinds)
    names = [f"{kind} ×{many}" if many > 1 else kind for kind, many in counted.items()]
    yield ", ".join(names)
    for room in range(len(names) - 1, 0, -1):
        rest = sum(list(counted.values())[room:])
        yield f"{', '.join(names[:room])} +{rest}"


def _fitting(key: str, language: Language, host: str, **params: object) -> str:
    """The fullest wording that fits; empty where none does."""
    for wording in _wordings(key, language):
        text = say(wording, language, host=host, **params)
        if units(text) <= SEGMENT:
            return text
    return ""


def _barest(key: str, language: Language, **params: object) -> str:
    *_, barest = _wordings(key, language)
    return say(barest, language, host="", code=_CODE, **params)


def _wordings(key: str, language: Language) -> Iterator[str]:
    known = phrases(language)
    for place in count(1):
        if f"{key}.{place}" not in known:
            return
        yield f"{key}.{place}"
