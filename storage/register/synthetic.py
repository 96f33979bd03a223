"""The synthetic home: nobody lives there; its presses show whether an alert would reach anybody.

It has a municipality of its own, so that its alerts reach its own mailbox only and no person's list
shows it; lists and counts of our own services leave it out by `kinds.is_synthetic`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, delete, select, update

from domain.access import Access, Role, of_user
from domain.case import CaseState, Outcome, ResolvedCause
from domain.finding import Cause
from domain.ids import CaseId, GatewayId, HomeId, MunicipalityId, NotificationId, SensorId, UserId
from storage.register import (
    cases,
    contact_methods,
    credentials,
    gateways,
    notifications,
    users,
)
from storage.register.gateways import NewSensor
from storage.register.guard import require_system
from storage.register.kinds import MunicipalityKind
from storage.register.metadata import METADATA
from storage.register.notifications import NotificationState
from storage.register.schema import (
    case,
    episode,
    finding,
    gateway_credential,
    gateway_placement,
    home,
    municipality,
    notification,
    sensor,
    user,
)

CODE = "CHECK"
"""The home's code: what its messages say instead of K-07."""
LOGIN = "synthetic-home"
BUTTON = "button"
NO_PASSWORD = "-"  # noqa: S105 (no hash: nobody can sign in with it)
KEPT = timedelta(hours=1)
"""How long a finished check can be looked into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticHome:
    """What is registered for it."""

    municipality: MunicipalityId
    home: HomeId
    gateway: GatewayId
    button: SensorId
    user: UserId
    """Whose mailbox its alerts go to; signs in never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How far one press has come."""

    is_found: bool = False
    """A finding was written: the journal was followed."""
    is_case_open: bool = False
    message: NotificationId | None = None
    """The first message of its step; None: none was written, or there is nobody to write to."""
    is_accepted: bool = False
    """The mail server took the message over."""
    error: str | None = None
    """What the mail server said last, where it did not."""


def ensure(
    connection: Connection,
    access: Access,
    *,
    address: str | None,
    password_hash: str,
    now: datetime,
) -> SyntheticHome:
    """Register the synthetic home where there is none yet.

    Its mail goes to `address` from now on, and its gateway signs in at the broker with the password
    of `password_hash`.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    of_kind = select(municipality.c.id).where(municipality.c.kind == MunicipalityKind.SYNTHETIC)
    known = connection.execute(of_kind).scalar()
    if known is None:
        known = _register(connection, access, now=now)
    found = _stored(connection, MunicipalityId(known))
    contact_methods.set_only(
        connection, access, found.user, address, municipality=found.municipality, now=now
    )
    credential = update(gateway_credential).where(gateway_credential.c.gateway_id == found.gateway)
    if connection.execute(credential.values(password_hash=password_hash)).rowcount == 0:
        credentials.add(connection, access, found.gateway, 1, password_hash, now=now)
    return found


def trace(
    connection: Connection, access: Access, of: SyntheticHome, *, pressed_at: datetime
) -> Trace:
    """Return how far the press of an instant (whole milliseconds) has come.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    found = select(finding.c.position).where(
        finding.c.home_id == of.home,
        finding.c.cause == Cause.HELP,
        finding.c.began_at == pressed_at,
    )
    begun = (
        select(episode.c.id)
        .join(case, case.c.id == episode.c.case_id)
        .where(case.c.home_id == of.home, episode.c.began_at == pressed_at)
    )
    sent = (
        select(notification)
        .where(notification.c.episode_id.in_(begun))
        .order_by(notification.c.step, notification.c.created_at)
        .limit(1)
    )
    message = connection.execute(sent).one_or_none()
    return Trace(
        is_found=connection.execute(found).first() is not None,
        is_case_open=connection.execute(begun).first() is not None,
        message=None if message is None else NotificationId(message.id),
        is_accepted=message is not None and message.state == NotificationState.ACCEPTED,
        error=None if message is None else message.last_error,
    )


def tidy(connection: Connection, access: Access, of: SyntheticHome, *, now: datetime) -> None:
    """Close the synthetic home's open cases, and erase what is older than `KEPT`.

    They are no person's cases: nobody has to look, and nobody is told of their end.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    here = select(case.c.id).where(case.c.home_id == of.home)
    is_open = case.c.state != CaseState.RESOLVED
    for row in connection.execute(here.where(is_open)).all():
        _resolve(connection, of, row.id, now=now)
    old = here.where(case.c.resolved_at < now - KEPT)
    _erase(connection, case, connection.execute(old).scalars().all())
    gone = (finding.c.home_id == of.home, finding.c.found_at < now - KEPT)
    connection.execute(delete(finding).where(*gone))


def _erase(connection: Connection, table: Table, ids: Collection[str]) -> None:
    """Delete rows by id, and before them all that refers to them, in whatever table it stands."""
    if not ids:
        return
    for other in METADATA.sorted_tables:
        for key in other.foreign_keys:
            if key.column.table is not table:
                continue
            mine = key.parent.in_(ids)
            if "id" in other.c:
                rows = connection.execute(select(other.c.id).where(mine)).scalars().all()
                _erase(connection, other, rows)
            else:
                connection.execute(delete(other).where(mine))
    connection.execute(delete(table).where(table.c.id.in_(ids)))


def _resolve(connection: Connection, of: SyntheticHome, case_id: str, *, now: datetime) -> None:
    as_mailbox = of_user(of.user, Role.CASEWORKER, of.municipality)
    cases.resolve(
        connection,
        as_mailbox,
        CaseId(case_id),
        outcome=Outcome.UNVERIFIED,
        cause=ResolvedCause.TEST,
        note=None,
        now=now,
    )
    notifications.cancel_of_case(connection, as_mailbox, CaseId(case_id))
    ladder = update(episode).where(episode.c.case_id == case_id)
    connection.execute(ladder.values(next_step_at=None))


def _register(connection: Connection, access: Access, *, now: datetime) -> MunicipalityId:
    new = gateways.add_municipality(connection, access, "Synthetic home")
    kind = update(municipality).where(municipality.c.id == new)
    connection.execute(kind.values(kind=MunicipalityKind.SYNTHETIC))
    at = gateways.add_home(
        connection, access, municipality_id=new, code=CODE, time_zone="Asia/Tokyo", now=now
    )
    button = NewSensor(
        name=BUTTON, room="-", is_entrance=False, heartbeat=timedelta(days=1), is_battery=False
    )
    gateways.add_gateway(connection, access, home_id=at, sensors=[button], now=now)
    mailbox = users.add(
        connection,
        access,
        municipality=new,
        login=LOGIN,
        display_name="Synthetic home",
        role=Role.CASEWORKER,
        email=None,
        language="en",
        password_hash=NO_PASSWORD,
        now=now,
    )
    users.assign(connection, access, user=mailbox, home=at, municipality=new, now=now)
    return new


def _stored(connection: Connection, of: MunicipalityId) -> SyntheticHome:
    row = connection.execute(
        select(
            home.c.id,
            gateway_placement.c.gateway_id,
            sensor.c.id.label("sensor"),
            user.c.id.label("user"),
        )
        .join(gateway_placement, gateway_placement.c.home_id == home.c.id)
        .join(sensor, sensor.c.gateway_id == gateway_placement.c.gateway_id)
        .join(user, user.c.municipality_id == home.c.municipality_id)
        .where(home.c.municipality_id == of)
    ).one()
    return SyntheticHome(
        municipality=of,
        home=HomeId(row.id),
        gateway=GatewayId(row.gateway_id),
        button=SensorId(row.sensor),
        user=UserId(row.user),
    )
