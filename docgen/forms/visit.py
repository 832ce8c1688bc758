"""A technician's visit as the order system knows it, turned into what an envelope is made of."""

from collections.abc import Mapping
from typing import Any

from docgen.domain.errors import FieldError, ValuesRejected

_SUBSCRIBER_FIELDS = (
    "surname", "name", "patronymic", "iin", "birth_date", "email", "phone_verification",
)  # fmt: skip
_ADDRESSES = ("registration", "actual", "service")
_SERVICE_FIELDS = ("component_resource_number", "name", "service_number")
_VALUES = (
    "works", "equipment", "materials", "complaint", "internet_access",
    "not_connected_reason", "operator_person",
)  # fmt: skip


def acceptance_act_of(visit: Mapping[str, Any]) -> dict[str, Any]:
    """`{subscriber, reference, values}` for annex 3 from one visit's plain fields.

    What the visit does not say stays out, so that the schemas report it by name; raises
    ValuesRejected where the subscriber or the services are not there at all.
    """
    person, services = visit.get("subscriber"), visit.get("services")
    if not isinstance(person, Mapping):
        raise ValuesRejected((FieldError("/subscriber", "required"),))
    if not isinstance(services, list) or not all(isinstance(s, Mapping) for s in services):
        raise ValuesRejected((FieldError("/services", "required"),))
    account = {"account_number": visit["account_number"]} if "account_number" in visit else {}
    order = _renamed(visit, order_number="order_number")
    return {
        "subscriber": _kept(person, _SUBSCRIBER_FIELDS)
        | _renamed(person, verified_mobile="phone")
        | {"addresses": {kind: person.get(f"{kind}_address") for kind in _ADDRESSES}},
        "reference": order | account,
        "values": order
        | _renamed(visit, visit_date="connected_on")
        | {"services": [account | _kept(service, _SERVICE_FIELDS) for service in services]}
        | _kept(visit, _VALUES),
    }


def _kept(source: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: source[name] for name in names if name in source}


def _renamed(source: Mapping[str, Any], **names: str) -> dict[str, Any]:
    return {new: source[old] for old, new in names.items() if old in source}
