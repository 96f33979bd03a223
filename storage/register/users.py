"""Those who sign in: users, and which homes are assigned to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from domain.access import Access, Role, of_user
from domain.ids import HomeId, MunicipalityId, UserId, new_id
from storage.register import contact_methods
from storage.register.contact_tables import in_use
from storage.register.kinds import is_synthetic
from storage.register.notifications import Channel
from storage.register.schema import assignment, contact_method
from storage.register.schema import user as table


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One who may sign in, unless `is_disabled`."""

    id: UserId
    municipality: MunicipalityId
    login: str
    display_name: str
    role: Role
    email: str | None
    """The first address in use that mail goes to; None where there is none."""
    language: str
    password_hash: str
    is_disabled: bool

    @property
    def access(self) -> Access:
        """What this user may reach."""
        return of_user(self.id, self.role, self.municipality)


def add(
    connection: Connection,
    access: Access,
    *,
    municipality: MunicipalityId,
    login: str,
    display_name: str,
    role: Role,
    email: str | None,
    language: str,
    password_hash: str,
    now: datetime,
) -> UserId:
    """Add a user.

    Args:
        connection: A write transaction.
        access: Who adds.
        municipality: Where the user works.
        login: What is typed at sign-in; unique, kept in lower case.
        display_name: What colleagues see beside an acknowledgement.
        role: Never SYSTEM.
        email: A proved address that notifications go to; None: the user is told nothing until a
            contact method is added and proved.
        language: `ja` or `en`.
        password_hash: Argon2id, as `dashboard.auth.passwords` makes it.
        now: When; aware, UTC.

    Raises:
        sqlalchemy.exc.IntegrityError: The login is taken.
    """
    new = UserId(new_id())
    connection.execute(
        table.insert().values(
            id=new,
            municipality_id=municipality,
            login=login.strip().lower(),
            display_name=display_name,
            role=role,
            language=language,
            password_hash=password_hash,
            created_at=now,
        )
    )
    if email:
        contact_methods.add(
            connection,
            access,
            municipality=municipality,
            user=new,
            channel=Channel.EMAIL,
            address=email,
            verified_at=now,
            now=now,
        )
    return new


def by_login(connection: Connection, access: Access, login: str) -> User | None:
    """Return the user with this login, disabled ones included; None when there is none."""
    query = _with_email().where(table.c.login == login.strip().lower())
    return _first(connection, access, query)


def by_id(connection: Connection, access: Access, user: UserId) -> User | None:
    """Return one user, disabled ones included; None when there is none within reach."""
    return _first(connection, access, _with_email().where(table.c.id == user))


def count(connection: Connection, access: Access) -> int:
    """Return how many users there are within reach; 0 on a fresh installation."""
    query = select(func.count()).select_from(table).where(~is_synthetic(table.c.municipality_id))
    if access.municipality is not None:
        query = query.where(table.c.municipality_id == access.municipality)
    return connection.execute(query).scalar_one()


def everyone(connection: Connection, access: Access) -> list[User]:
    """Return all users within reach, by login; never the synthetic home's mailbox."""
    query = _with_email().order_by(table.c.login).where(~is_synthetic(table.c.municipality_id))
    if access.municipality is not None:
        query = query.where(table.c.municipality_id == access.municipality)
    return [_user(row) for row in connection.execute(query)]


def set_password_hash(
    connection: Connection, access: Access, user: UserId, password_hash: str
) -> None:
    """Replace a user's password; the caller ends the user's sessions where it must."""
    mine = table.update().where(table.c.id == user)
    if access.municipality is not None:
        mine = mine.where(table.c.municipality_id == access.municipality)
    connection.execute(mine.values(password_hash=password_hash))


def disable(connection: Connection, access: Access, user: UserId, *, now: datetime) -> None:
    """Let a user sign in no more; the caller ends the user's sessions."""
    mine = table.update().where(table.c.id == user, table.c.disabled_at.is_(None))
    if access.municipality is not None:
        mine = mine.where(table.c.municipality_id == access.municipality)
    connection.execute(mine.values(disabled_at=now))


def assign(
    connection: Connection,
    access: Access,
    *,
    user: UserId,
    home: HomeId,
    municipality: MunicipalityId,
    now: datetime,
) -> None:
    """Assign a home to a user from `now` on; harmless when it is assigned already."""
    del access
    standing = select(assignment.c.id).where(
        assignment.c.user_id == user, assignment.c.home_id == home, assignment.c.valid_to.is_(None)
    )
    if connection.execute(standing).first() is not None:
        return
    connection.execute(
        assignment.insert().values(
            id=new_id(), municipality_id=municipality, user_id=user, home_id=home, valid_from=now
        )
    )


def _with_email() -> Select[Any]:
    first = (
        select(contact_method.c.address)
        .where(
            contact_method.c.user_id == table.c.id,
            contact_method.c.channel == Channel.EMAIL,
            in_use,
        )
        .order_by(contact_method.c.position)
        .limit(1)
        .scalar_subquery()
    )
    return select(table, first.label("email"))


def _first(connection: Connection, access: Access, query: Select[Any]) -> User | None:
    if access.municipality is not None:
        query = query.where(table.c.municipality_id == access.municipality)
    row = connection.execute(query).one_or_none()
    return None if row is None else _user(row)


def _user(row: Row[tuple[object, ...]]) -> User:
    return User(
        id=UserId(row.id),
        municipality=MunicipalityId(row.municipality_id),
        login=row.login,
        display_name=row.display_name,
        role=Role(row.role),
        email=row.email,
        language=row.language,
        password_hash=row.password_hash,
        is_disabled=row.disabled_at is not None,
    )
