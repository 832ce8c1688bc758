"""People who sign in, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, text, update
from sqlalchemy import Integer as SqlInteger
from sqlalchemy.exc import IntegrityError

from docgen.adapters.db.columns import UtcDateTime
from docgen.adapters.db.reading import all_rows, one_row
from docgen.adapters.db.staff_rows import StaffKnockRow, StaffRow, StaffSessionRow
from docgen.domain.errors import Conflict, NotAuthenticated, StaffNotFound
from docgen.domain.staff import (
    Entrance,
    Identity,
    Knock,
    Position,
    Role,
    Session,
    StaffMember,
    Tries,
)

_AT = UtcDateTime()
_ONE_MORE = (
    text(
        "INSERT INTO sign_in_tries (subject, tries, since) VALUES (:subject, 1, :now)"
        " ON CONFLICT (subject) DO UPDATE SET"
        " tries = CASE WHEN sign_in_tries.since <= :before THEN 1 ELSE sign_in_tries.tries + 1 END,"
        " since = CASE WHEN sign_in_tries.since <= :before THEN :now ELSE sign_in_tries.since END"
        " RETURNING tries, since"
    )
    .bindparams(bindparam("now", type_=_AT), bindparam("before", type_=_AT))
    .columns(tries=SqlInteger(), since=_AT)
)
_FORGIVE = text("DELETE FROM sign_in_tries WHERE subject = :subject")


class SqlStaff:
    """Implements ports_of_staff.Staff."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, member: StaffMember) -> None:
        """Store a new one; raises Conflict for a login or an identity that is known."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(StaffRow).values(**member_columns(member)))
        except IntegrityError:
            raise Conflict("an account of that login exists") from None

    def save(self, member: StaffMember) -> None:
        """Store what changed; raises StaffNotFound."""
        updated = self._connection.execute(
            update(StaffRow).where(StaffRow.id == member.id).values(**member_columns(member))
        )
        if updated.rowcount != 1:
            raise StaffNotFound(member.id)

    def get(self, staff_id: str) -> StaffMember:
        """The account; raises StaffNotFound."""
        return self._one(StaffRow.id == staff_id)

    def by_login(self, login: str) -> StaffMember:
        """The account with a password under that login; raises StaffNotFound."""
        return self._one(StaffRow.local_login == login)

    def by_identity(self, identity: Identity) -> StaffMember:
        """The account of a provider's person; raises StaffNotFound."""
        return self._one(
            (StaffRow.issuer == identity.issuer) & (StaffRow.subject == identity.subject)
        )

    def all(self) -> Sequence[StaffMember]:
        """Every account, by login."""
        rows = all_rows(self._connection, select(StaffRow).order_by(StaffRow.login, StaffRow.id))
        return [member_of(row) for row in rows]

    def _one(self, wanted: ColumnElement[bool]) -> StaffMember:
        row = one_row(self._connection, select(StaffRow).where(wanted))
        if row is None:
            raise StaffNotFound
        return member_of(row)


class SqlSessions:
    """Implements ports_of_staff.Sessions."""

    def __init__(self, connection: Connection, *, locking: bool) -> None:
        self._connection = connection
        self._locking = locking

    def add(self, session: Session) -> None:
        """Store a new one."""
        self._connection.execute(insert(StaffSessionRow).values(**_session_columns(session)))

    def get(self, session_id: str) -> Session:
        """The session, live or not, locked in a writing unit; raises NotAuthenticated."""
        wanted = select(StaffSessionRow).where(StaffSessionRow.id == session_id)
        if self._locking:
            wanted = wanted.with_for_update()
        row = one_row(self._connection, wanted)
        if row is None:
            raise NotAuthenticated
        return _session_of(row)

    def save(self, session: Session) -> None:
        """Store what changed."""
        self._connection.execute(
            update(StaffSessionRow)
            .where(StaffSessionRow.id == session.id)
            .values(**_session_columns(session))
        )

    def end_all(self, staff_id: str, *, now: datetime) -> int:
        """End every live one of a person; how many."""
        ended = self._connection.execute(
            update(StaffSessionRow)
            .where(
                StaffSessionRow.staff_id == staff_id,
                StaffSessionRow.ended_at.is_(None),
                StaffSessionRow.ends_at > now,
            )
            .values(ended_at=now)
        )
        return int(ended.rowcount)

    def purge(self, before: datetime) -> int:
        """Forget those that were over before, and ways to the provider begun before; how many."""
        connection = self._connection
        connection.execute(delete(StaffKnockRow).where(StaffKnockRow.begun_at < before))
        gone = connection.execute(delete(StaffSessionRow).where(StaffSessionRow.ends_at < before))
        return int(gone.rowcount)


