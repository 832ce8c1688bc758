"""Who signs: a person with an IIN, addresses and a verified number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from docgen.domain import for_tests
from docgen.domain.errors import InvalidIdNumber, InvalidPhone

_FIRST_PASS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_PASS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_NO_DIGIT = 10
_ID_NUMBER_LENGTH = 12
_KAZAKHSTAN = "+7"
_E164_LENGTH = 12


def control_digit(first_eleven: str) -> int:
    """Control digit of an IIN or BIN from its first eleven digits.

    Two weighted sums modulo 11; raises InvalidIdNumber where both give ten, since such a number
    is never issued (decree 406 of 22.05.2007).
    """
    for weights in (_FIRST_PASS, _SECOND_PASS):
        digit = sum(w * int(d) for w, d in zip(weights, first_eleven, strict=True)) % 11
        if digit != _NO_DIGIT:
            return digit
    raise InvalidIdNumber("never issued")


def _check_id_number(value: str) -> None:
    if len(value) != _ID_NUMBER_LENGTH or not (value.isascii() and value.isdigit()):
        raise InvalidIdNumber("twelve digits are needed")
    if control_digit(value[:-1]) != int(value[-1]):
        raise InvalidIdNumber("the control digit does not match")


@dataclass(frozen=True)
class Iin:
    """Individual identification number (ЖСН/ИИН), checked; birth date and sex are not read from it.

    Since decree 853 of 26.08.2013 its digits need not tell either.
    """

    value: str = field(repr=False)

    def __post_init__(self) -> None:
        _check_id_number(self.value)

    def masked(self) -> str:
        """The first four and the last two digits: enough to recognise, not to use."""
        return f"{self.value[:4]}******{self.value[-2:]}"


@dataclass(frozen=True)
class Bin:
    """Business identification number (БСН/БИН), checked."""

    value: str

    def __post_init__(self) -> None:
        _check_id_number(self.value)


@dataclass(frozen=True)
class Phone:
    """A number of Kazakhstan in E.164, as the edge has parsed it."""

    value: str = field(repr=False)

    def __post_init__(self) -> None:
        digits = self.value.removeprefix(_KAZAKHSTAN)
        if len(self.value) != _E164_LENGTH or len(digits) != _E164_LENGTH - len(_KAZAKHSTAN):
            raise InvalidPhone("E.164 of Kazakhstan is needed")
        if not (digits.isascii() and digits.isdigit()) or digits[0] not in "67":
            raise InvalidPhone("E.164 of Kazakhstan is needed")

    @property
    def is_test(self) -> bool:
        """Whether nobody has it, and everything under it is a test."""
        return self.value[2:5] == for_tests.NETWORK

    def masked(self) -> str:
        """`+7 701 ***-**-42`: the network and the last two digits."""
        return f"+7 {self.value[2:5]} ***-**-{self.value[-2:]}"

    def printed(self) -> str:
        """`+7 701 555 01 42`, as papers show it."""
        n = self.value[2:]
        return f"+7 {n[:3]} {n[3:6]} {n[6:8]} {n[8:]}"


class IdentityDocument(StrEnum):
    """How the person was identified (contract, points 8.3 and 11)."""

    ORIGINAL = "original"
    DIGITAL_DOCUMENT = "digital_document"
    STATE_DATABASE = "state_database"


class VerificationMethod(StrEnum):
    """How the number became a verified one (contract, point 3)."""

    SMS_CODE = "sms_code"
    APPLICATION = "application"
    OPERATOR_RECORD = "operator_record"


@dataclass(frozen=True, kw_only=True)
class VerifiedHere:
    """Which verification of the register ties the number to the person, as it stood then."""

    id: str
    journal_head: str
    """Hash of the last entry of its journal."""
    challenge: Mapping[str, str | int | None]
    """The facts of its code, as evidence states them; never the code, never a number."""


@dataclass(frozen=True, kw_only=True)
class PhoneVerification:
    """When and by whom the number was tied to the person."""

    method: VerificationMethod
    verified_at: datetime
    identified_by: str
    identity_document: IdentityDocument
    here: VerifiedHere | None = None
    """None where nobody but the client says so."""


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """The three addresses the contract and the law ask for (point 30; notariat law, 92-3)."""

    registration: str
    actual: str
    service: str


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """The only source of identity in an envelope; forms never repeat it."""

    surname: str
    name: str
    patronymic: str | None = None
    iin: Iin
    birth_date: date
    phone: Phone
    email: str | None = None
    addresses: Addresses
    phone_verification: PhoneVerification

    @property
    def full_name(self) -> str:
        """Surname, name and patronymic, in the order of the identity document."""
        return " ".join(part for part in (self.surname, self.name, self.patronymic) if part)
