"""Invented people whom the demo's visits go to: in what they differ from the sample's visit."""

from collections.abc import Mapping
from typing import Any

_KASSYMOV = "Алматы қ., Алмалы ауданы, Қабанбай батыр к-сі, 83-үй, 9-пәтер"
_PETROVA = "г. Алматы, Медеуский район, ул. Зенкова, д. 24, кв. 40"

PEOPLE: tuple[Mapping[str, Any], ...] = (
    {},
    {
        "account_number": "750012345686",
        "subscriber": {
            "surname": "Қасымов",
            "name": "Дәурен",
            "patronymic": "Серікұлы",
            "iin": "850314300112",
            "birth_date": "1985-03-14",
            "verified_mobile": "+77015550143",
            "contact_phone": "+77272550143",
            "email": "d.kassymov@example.kz",
            "registration_address": _KASSYMOV,
            "actual_address": _KASSYMOV,
            "service_address": _KASSYMOV,
        },
    },
    {
        "account_number": "750012345694",
        "subscriber": {
            "surname": "Петрова",
            "name": "Ирина",
            "patronymic": "Викторовна",
            "iin": "780922400119",
            "birth_date": "1978-09-22",
            "verified_mobile": "+77015550144",
            "contact_phone": "+77272550144",
            "email": "i.petrova@example.kz",
            "registration_address": _PETROVA,
            "actual_address": _PETROVA,
            "service_address": _PETROVA,
        },
    },
)
"""One for each slot; the first visit is the sample's own."""
