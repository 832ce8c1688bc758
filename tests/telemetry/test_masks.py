"""Nothing that names a person or opens a door stays readable in a log; ids and hashes do."""

import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.adapters.chance import SystemChance
from docgen.adapters.clock import SystemClock
from docgen.telemetry import masked
from docgen.telemetry.masks import mask_event
from tests.fakes import FakeClock

_DIGITS = "0123456789"
_iins = st.text(alphabet=_DIGITS, min_size=12, max_size=12)
_gaps = st.sampled_from(["", " ", "-", " - ", "\u00a0", "\u2011", "%20"])


@st.composite
def _phones(draw: st.DrawFn) -> tuple[str, str]:
    """A number as somebody may write it, and its ten national digits."""
    digits = draw(st.sampled_from("67")) + draw(st.text(alphabet=_DIGITS, min_size=9, max_size=9))
    prefix = draw(st.sampled_from(["+7", "7", "8", "%2B7"]))
    opening, closing = draw(st.sampled_from([("", ""), ("(", ")"), (" (", ") "), ("%28", "%29")]))
    gaps = [draw(_gaps) for _ in range(4)]
    groups = digits[:3], digits[3:6], digits[6:8], digits[8:]
    written = f"{prefix}{gaps[0]}{opening}{groups[0]}{closing}"
    for gap, group in zip(gaps[1:], groups[1:], strict=True):
        written += gap + group
    return written, digits


def _only_digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text.replace("%20", "").replace("%28", "").replace("%29", ""))


@given(before=st.text(), phone=_phones(), after=st.text())
def test_no_phone_survives_however_written(before: str, phone: tuple[str, str], after: str) -> None:
    """Any spelling, amid any text: the subscriber's digits are gone."""
    written, digits = phone

    assert digits not in _only_digits(masked(before + written + after))


@given(before=st.text(), iin=_iins, after=st.text())
def test_no_iin_survives_wherever_it_stands(before: str, iin: str, after: str) -> None:
    """Twelve digits are gone, whatever is glued to them."""
    assert iin not in masked(before + iin + after)


@given(iin=_iins, gap=st.sampled_from([" ", "-", "\u00a0"]))
def test_an_iin_in_two_groups_is_hidden(iin: str, gap: str) -> None:
    """The date of birth and the rest, as papers print them."""
    told = masked(f"ЖСН {iin[:6]}{gap}{iin[6:]}.")

    assert told == "ЖСН ***."


_AROUND = [
    ("", ""),
    ("envelope ", " sealed"),
    ("sha256:", ","),
    ("/v1/envelopes/", "/pdf"),
    ("№", "."),
]


@pytest.mark.parametrize(("before", "after"), _AROUND, ids=[f"{b}id{a}" for b, a in _AROUND])
@given(content=st.binary(), digits=st.integers(min_value=0, max_value=58))
def test_a_hash_stays_readable(before: str, after: str, content: bytes, digits: int) -> None:
    """A digest survives, also one that is nearly all digits."""
    digest = hashlib.sha256(content).hexdigest()
    told = before + digest + after
    mostly_digits = before + "7" * digits + "abcdef" + "7" * (58 - digits) + after

    assert masked(told) == told
    assert masked(mostly_digits) == mostly_digits


@pytest.mark.parametrize(("before", "after"), _AROUND, ids=[f"{b}id{a}" for b, a in _AROUND])
@given(moment=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2060, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_an_id_stays_readable(before: str, after: str, moment: datetime) -> None:
    """An envelope can be followed through the log."""
    made = SystemChance(FakeClock(moment.replace(tzinfo=UTC))).identifier()
    mostly_digits = f"{made[:10]}KAZX770112345670"

    assert masked(before + made + after) == before + made + after
    assert masked(before + mostly_digits + after) == before + mostly_digits + after


@pytest.mark.parametrize(
    "text",
    [
        "A7-2026-000001 rendered",
        "550e8400-e29b-41d4-a716-446655440000",
        "Listening at: http://127.0.0.1:8080 (123456)",
        "from 192.168.100.200, in 1234567 us",
        "+7 701 ***-**-42",
        "9901******23",
        "2027-08-01 10:20:30.123456+05:00",
    ],
)
def test_what_names_nobody_stays_readable(text: str) -> None:
    """Numbers of documents, addresses, moments and what is masked already."""
    assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Код 482913: акт, заказ A3-2026-000001", "Код ***: акт, заказ A3-2026-000001"),
        ("растау коды 482913", "растау коды ***"),
        ("482913 is the CODE", "*** is the CODE"),
        ("{'code': '482913'}", "{'code': '***'}"),
        ("took 482913 us", "took 482913 us"),
    ],
    ids=["russian", "kazakh", "before", "dictionary", "no-code"],
)
def test_a_code_beside_its_name_is_hidden(text: str, told: str) -> None:
    """Six digits where the text speaks of a code, and only there."""
    assert masked(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("qk_01KAN5ZQ6W8E2T_s-3cr_et", "qk_01KAN5ZQ6W8E2T_***"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("postgresql://docgen:sekrit@db/qoltanba", "postgresql://docgen:***@db/qoltanba"),
        ("redis://:sekrit@cache:6379/0", "redis://:***@cache:6379/0"),
    ],
    ids=["api-key", "bearer", "database", "redis"],
)
def test_a_secret_is_hidden_and_its_owner_is_not(text: str, told: str) -> None:
    """Which key it was can be told; the key cannot."""
    assert masked(text) == told


def test_values_are_masked_however_deep() -> None:
    """Lists, dictionaries, names in them, numbers and objects."""
    event = {
        "event": "received",
        "code": "482913",
        "answer": [{"iin": "990101300123", "to 87011234567": ("+77011234567",)}],
        "as_number": 990101300123,
        "otp": 482913,
        "object": {"failure": ValueError("no such phone: 8 (701) 123-45-67")},
        "took": 0.01234567890123,
        "never": float("nan"),
        "ok": True,
        "nothing": None,
        "status": 200,
    }

    assert mask_event(None, "info", event) == {
        "event": "received",
        "code": "***",
        "answer": [{"iin": "***", "to ***": ["***"]}],
        "as_number": "***",
        "otp": "***",
        "object": {"failure": "no such phone: ***"},
        "took": 0.01234567890123,
        "never": "nan",
        "ok": True,
        "nothing": None,
        "status": 200,
    }


def test_a_long_hostile_text_is_masked_in_no_time() -> None:
    """A line of half a megabyte does not stop a process."""
    clock = SystemClock()
    before = clock.now()

    for hostile in (
        "7 " * 250_000,
        "7" * 500_000,
        "://a:" * 100_000,
        "a7-" * 166_000,
        f"{0:030}-" * 16_000,
    ):
        masked(f"code {hostile}")

    assert clock.now() - before < timedelta(seconds=5)
