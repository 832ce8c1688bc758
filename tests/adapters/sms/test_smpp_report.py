"""What a centre says of a message, however it puts it."""

import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.adapters.sms.smpp_pdu import NotSmpp, Pdu, spoken
from docgen.adapters.sms.smpp_report import STATES, ReceiptIds, named, receipt
from docgen.domain.dispatch import Delivery, Receipt, require_raw

AT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
RECEIPT, NOTIFICATION, MESSAGE = 0x04, 0x20, 0x00
MESSAGE_ID, STATE, NETWORK_ERROR, PAYLOAD = 0x001E, 0x0427, 0x0423, 0x0424


def _deliver(
    text: bytes, *parameters: tuple[int, bytes], esm_class: int = RECEIPT, coding: int = 0
) -> Pdu:
    ends = b"".join(struct.pack("!HH", tag, len(value)) + value for tag, value in parameters)
    body = (
        b"\0\x01\x0177015550142\0\x05\0TELECOM\0"
        + bytes([esm_class, 0, 0])
        + b"\0\0"
        + bytes([0, 0, coding, 0, len(text)])
        + text
        + ends
    )
    return Pdu(command=5, status=0, sequence=1, body=body)


def _receipt(pdu: Pdu, ids: ReceiptIds = ReceiptIds.SAME) -> Receipt:
    read = receipt(pdu, route="smpp", ids=ids, at=AT)
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("text", "named", "delivery", "raw"),
    [
        (
            "id:3e8 sub:001 dlvrd:001 submit date:2611280900 done date:2611280901 stat:DELIVRD "
            "err:000 text:Kod 482913",
            "3e8", Delivery.DELIVERED, "DELIVRD err:000",
        ),
        (
            "id:40072910491427628 sub:001 dlvrd:000 submit date:190608165232 "
            "done date:190608165237 stat:UNDELIV err:0A3 Text:-",
            "40072910491427628", Delivery.FAILED, "UNDELIV err:0A3",
        ),
        ("id:0118Z-0122I-57DGB submitdate:1 stat:REJECTED err:375 text:", "0118Z-0122I-57DGB",
         Delivery.UNKNOWN, "REJECTED err:375"),
        ("ID: 7 STAT: EXPIRED", "7", Delivery.FAILED, "EXPIRED"),
        ("id:7 stat:ACCEPTD err:0", "7", Delivery.UNDERWAY, "ACCEPTD err:0"),
    ],
)  # fmt: skip
def test_texts_of_many_centres_are_read(
    text: str, named: str, delivery: Delivery, raw: str
) -> None:
    """Dates with and without seconds, errors that are no numbers, words out of no table."""
    read = _receipt(_deliver(text.encode()))

    assert (read.message_id, read.delivery, read.raw, read.at) == (named, delivery, raw, AT)


@pytest.mark.parametrize(("number", "known"), STATES.items())
def test_a_receipt_may_have_parameters_only(number: int, known: tuple[str, Delivery]) -> None:
    """The state by its number, and the network's own error."""
    error = struct.pack("!BH", 3, 0x29)
    parameters = ((MESSAGE_ID, b"3e8\0"), (STATE, bytes([number])), (NETWORK_ERROR, error))

    read = _receipt(_deliver(b"", *parameters))

    assert (read.message_id, read.delivery) == ("3e8", known[1])
    assert read.raw == f"{known[0]} network:3:0029"


def test_parameters_count_for_more_than_the_text() -> None:
    """They are the specification's, the text is the vendor's."""
    text = b"id:1000 stat:UNKNOWN"

    read = _receipt(_deliver(text, (MESSAGE_ID, b"3e8\0"), (STATE, b"\2")))

    assert (read.message_id, read.delivery) == ("3e8", Delivery.DELIVERED)


def test_the_text_may_be_a_payload_or_ucs2() -> None:
    """Some centres write even this so."""
    text = "id:7 stat:DELIVRD"

    for pdu in (
        _deliver(b"", (PAYLOAD, text.encode())),
        _deliver(text.encode("utf-16-be"), coding=8),
        _deliver(text.encode(), esm_class=NOTIFICATION),
    ):
        assert _receipt(pdu).message_id == "7"


@pytest.mark.parametrize(
    ("ids", "answer", "text"),
    [
        (ReceiptIds.SAME, b"0003E8\0", "0003E8"),
        (ReceiptIds.DECIMAL, b"0003E8\0", "1000"),
        (ReceiptIds.DECIMAL, b"3e8\0", "0000001000"),
        (ReceiptIds.HEXADECIMAL, b"1000\0", "3E8"),
        (ReceiptIds.HEXADECIMAL, b"0000001000\0", "000003e8"),
    ],
)
def test_an_id_is_one_id_in_answer_and_receipt(ids: ReceiptIds, answer: bytes, text: str) -> None:
    """Whatever zeros and letters it is written with."""
    answered = Pdu(command=0x80000004, status=0, sequence=1, body=answer)

    assert named(answered, ids) == ids.of_text(text)


@given(st.integers(min_value=0, max_value=2**64))
def test_every_number_is_found_again(number: int) -> None:
    """Both ways round."""
    assert ReceiptIds.DECIMAL.of_answer(f"{number:x}") == ReceiptIds.DECIMAL.of_text(str(number))
    assert ReceiptIds.HEXADECIMAL.of_answer(str(number)) == ReceiptIds.HEXADECIMAL.of_text(
        f"{number:X}"
    )


def test_a_message_from_a_phone_is_no_receipt() -> None:
    """Whatever it says."""
    pdu = _deliver(b"id:7 stat:DELIVRD", esm_class=MESSAGE)

    assert receipt(pdu, route="smpp", ids=ReceiptIds.SAME, at=AT) is None


@pytest.mark.parametrize("given", [b"", b"\0", b" ", b"a\tb", b"x" * 65, b"\xff7", b"\0junk"])
def test_what_is_no_id_names_nothing(given: bytes) -> None:
    """A register could not keep it, and nothing could be matched by it."""
    answered = Pdu(command=0x80000004, status=0, sequence=1, body=given)

    assert named(answered, ReceiptIds.SAME) == ""


def test_the_text_of_the_message_is_not_kept() -> None:
    """A receipt quotes it, the code with it."""
    read = _receipt(_deliver(b"id:7 stat:DELIVRD text:Kod 482913 err:482913 +77015550142"))

    assert "482913" not in repr(read)
    assert "5550142" not in repr(read)


@given(st.binary(max_size=200), st.sampled_from(ReceiptIds))
def test_anything_is_read_or_named_no_smpp(body: bytes, ids: ReceiptIds) -> None:
    """No centre can end the link by what it says."""
    pdu = Pdu(command=5, status=0, sequence=1, body=body)

    try:
        receipt(pdu, route="smpp", ids=ids, at=AT)
    except NotSmpp:
        return


@given(st.binary(max_size=60), st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=9))))
def test_any_receipt_is_fit_to_be_kept(text: bytes, parameters: list[tuple[int, bytes]]) -> None:
    """Its status is short and holds no number of anybody."""
    pdu = _deliver(b"id:7 stat:DELIVRD" + text, *parameters)

    try:
        read = _receipt(pdu)
    except NotSmpp:
        return
    require_raw(read.raw)
    assert read.message_id.isascii()
    assert read.message_id.isprintable()


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_any_status_can_be_spoken(status: int) -> None:
    """Every one in another word, fit to be kept."""
    require_raw(spoken(status))
    assert spoken(status) != spoken((status + 1) % 2**32)