class SqlKnocks:
    """Implements ports_of_staff.Knocks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, knock: Knock) -> None:
        """Store it."""
        self._connection.execute(
            insert(StaffKnockRow).values(
                state_sha256=knock.state_sha256,
                browser_sha256=knock.browser_sha256,
                nonce=knock.nonce,
                verifier=knock.verifier,
                begun_at=knock.begun_at,
            )
        )

    def take(self, state_sha256: str) -> Knock:
        """Use it up: it is given to one caller only; raises NotAuthenticated."""
        found = self._connection.execute(
            delete(StaffKnockRow)
            .where(StaffKnockRow.state_sha256 == state_sha256)
            .returning(
                StaffKnockRow.browser_sha256,
                StaffKnockRow.nonce,
                StaffKnockRow.verifier,
                StaffKnockRow.begun_at,
            )
        ).one_or_none()
        if found is None:
            raise NotAuthenticated
        browser, nonce, verifier, begun_at = found
        return Knock(
            state_sha256=state_sha256,
            browser_sha256=browser,
            nonce=nonce,
            verifier=verifier,
            begun_at=begun_at,
        )


class SqlSignInTries:
    """Implements ports_of_staff.SignInTries."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, subject: str, *, now: datetime, since: datetime) -> Tries:
        """Count one more; those begun before `since` are forgotten."""
        given = {"subject": subject, "now": now, "before": since}
        count, begun = self._connection.execute(_ONE_MORE, given).one()
        return Tries(count=count, since=begun)

    def forgive(self, subject: str) -> None:
        """He was right: count anew."""
        self._connection.execute(_FORGIVE, {"subject": subject})


def member_columns(member: StaffMember) -> dict[str, Any]:
    """As the table holds an account."""
    return {
        "id": member.id,
        "login": member.login,
        "local_login": None if member.password_hash is None else member.login,
        "full_name": member.full_name,
        "employee_id": member.employee_id,
        "position_kk": member.position.kk,
        "position_ru": member.position.ru,
        "contacts": member.contacts,
        "roles": sorted(role.value for role in member.roles),
        "owner": member.owner,
        "region": member.region,
        "created_at": member.created_at,
        "password_hash": member.password_hash,
        "issuer": None if member.identity is None else member.identity.issuer,
        "subject": None if member.identity is None else member.identity.subject,
        "locked_at": member.locked_at,
        "salt": member.salt,
    }


def member_of(row: StaffRow) -> StaffMember:
    """The account of a row."""
    identity = None
    if row.issuer is not None and row.subject is not None:
        identity = Identity(issuer=row.issuer, subject=row.subject)
    return StaffMember(
        id=row.id,
        login=row.login,
        full_name=row.full_name,
        employee_id=row.employee_id,
        position=Position(kk=row.position_kk, ru=row.position_ru),
        contacts=row.contacts,
        roles=frozenset(Role(role) for role in row.roles),
        owner=row.owner,
        region=row.region,
        created_at=row.created_at,
        password_hash=row.password_hash,
        identity=identity,
        locked_at=row.locked_at,
        salt=row.salt,
    )


def _session_columns(session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "staff_id": session.staff_id,
        "entrance": session.entrance.value,
        "begun_at": session.begun_at,
        "ends_at": session.ends_at,
        "ended_at": session.ended_at,
        "signing": session.signing,
        "pin_hash": session.pin_hash,
        "wrong_pins": session.wrong_pins,
    }


def _session_of(row: StaffSessionRow) -> Session:
    return Session(
        id=row.id,
        staff_id=row.staff_id,
        entrance=Entrance(row.entrance),
        begun_at=row.begun_at,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        signing=row.signing,
        pin_hash=row.pin_hash,
        wrong_pins=row.wrong_pins,
    )
