"""The subscriber block."""

from typing import Any

import pytest
from fontTools.ttLib import TTFont
from pydantic import TypeAdapter

from docgen.domain.errors import InvalidPhone, ValuesRejected
from docgen.forms.fields import _PRINTED
from docgen.forms.identity import KazakhPhone, parse_phone, read_subscriber
from tests.forms.samples import act_request

NOTO_SANS = "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"


def _found(block: object) -> dict[str, str]:
    with pytest.raises(ValuesRejected) as caught:
        read_subscriber(block)
    return {e.pointer.removeprefix("/subscriber"): e.code for e in caught.value.errors}


def _block(**changes: Any) -> dict[str, Any]:
    return {**act_request()["subscriber"], **changes}


@pytest.mark.parametrize(
    "written", ["+77015550142", "87015550142", "8 (701) 555-01-42", "7 701 555 01 42"]
)
def test_a_phone_is_read_however_people_write_it(written: str) -> None:
    """A leading eight, brackets and dashes lead to the same E.164 number."""
    assert parse_phone(written).value == "+77015550142"


@pytest.mark.parametrize("network", ["70", "76", "77", "78"])
def test_e164_of_a_mobile_network_is_read_as_the_tables_read_it(network: str) -> None:
    """What is taken as it is written, is what the same number written otherwise becomes."""
    for rest in (f"{each:04}{each * 7:04}" for each in range(0, 10_000, 11)):
        number = f"{network}{rest}"[:10]
        assert len(number) == 10
        assert parse_phone(f"+7{number}") == parse_phone(f"8 {number}")


@pytest.mark.parametrize("rest", ["0000000", "2550101", "9999999"])
def test_any_number_in_e164_is_read_as_the_tables_read_it(rest: str) -> None:
    """A landline's too, of whatever network: as the same number that is written otherwise."""
    read = TypeAdapter(KazakhPhone).validate_python
    for network in range(700, 800):
        assert read(f"+7{network}{rest}") == read(f"8 {network} {rest}")


@pytest.mark.parametrize("written", ["", "123", "+79261234567", "abc", "+1 202 555 0142"])
def test_a_foreign_or_broken_phone_is_refused(written: str) -> None:
    """Only numbers of Kazakhstan can be verified numbers here."""
    with pytest.raises(InvalidPhone):
        parse_phone(written)


def test_the_person_is_read_whole() -> None:
    """Name, number, addresses and the verification event are kept."""
    person = read_subscriber(_block())

    assert person.full_name == "Әбдіқадырова Гүлсім Өмірзаққызы"
    assert person.phone.value == "+77015550142"
    assert person.addresses.service.startswith("Алматы қ., Әуезов")
    assert person.phone_verification.identified_by == "E-20417"


def test_a_person_may_have_no_patronymic() -> None:
    """Then the full name is two words, without a gap."""
    assert read_subscriber(_block(patronymic=None)).full_name == "Әбдіқадырова Гүлсім"


@pytest.mark.parametrize(
    ("changes", "findings"),
    [
        ({"iin": "900101412305"}, {"/iin": "id_number_invalid"}),
        ({"iin": 900101412304}, {"/iin": "wrong_type"}),
        ({"phone": "+79261234567"}, {"/phone": "phone_invalid"}),
        ({"phone": None}, {"/phone": "phone_invalid"}),
        ({"email": "a b@c.kz"}, {"/email": "email_invalid"}),
        ({"birth_date": "1990-13-01"}, {"/birth_date": "not_a_date"}),
        ({"nickname": "x"}, {"/nickname": "unknown_field"}),
        (
            {"addresses": {}},
            {f"/addresses/{a}": "required" for a in ("registration", "actual", "service")},
        ),
    ],
)
def test_a_bad_field_is_named_by_its_place(
    changes: dict[str, object], findings: dict[str, str]
) -> None:
    """Pointer and code, and nothing of the value."""
    assert _found(_block(**changes)) == findings


def test_every_character_that_is_accepted_is_in_the_font() -> None:
    """Nothing a form takes is printed as an empty box."""
    glyphs = set(TTFont(NOTO_SANS).getBestCmap())

    missing = {c for low, high in _PRINTED for c in range(low, high + 1)} - glyphs - {0x0A}

    assert {hex(c) for c in missing} == set()


def test_letters_written_in_two_parts_are_joined() -> None:
    """A decomposed й of some keyboards is the same letter, so hashes and searches agree."""
    assert read_subscriber(_block(name="\u0438\u0306")).name == "\u0439"


def test_a_time_of_verification_needs_its_zone() -> None:
    """A time without a zone cannot stand as evidence."""
    verification = _block()["phone_verification"] | {"verified_at": "2026-11-20T10:05:00"}

    assert _found(_block(phone_verification=verification)) == {
        "/phone_verification/verified_at": "not_a_time"
    }


def test_findings_never_repeat_a_personal_number() -> None:
    """Neither an IIN nor a phone comes back in the error."""
    with pytest.raises(ValuesRejected) as caught:
        read_subscriber(_block(iin="900101412305", phone="+79261234567"))

    told = f"{caught.value}{caught.value.errors}"
    assert "900101412305" not in told
    assert "9261234567" not in told


@pytest.mark.parametrize("block", [None, [], "text", 5])
def test_a_block_of_another_kind_is_refused(block: object) -> None:
    """Garbage is a finding, not a crash."""
    assert _found(block) == {"": "wrong_type"}
