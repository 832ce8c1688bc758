"""An account as its signed papers make it."""

from decimal import Decimal

from docgen.domain.account import Account, Traces, serial_key

HANDED = Traces(handed_out=("4857 5443-A1", "SN-2"))


def test_what_was_handed_out_is_held() -> None:
    """And the paper that did it is remembered."""
    account = Account().after(HANDED, number="A3-2026-000001")

    assert account.held == {serial_key("48575443-a1"), "sn2"}
    assert account.handed_out["sn2"] == "A3-2026-000001"
    assert account.spelled["sn2"] == "SN-2"


def test_what_was_given_back_is_held_no_longer_and_stays_known() -> None:
    """Another return of the same device can be told from one of a strange device."""
    account = Account().after(HANDED, number="A3-2026-000001")
    account = account.after(Traces(taken_back=("sn2",)), number="A2-2026-000001")

    assert account.held == {serial_key("48575443-a1")}
    assert "sn2" in account.handed_out


def test_a_device_may_be_handed_out_again() -> None:
    """The newest paper counts."""
    account = Account().after(HANDED, number="A3-2026-000001")
    account = account.after(Traces(taken_back=("SN-2",)), number="A2-2026-000001")
    account = account.after(Traces(handed_out=("SN-2",)), number="A3-2026-000002")

    assert "sn2" in account.held
    assert account.handed_out["sn2"] == "A3-2026-000002"


def test_a_later_acknowledgement_takes_the_place_of_an_earlier_one() -> None:
    """Papers that acknowledge nothing leave it alone; one of zero ends it."""
    account = Account().after(Traces(acknowledged=Decimal("900.50")), number="IA-2026-000001")
    assert account.after(HANDED, number="A3-2026-000001").acknowledged == Decimal("900.50")

    assert account.after(Traces(acknowledged=Decimal(0)), number="IX-2026-000001").acknowledged == 0


def test_case_gaps_and_alphabet_of_a_serial_do_not_matter() -> None:
    """Nor do hyphens, nor Cyrillic letters that look like the Latin ones on the label."""
    assert serial_key(" 4857 5443 ab ") == serial_key("48575443AB")
    assert len({serial_key(each) for each in ("HC0A-1", "НС0А-1", "hc0a–1", "HC0A 1")}) == 1
    assert serial_key("HC0A-1") != serial_key("HC0A-2")
