"""The people and homes of the demonstration: made up, with random passwords each time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from cli.enrol import ACCESS, enrol
from cli.installation import Installation
from cli.rig import PlayedHome
from cli.secrets import random_password
from dashboard.auth.passwords import Passwords
from devices.simulators.homes import TOKYO, fleet
from devices.simulators.incapacity import incapacitated
from devices.simulators.source import Source
from devices.simulators.stories import not_getting_up
from domain.access import Role
from domain.ids import MunicipalityId, UserId
from storage.register import absences, gateways, users
from storage.register.residents import Person
from storage.register.vault import Vault
from storage.stores import Stores

SEED = 20
"""Which dozen residents: any seed works, this one is looked at by the tests."""
STORY, AWAY = 0, 1
"""Which home has the story, and whose resident is away."""
LEFT_BEFORE = timedelta(hours=16)
"""The one who is away left in the afternoon before."""
STAYS_AWAY = timedelta(days=3)
_NAMES = (
    ("佐藤 ハナ", "さとう はな"),
    ("鈴木 正一", "すずき しょういち"),
    ("高橋 ミヨ", "たかはし みよ"),
    ("田中 清", "たなか きよし"),
    ("伊藤 トシ子", "いとう としこ"),
    ("渡辺 茂", "わたなべ しげる"),
    ("山本 フミ", "やまもと ふみ"),
    ("中村 勇", "なかむら いさむ"),
    ("小林 キヨ", "こばやし きよ"),
    ("加藤 実", "かとう みのる"),
    ("吉田 千代", "よしだ ちよ"),
    ("山田 武", "やまだ たけし"),
)
"""Common names, put together at random: nobody is meant."""
_DISPLAY_NAMES = {
    "caseworker": "見守り担当 一郎",
    "colleague": "見守り担当 花子",
    "technician": "技術 太郎",
    "admin": "管理者",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How a demo user signs in."""

    login: str
    password: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCity:
    """Everything that was made up."""

    homes: list[PlayedHome]
    story: PlayedHome
    happened_at: datetime
    """When the resident of the story was incapacitated."""
    logins: tuple[Login, ...]


async def make_city(
    stores: Stores, installation: Installation, *, count: int, start: datetime, history: timedelta
) -> DemoCity:
    """Register a municipality whose `count` homes were commissioned `history` before `start`."""
    logins = (
        Login(login="caseworker", password=random_password(), role=Role.CASEWORKER),
        Login(login="colleague", password=random_password(), role=Role.CASEWORKER),
        Login(login="technician", password=random_password(), role=Role.TECHNICIAN),
        Login(login="admin", password=random_password(), role=Role.ADMINISTRATOR),
    )
    passwords = Passwords()
    hashes = {one.login: passwords.hash(one.password) for one in logins}
    lives = fleet(count, seed=SEED)
    story = not_getting_up(lives[STORY], start.astimezone(TOKYO).date())
    left_at = start - LEFT_BEFORE
    sources: list[Source] = [*lives]
    sources[STORY], sources[AWAY] = story.source, incapacitated(lives[AWAY], left_at)
    vault = installation.vault()
    homes = await stores.register.write(
        lambda c: _register(c, vault, sources, logins, hashes, begins_at=start - history, now=start)
    )
    return DemoCity(homes=homes, story=homes[STORY], happened_at=story.at, logins=logins)


def _register(
    connection: Connection,
    vault: Vault,
    sources: list[Source],
    logins: tuple[Login, ...],
    hashes: dict[str, str],
    *,
    begins_at: datetime,
    now: datetime,
) -> list[PlayedHome]:
    city = gateways.add_municipality(connection, ACCESS, "見本市")
    homes = [
        PlayedHome(
            enrolled=enrol(
                connection,
                vault,
                source,
                municipality=city,
                code=f"K-{number + 1:02d}",
                person=_person(number),
                time_zone=str(TOKYO),
                now=begins_at,
            ),
            source=source,
        )
        for number, source in enumerate(sources)
    ]
    people = {one: _add_user(connection, city, one, hashes[one.login], begins_at) for one in logins}
    first, _, technician, _ = people.values()
    for home in homes:
        for user in (first, technician):
            users.assign(
                connection,
                ACCESS,
                user=user,
                home=home.enrolled.home,
                municipality=city,
                now=begins_at,
            )
    absences.add(
        connection,
        ACCESS,
        home_id=homes[AWAY].enrolled.home,
        starts_at=now - LEFT_BEFORE,
        ends_at=now - LEFT_BEFORE + STAYS_AWAY,
        owner=first,
        now=now,
    )
    return homes


def spoken_here(environment: Mapping[str, str]) -> str:
    """Return the language of this machine: `ja` where its locale is Japanese, else `en`."""
    locale = environment.get("LC_ALL") or environment.get("LANG") or ""
    return "ja" if locale.startswith("ja") else "en"


def _person(number: int) -> Person:
    name, kana = _NAMES[number % len(_NAMES)]
    return Person(
        name=name,
        kana=kana,
        address=f"見本市中央{number + 1}丁目{number + 3}番",
        phone=f"000-0000-{number + 1:04d}",
    )


def _add_user(
    connection: Connection,
    city: MunicipalityId,
    login: Login,
    password_hash: str,
    now: datetime,
) -> UserId:
    return users.add(
        connection,
        ACCESS,
        municipality=city,
        login=login.login,
        display_name=_DISPLAY_NAMES[login.login],
        role=login.role,
        email=f"{login.login}@city.example",
        language=spoken_here(os.environ),
        password_hash=password_hash,
        now=now,
    )
