"""Verifications of numbers in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from docgen.adapters.db.mapping import warnings_json, warnings_of
from docgen.adapters.db.people import typed_json, typed_of
from docgen.adapters.db.prepared import PreparedQuery
from docgen.adapters.db.reading import one_row
from docgen.adapters.db.rows import VerificationRow
from docgen.domain.consent import TypedCode
from docgen.domain.errors import VerificationNotFound
from docgen.domain.subscriber import IdentityDocument, Iin, Phone
from docgen.domain.verification import Person, Verification
from docgen.ports import Coming

_HISTORY = PreparedQuery(
    select(VerificationRow)
    .where(
        VerificationRow.owner == bindparam("its_owner"),
        VerificationRow.phone == bindparam("its_phone"),
    )
    .order_by(VerificationRow.id.desc())
)


class SqlVerifications:
    """Implements ports.Verifications."""

    def __init__(self, connection: Connection, *, locking: bool) -> None:
        self._connection = connection
        self._locking = locking

    def add(self, verification: Verification) -> None:
        """Store a new one, open; raises Conflict for an id in use."""
        self._connection.execute(insert(VerificationRow).values(**_columns(verification)))

    def get(self, verification_id: str) -> Verification:
        """The one; raises VerificationNotFound."""
        wanted = select(VerificationRow).where(VerificationRow.id == verification_id)
        if self._locking:
            wanted = wanted.with_for_update()
        row = one_row(self._connection, wanted)
        if row is None:
            raise VerificationNotFound(verification_id)
        return _verification_of(row)

    def warn(self, verification: Verification) -> None:
        """Store its warnings; raises VerificationNotFound."""
        updated = self._connection.execute(
            update(VerificationRow)
            .where(VerificationRow.id == verification.id)
            .values(warnings=warnings_json(verification.warnings))
        )
        if updated.rowcount != 1:
            raise VerificationNotFound(verification.id)

    def confirm(self, verification: Verification) -> bool:
        """Store its confirmation; True only where it was open still."""
        code = verification.confirmation
        if code is None:
            raise ValueError("there is no confirmation to store")
        updated = self._connection.execute(
            update(VerificationRow)
            .where(VerificationRow.id == verification.id, VerificationRow.confirmed_at.is_(None))
            .values(confirmed_at=code.confirmed_at, confirmation=typed_json(code))
        )
        return updated.rowcount == 1

    def history(self, phone: Phone, *, owner: str) -> Coming[Sequence[Verification]]:
        """All that the owner has had of a number, the newest first."""
        rows = _HISTORY.soon(self._connection, {"its_owner": owner, "its_phone": phone.value})
        return lambda: [_verification_of(row) for row in rows()]

    def alike(self, manifest_hash: str) -> Sequence[str]:
        """Ids of all whose codes are bound to the same, in the order they were made."""
        wanted = (
            select(VerificationRow.id)
            .where(VerificationRow.manifest_hash == manifest_hash)
            .order_by(VerificationRow.id)
        )
        return self._connection.scalars(wanted).all()

    def ids(self, *, confirmed: bool) -> Sequence[str]:
        """Ids of all that are confirmed, or of all that are not."""
        unconfirmed = VerificationRow.confirmed_at.is_(None)
        wanted = select(VerificationRow.id).where(~unconfirmed if confirmed else unconfirmed)
        return self._connection.scalars(wanted.order_by(VerificationRow.id)).all()


def _columns(verification: Verification) -> dict[str, Any]:
    person, code = verification.person, verification.confirmation
    return {
        "id": verification.id,
        "owner": verification.owner,
        "client": verification.client,
        "region": verification.region,
        "surname": person.surname,
        "name": person.name,
        "patronymic": person.patronymic,
        "iin": person.iin.value,
        "phone": person.phone.value,
        "identified_by": verification.identified_by,
        "identity_document": verification.identity_document.value,
        "manifest_hash": verification.manifest_hash,
        "salt": verification.salt,
        "warnings": warnings_json(verification.warnings),
        "created_at": verification.created_at,
        "expires_at": verification.expires_at,
        "confirmed_at": None if code is None else code.confirmed_at,
        "confirmation": None if code is None else typed_json(code),
    }


def _verification_of(row: VerificationRow) -> Verification:
    return Verification(
        id=row.id,
        owner=row.owner,
        client=row.client,
        region=row.region,
        person=Person(
            surname=row.surname,
            name=row.name,
            patronymic=row.patronymic,
            iin=Iin(row.iin),
            phone=Phone(row.phone),
        ),
        identified_by=row.identified_by,
        identity_document=IdentityDocument(row.identity_document),
        salt=row.salt,
        created_at=row.created_at,
        expires_at=row.expires_at,
        warnings=warnings_of(row.warnings),
        confirmation=_confirmation_of(row),
    )


def _confirmation_of(row: VerificationRow) -> TypedCode | None:
    if row.confirmation is None or row.confirmed_at is None:
        return None
    return typed_of(row.confirmation, confirmed_at=row.confirmed_at)
