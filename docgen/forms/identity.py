"""The subscriber block: the only source of identity, the same for every form."""

from datetime import date
from typing import Annotated

import phonenumbers
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    StringConstraints,
    ValidationError,
)

from docgen.domain.errors import InvalidIdNumber, InvalidPhone, ValuesRejected
from docgen.domain.subscriber import (
    Addresses,
    IdentityDocument,
    Iin,
    Phone,
    PhoneVerification,
    Subscriber,
    VerificationMethod,
)
from docgen.forms.fields import Block, Code, Line, finding, findings


def _iin(text: str) -> str:
    try:
        return Iin(text).value
    except InvalidIdNumber:
        raise finding("id_number_invalid") from None


def parse_phone(text: str) -> Phone:
    """A number of Kazakhstan however people write it; raises InvalidPhone."""
    try:
        number = phonenumbers.parse(text, "KZ")
    except phonenumbers.NumberParseException:
        raise InvalidPhone("not a telephone number") from None
    if phonenumbers.region_code_for_number(number) != "KZ":
        raise InvalidPhone("not a number of Kazakhstan")
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _phone(text: object) -> str:
    try:
        return parse_phone(str(text)).value
    except InvalidPhone:
        raise finding("phone_invalid") from None


def _email(text: str) -> str:
    name, at, domain = text.rpartition("@")
    if not (name and at and "." in domain.strip(".")) or any(c.isspace() for c in text):
        raise finding("email_invalid")
    return text


class AddressesInput(Block):
    """Registration, actual residence and the place of the service (contract, point 30)."""

    registration: Line
    actual: Line
    service: Line


class PhoneVerificationInput(Block):
    """How the number became a verified one (contract, point 3)."""

    method: VerificationMethod
    verified_at: AwareDatetime
    identified_by: Code
    identity_document: IdentityDocument


class SubscriberInput(Block):
    """Who signs, as callers write it."""

    surname: Line
    name: Line
    patronymic: Line | None = None
    iin: Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_iin)]
    birth_date: date
    phone: Annotated[str, BeforeValidator(_phone)]
    email: Annotated[Line, AfterValidator(_email)] | None = None
    addresses: AddressesInput
    phone_verification: PhoneVerificationInput


def read_subscriber(block: object, *, root: str = "/subscriber") -> Subscriber:
    """The person in a subscriber block; raises ValuesRejected with every finding."""
    try:
        given = SubscriberInput.model_validate(block)
    except ValidationError as error:
        raise ValuesRejected(findings(error.errors(include_input=False), root=root)) from None
    return Subscriber(
        surname=given.surname,
        name=given.name,
        patronymic=given.patronymic,
        iin=Iin(given.iin),
        birth_date=given.birth_date,
        phone=Phone(given.phone),
        email=given.email,
        addresses=Addresses(**given.addresses.model_dump()),
        phone_verification=PhoneVerification(**given.phone_verification.model_dump()),
    )
