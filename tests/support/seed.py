"""A small town in the register: people, homes in all four verdicts, cases, users of every role."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Connection

from alerting import replies
from dashboard.auth.passwords import Passwords
from domain.access import Role, of_user, service
from domain.case import Outcome, ResolvedCause
from domain.finding import Cause, Reason
from domain.ids import CaseId, HomeId, MunicipalityId, ResidentId, SensorId, UserId, new_id
from storage.readings.port import ActiveMinute, PlacedReading
from storage.register import case_events, cases, gateways, residents, schema, services, users
from storage.register.case_events import Word
from storage.register.cases import Matter
from storage.register.gateways import NewSensor
from storage.register.residents import Person
from storage.register.vault import Vault

ACCESS = service("seed")
PASSWORD = "four words and a half"
WATCHED = ("projector", "anomaly")
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


@dataclass(slots=True)
class SeededReadings:
    """Readings of homes that all live by one routine; the dark home is not heard in places."""

    now: Callable[[], datetime]
    silent_since: dict[HomeId, datetime] = field(default_factory=dict)
    dark_since: dict[HomeId, datetime] = field(default_factory=dict)

    def activity_by_hour(
        self, home: HomeId, since: datetime, until: datetime
    ) -> Mapping[datetime, int]:
        """Return more activity at breakfast and dinner than in between, none at night."""
        end = min(until, self.now(), self.silent_since.get(home, until))
        counts = {hour: _usual(hour) for hour in _hours(since, end)}
        heard = self.seen_by_hour(home, since, until)
        return {hour: count for hour, count in counts.items() if count and hour in heard}

    def seen_by_hour(self, home: HomeId, since: datetime, until: datetime) -> set[datetime]:
        """Return all hours but those of one lost day and a few lost hours."""
        end = min(until, self.now(), self.dark_since.get(home, until))
        lost_day = (self.now() - timedelta(days=12)).date()
        return {
            hour for hour in _hours(since, end) if not (hour.date() == lost_day and hour.hour < 9)
        }

    def write(self, batch: Sequence[PlacedReading]) -> None:
        """Take nothing."""
        raise NotImplementedError

    def active_minutes(
        self,
        home: HomeId,
        since: datetime,
        until: datetime,
        *,
        entrances: Collection[SensorId],
    ) -> list[ActiveMinute]:
        """Tell nothing."""
        raise NotImplementedError

    def of_home(self, home: HomeId, since: datetime, until: datetime) -> Iterator[PlacedReading]:
        """Tell nothing."""
        raise NotImplementedError

    def close(self) -> None:
        """Do nothing."""


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
    alert = _inactivity(connection, town, homes[ALERT], lives[ALERT], people, now)
    return Town(
        municipality=town,
        homes=tuple(homes),
        residents=tuple(lives),
        sensors=sensors,
        users=people,
        alert=alert,
        technical=_dark(connection, town, homes[DARK], now),
        closed=_closed(connection, town, homes[0], lives[0], people, now),
        foreign_home=foreign,
        foreign_case=_open(
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
    return _open(
        connection, town.municipality, town.homes[index], town.residents[index], Cause.HELP, now
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


def _home(
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


def _open(
    connection: Connection,
    town: MunicipalityId,
    home: HomeId,
    resident: ResidentId | None,
    cause: Cause,
    at: datetime,
    *,
    reason: Reason = Reason.BUTTON_PRESSED,
    began_at: datetime | None = None,
    due_at: datetime | None = None,
) -> CaseId:
    matter = Matter(
        key=f"{home}|{cause}",
        municipality=town,
        home=home,
        resident=resident,
        kind=cause.kind,
        cause=cause,
        is_review=False,
    )
    case = cases.open_case(connection, ACCESS, matter, now=at)
    began = began_at or at
    connection.execute(
        schema.episode.insert().values(
            id=new_id(),
            municipality_id=town,
            case_id=case.id,
            number=1,
            reason=reason,
            began_at=began,
            found_at=at,
            last_evidence_at=began,
            last_activity_at=began if cause is Cause.INACTIVITY else None,
            due_at=due_at,
            blind_since=began if cause is Cause.GATEWAY_SILENT else None,
            steps_taken=0,
        )
    )
    case_events.append(
        connection, ACCESS, case.id, Word.OPENED, now=at, happened_at=began, arrived_at=at
    )
    return case.id


def _inactivity(
    connection: Connection,
    town: MunicipalityId,
    home: HomeId,
    resident: ResidentId,
    people: Mapping[Role, UserId],
    now: datetime,
) -> CaseId:
    opened = now - timedelta(minutes=42)
    case = _open(
        connection,
        town,
        home,
        resident,
        Cause.INACTIVITY,
        opened,
        reason=Reason.SILENCE_PAST_DEADLINE,
        began_at=now - timedelta(hours=12, minutes=30),
        due_at=opened,
    )
    case_events.append(
        connection,
        service("alerting"),
        case,
        Word.STEP_TAKEN,
        now=opened,
        step=1,
        people=[people[Role.CASEWORKER]],
    )
    _tell(connection, town, case, people[Role.CASEWORKER], "accepted", opened)
    _tell(connection, town, case, people[Role.ADMINISTRATOR], "refused", opened)
    return case


def _tell(
    connection: Connection,
    town: MunicipalityId,
    case: CaseId,
    user: UserId,
    state: str,
    at: datetime,
) -> None:
    episode = schema.episode.select().where(schema.episode.c.case_id == case)
    connection.execute(
        schema.notification.insert().values(
            id=new_id(),
            municipality_id=town,
            case_id=case,
            episode_id=connection.execute(episode).one().id,
            step=1,
            user_id=user,
            channel="email",
            language="ja",
            subject="",
            body="",
            dedupe_key=new_id(),
            state=state,
            created_at=at,
            due_at=at,
            expires_at=at + timedelta(hours=2),
            attempts=1,
            accepted_at=at if state == "accepted" else None,
        )
    )


def _dark(connection: Connection, town: MunicipalityId, home: HomeId, now: datetime) -> CaseId:
    return _open(
        connection,
        town,
        home,
        None,
        Cause.GATEWAY_SILENT,
        now - timedelta(hours=6, minutes=50),
        reason=Reason.NOTHING_HEARD,
        began_at=now - timedelta(hours=7),
    )


def _closed(
    connection: Connection,
    town: MunicipalityId,
    home: HomeId,
    resident: ResidentId,
    people: Mapping[Role, UserId],
    now: datetime,
) -> CaseId:
    at = now - timedelta(days=2, hours=3)
    case = _open(connection, town, home, resident, Cause.HELP, at)
    access = of_user(people[Role.CASEWORKER], Role.CASEWORKER, town)
    replies.acknowledge(connection, access, case, at + timedelta(minutes=4))
    replies.resolve(
        connection,
        access,
        case,
        outcome=Outcome.WELL,
        cause=ResolvedCause.PRESSED_BY_MISTAKE,
        note="電話で話した。押し間違い。",
        now=at + timedelta(minutes=11),
    )
    return case


def _hours(since: datetime, until: datetime) -> Iterator[datetime]:
    hour = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while hour < until:
        yield hour
        hour += timedelta(hours=1)


def _usual(hour: datetime) -> int:
    local = (hour.hour + 9) % 24
    base = {6: 4, 7: 22, 8: 14, 9: 6, 10: 5, 12: 18, 13: 4, 15: 5, 17: 9, 18: 24, 19: 10, 20: 6}
    if local == 2 and hour.day % 3 == 0:
        return 2
    return base.get(local, 0) + (hour.day * 7 + local) % 4 * (local in base)
