"""The subscriber block: the only source of identity, the same for every form."""

import re
from collections.abc import Callable
from typing import Annotated

import phonenumbers
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)

from docgen.domain import for_tests
from docgen.domain.envelope import Reference
from docgen.domain.errors import FieldError, InvalidIdNumber, InvalidPhone, ValuesRejected
from docgen.domain.subscriber import (
    Addresses,
    IdentityDocument,
    Iin,
    Phone,
    PhoneVerification,
    Subscriber,
    VerificationMethod,
)
from docgen.domain.verification import Person
from docgen.forms.fields import Block, Code, Day, Line, Moment, Name, finding
from docgen.forms.findings import findings

_EMAIL = re.compile(r"[^@\s,;:<>\"()\[\]]+@[^@\s,;:<>\"()\[\].]+(\.[^@\s,;:<>\"()\[\].]+)+")
"""One address and nothing that a mail program would read as two."""
_COUNTRY, _NATIONAL_DIGITS = 7, 10
_NEW_MOBILE = re.compile(r"7[0678]\d{8}")
_MOBILE_IN_E164 = re.compile(r"\+77[0678][0-9]{8}")
"""Known to the tables or new, each of these is a mobile number, and written as it is kept."""
_ANY_IN_E164 = re.compile(r"\+77[0-9]{9}")
"""The country's part of +7: whatever it is, it is there, and written as it is kept."""


def _iin(text: str) -> str:
    try:
        return Iin(text).value
    except InvalidIdNumber:
        raise finding("id_number_invalid") from None


def parse_phone(text: str) -> Phone:
    """A mobile number of Kazakhstan however people write it; raises InvalidPhone."""
    if _MOBILE_IN_E164.fullmatch(text):
        return Phone(text)
    try:
        number = phonenumbers.parse(text, "KZ")
    except phonenumbers.NumberParseException:
        raise InvalidPhone("not a telephone number") from None
    if not (_is_of_tests(number) or _may_be_mobile(number)):
        raise InvalidPhone("not a mobile number of Kazakhstan")
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _is_of_tests(number: phonenumbers.PhoneNumber) -> bool:
    """Whether nobody has it: who may use it, is decided where it is used."""
    national = str(number.national_number)
    ours = number.country_code == _COUNTRY and len(national) == _NATIONAL_DIGITS
    return ours and national.startswith(for_tests.NETWORK)


def printed_phone(number: str) -> str:
    """`+7 717 255 01 00`: an E.164 number of Kazakhstan, mobile or not, for readers."""
    return f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:10]} {number[10:]}"


def _any_phone(given: object) -> str:
    text = given if isinstance(given, str) else ""
    if _ANY_IN_E164.fullmatch(text):
        return text
    try:
        number = phonenumbers.parse(text, "KZ")
    except phonenumbers.NumberParseException:
        raise finding("any_phone_invalid") from None
    ours = phonenumbers.region_code_for_number(number) == "KZ" or _may_be_mobile(number)
    if not ours:
        raise finding("any_phone_invalid")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _may_be_mobile(number: phonenumbers.PhoneNumber) -> bool:
    """Known mobile codes, and new ones of the country that the tables do not know yet."""
    kind = phonenumbers.number_type(number)
    if kind is phonenumbers.PhoneNumberType.UNKNOWN:
        return bool(_NEW_MOBILE.fullmatch(str(number.national_number)))
    region = phonenumbers.region_code_for_number(number)
    return region == "KZ" and kind is phonenumbers.PhoneNumberType.MOBILE


def _phone(text: object) -> str:
    try:
        return parse_phone(text if isinstance(text, str) else "").value
    except InvalidPhone:
        raise finding("phone_invalid") from None


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise finding("email_invalid")
    return text


IinText = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    AfterValidator(_iin),
    Field(
        description="Twelve digits, the last of which is a control digit.",
        json_schema_extra={"pattern": "^[0-9]{12}$"},
    ),
]
"""An IIN as callers write it."""


KazakhMobile = Annotated[
    str,
    BeforeValidator(_phone),
    WithJsonSchema({"type": "string", "examples": ["+77015550142"], "description": "E.164"}),
]
"""A mobile number of Kazakhstan however people write it; kept as E.164."""


KazakhPhone = Annotated[
    str,
    BeforeValidator(_any_phone),
    WithJsonSchema({"type": "string", "examples": ["+77172550100"], "description": "E.164"}),
]
"""Any number of Kazakhstan, a landline too, however people write it; kept as E.164."""


class AddressesInput(Block):
    """Registration, actual residence and the place of the service (contract, point 30)."""

    registration: Line
    actual: Line
    service: Line


class PhoneVerificationInput(Block):
    """How the number became a verified one (contract, point 3)."""

    method: VerificationMethod
    verified_at: Moment
    identified_by: Code
    identity_document: IdentityDocument


class SubscriberInput(Block):
    """Who signs, as callers write it."""

    surname: Name
    name: Name
    patronymic: Name | None = None
    iin: IinText
    birth_date: Day
    phone: KazakhMobile
    email: Annotated[Line, AfterValidator(_email)] | None = None
    addresses: AddressesInput
    phone_verification: PhoneVerificationInput | None = None
    """Left out, the newest verification that the register holds of this number and person."""


class PersonInput(Block):
    """Whose a number is to be verified as."""

    surname: Name
    name: Name
    patronymic: Name | None = None
    iin: IinText
    phone: KazakhMobile


Verified = Callable[[Iin, Phone], PhoneVerification | None]
"""What the register knows of a person and a number."""


def read_subscriber(
    block: object, *, root: str = "/subscriber", verified: Verified | None = None
) -> Subscriber:
    """The person in a subscriber block; raises ValuesRejected with every finding."""
    try:
        given = SubscriberInput.model_validate(block)
    except ValidationError as error:
        raise ValuesRejected(findings(error.errors(include_input=False), root=root)) from None
    iin, phone = Iin(given.iin), Phone(given.phone)
    stated = given.phone_verification
    verification = (
        _known(iin, phone, verified, pointer=f"{root}/phone_verification")
        if stated is None
        else PhoneVerification(**dict(stated))
    )
    return Subscriber(
        surname=given.surname,
        name=given.name,
        patronymic=given.patronymic,
        iin=iin,
        birth_date=given.birth_date,
        phone=phone,
        email=given.email,
        addresses=Addresses(**dict(given.addresses)),
        phone_verification=verification,
    )


def _known(iin: Iin, phone: Phone, verified: Verified | None, *, pointer: str) -> PhoneVerification:
    if verified is None:
        raise ValuesRejected((FieldError(pointer, "required"),))
    known = verified(iin, phone)
    if known is None:
        raise ValuesRejected((FieldError(pointer, "number_not_verified"),))
    return known


def read_person(given: PersonInput) -> Person:
    """The person of a block that was read."""
    return Person(
        surname=given.surname,
        name=given.name,
        patronymic=given.patronymic,
        iin=Iin(given.iin),
        phone=Phone(given.phone),
    )


class ReferenceInput(Block):
    """How the operator's own systems know the visit, as callers write it."""

    order_number: Code
    account_number: Code
    region: Code | None = None


def read_reference(block: object, *, root: str = "/reference") -> Reference:
    """The reference in a block; raises ValuesRejected with every finding."""
    try:
        given = ReferenceInput.model_validate(block)
    except ValidationError as error:
        raise ValuesRejected(findings(error.errors(include_input=False), root=root)) from None
    return Reference(**dict(given))
