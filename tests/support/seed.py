"""A small town in the register: people, homes in all four verdicts, cases, users of every role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Connection

from dashboard.auth.passwords import Passwords
from domain.access import Role, service
from domain.finding import Cause, Reason
from domain.ids import CaseId, HomeId, MunicipalityId, ResidentId, SensorId, UserId, new_id
from storage.register import gateways, residents, schema, services, users
from storage.register.gateways import NewSensor
from storage.register.residents import Person
from storage.register.vault import Vault
from tests.support.seeded_cases import close_help, open_case, open_dark, open_inactivity

ACCESS = service("seed")
PASSWORD = "four words and a half"
WATCHED = ("ingest", "projector", "anomaly", "alerting")
PEOPLE = (
    ("山田 ハナ", "ヤマダ ハナ"),
    ("鈴木 一郎", "スズキ イチロウ"),
    ("佐藤 キヨ", "サトウ キヨ"),
    ("高橋 正雄", "タカハシ マサオ"),
    ("田中 フミ", "タナカ フミ"),
    ("伊藤 トメ", "イトウ トメ"),
    ("渡辺 勝", "ワタナベ マサル"),
    ("勅使河原 ヨシ子", "テシガワラ ヨシコ"),
    ("小林 清", "コバヤシ キヨシ"),
    ("加藤 ミツ", "カトウ ミツ"),
    ("吉田 茂", "ヨシダ シゲル"),
    ("山口 サチ", "ヤマグチ サチ"),
)
SENSORS = (
    ("entrance door", "entrance", True),
    ("kitchen motion", "kitchen", False),
    ("bedroom motion", "bedroom", False),
    ("toilet motion", "toilet", False),
)
ALERT, DARK, AWAY = 2, 6, 4
"""Which of the homes is in which verdict; the others are well."""


def quick_passwords() -> Passwords:
    """Return passwords that take a millisecond instead of a quarter of a second."""
    hasher = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    return Passwords(PasswordHash((hasher,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """What was seeded."""

    municipality: MunicipalityId
    homes: tuple[HomeId, ...]
    residents: tuple[ResidentId, ...]
    sensors: Mapping[HomeId, tuple[SensorId, ...]]
    users: Mapping[Role, UserId]
    alert: CaseId
    technical: CaseId
    closed: CaseId
    foreign_home: HomeId
    foreign_case: CaseId


def seed(connection: Connection, vault: Vault, passwords: Passwords, *, now: datetime) -> Town:
    """Fill an empty register as of `now`."""
    begun = now - timedelta(days=40)
    town = gateways.add_municipality(connection, ACCESS, "みまもり市")
    elsewhere = gateways.add_municipality(connection, ACCESS, "よその市")
    people = {role: _user(connection, passwords, town, role, begun) for role in _LOGINS}
    homes, lives, sensors = [], [], {}
    for index, (name, kana) in enumerate(PEOPLE, start=1):
        home, resident, placed = _home(connection, vault, town, f"K-{index:02d}", name, kana, begun)
        homes.append(home)
        lives.append(resident)
        sensors[home] = placed
        for role in (Role.CASEWORKER, Role.TECHNICIAN):
            users.assign(
                connection, ACCESS, user=people[role], home=home, municipality=town, now=begun
            )
    foreign, stranger, _ = _home(
        connection, vault, elsewhere, "X-01", "余所 一", "ヨソ ハジメ", begun
    )
    for index, home in enumerate(homes):
        _state(connection, home, sensors[home], index, now)
    keep_alive(connection, now=now)
    alert = open_inactivity(connection, town, homes[ALERT], lives[ALERT], people, now)
    return Town(
        municipality=town,
        homes=tuple(homes),
        residents=tuple(lives),
        sensors=sensors,
        users=people,
        alert=alert,
        technical=open_dark(connection, town, homes[DARK], now),
        closed=close_help(connection, town, homes[0], lives[0], people, now),
        foreign_home=foreign,
        foreign_case=open_case(
            connection, elsewhere, foreign, stranger, Cause.HELP, now - timedelta(hours=1)
        ),
    )


def keep_alive(connection: Connection, *, now: datetime) -> None:
    """Let the services move on and the homes that are heard be heard, as of `now`."""
    for name in WATCHED:
        known = services.states(connection, ACCESS)
        if name not in {state.name for state in known}:
            services.started(connection, service(name), now=now)
        services.progressed(connection, service(name), now=now)
    lively = schema.home_state.update().where(
        schema.home_state.c.last_heard_at >= now - timedelta(minutes=4)
    )
    connection.execute(lively.values(last_heard_at=now, watermark=now))


def press_help(connection: Connection, town: Town, index: int, *, now: datetime) -> CaseId:
    """Open a case as if the help button had been pressed in a home."""
    return open_case(
        connection, town.municipality, town.homes[index], town.residents[index], Cause.HELP, now
    )


def agree(connection: Connection, town: Town, index: int, scope: str, *, now: datetime) -> None:
    """Let a resident agree, since yesterday, to what the one family may see."""
    connection.execute(
        schema.consent.insert().values(
            id=new_id(),
            municipality_id=town.municipality,
            resident_id=town.residents[index],
            user_id=town.users[Role.FAMILY],
            scope=scope,
            valid_from=now - timedelta(days=1),
        )
    )


_LOGINS: Mapping[Role, tuple[str, str]] = {
    Role.CASEWORKER: ("aoki", "青木 恵"),
    Role.TECHNICIAN: ("mori", "森 健"),
    Role.ADMINISTRATOR: ("kanri", "管理 太郎"),
    Role.AUDITOR: ("kansa", "監査 花子"),
    Role.FAMILY: ("hanako", "山田 花子"),
}


def login_of(role: Role) -> str:
    """Return the login of the one user of a role; the password is `PASSWORD`."""
    return _LOGINS[role][0]


def _user(
    connection: Connection, passwords: Passwords, town: MunicipalityId, role: Role, now: datetime
) -> UserId:
    login, name = _LOGINS[role]
    return users.add(
        connection,
        ACCESS,
        municipality=town,
        login=login,
        display_name=name,
        role=role,
        email=f"{login}@example.jp",
        language="ja",
        password_hash=passwords.hash(PASSWORD),
        now=now,
    )


def _home(  # noqa: PLR0917 (has one caller)
    connection: Connection,
    vault: Vault,
    town: MunicipalityId,
    code: str,
    name: str,
    kana: str,
    now: datetime,
) -> tuple[HomeId, ResidentId, tuple[SensorId, ...]]:
    home = gateways.add_home(
        connection, ACCESS, municipality_id=town, code=code, time_zone="Asia/Tokyo", now=now
    )
    specs = [
        NewSensor(
            name=sensor,
            room=room,
            is_entrance=entrance,
            heartbeat=timedelta(minutes=50),
            is_battery=True,
        )
        for sensor, room, entrance in SENSORS
    ]
    _, ids = gateways.add_gateway(connection, ACCESS, home_id=home, sensors=specs, now=now)
    person = Person(
        name=name,
        kana=kana,
        address=f"みまもり市本町1丁目2番{code[-2:]}号",
        phone="03-0000-00" + code[-2:],
        note="耳が遠いので、電話は長めに鳴らす。",
    )
    resident = residents.add(
        connection, ACCESS, vault, municipality=town, home=home, person=person, now=now
    )
    return home, resident, tuple(ids.values())


def _state(
    connection: Connection,
    home: HomeId,
    sensors: tuple[SensorId, ...],
    index: int,
    now: datetime,
) -> None:
    owner = schema.home.select().where(schema.home.c.id == home)
    municipality = connection.execute(owner).one().municipality_id
    heard = now - timedelta(hours=7) if index == DARK else now - timedelta(seconds=20)
    active = now - timedelta(minutes=7 + 23 * index)
    if index == ALERT:
        active = now - timedelta(hours=12, minutes=30)
    if index in (DARK, AWAY):
        active = now - timedelta(hours=9, minutes=5 * index)
    connection.execute(
        schema.home_state.insert().values(
            home_id=home,
            municipality_id=municipality,
            position=index + 1,
            last_heard_at=heard,
            watermark=heard,
            last_activity_at=active,
            last_activity_sensor=sensors[1],
            last_activity_arrived_at=active,
        )
    )
    connection.execute(
        schema.deadline.insert().values(
            home_id=home,
            municipality_id=municipality,
            version=1,
            due_at=active + timedelta(hours=6),
            last_activity_at=active,
            reason=Reason.SILENCE_PAST_DEADLINE,
            usual_silence=timedelta(hours=3),
            mode="home",
        )
    )
    for number, sensor in enumerate(sensors):
        connection.execute(
            schema.sensor_state.insert().values(
                sensor_id=sensor,
                municipality_id=municipality,
                home_id=home,
                last_heard_at=heard - timedelta(minutes=3 * number),
                last_activity_at=active,
                battery_percent=(9 if index == 0 and number == 3 else 88 - 7 * number),
                silent_since=heard if index == 1 and number == 2 else None,
            )
        )
    if index == AWAY:
        connection.execute(
            schema.absence.insert().values(
                id=new_id(),
                municipality_id=municipality,
                home_id=home,
                starts_at=now - timedelta(hours=8),
                ends_at=now + timedelta(days=2),
                owner="seed",
                created_at=now - timedelta(days=1),
            )
        )
