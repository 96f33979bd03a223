"""The application over a seeded register, asked in-process."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from dashboard.app import create_app
from dashboard.config import Settings
from domain.access import Role
from domain.channel import Channel
from domain.clock import VirtualClock
from storage.register.database import Register
from storage.register.vault import Vault
from storage.signals import LocalSignals
from tests.support.fake_notifier import FakeNotifier
from tests.support.seed import PASSWORD, Town, login_of, quick_passwords, seed
from tests.support.seeded_readings import SeededReadings

NOW = datetime(2026, 11, 22, 1, 10, tzinfo=UTC)
ORIGIN = "http://localhost"
SAME = {"sec-fetch-site": "same-origin"}


@dataclass(slots=True)
class Office:
    """The application, its town and its clocks."""

    app: FastAPI
    town: Town
    register: Register
    vault: Vault
    clock: VirtualClock
    wall: VirtualClock
    mail: FakeNotifier
    """Takes every code that is sent, over mail and webhook."""

    def client(self, **headers: str) -> httpx2.AsyncClient:
        """Return a browser without cookies."""
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        wanted = {"accept-language": "en"} | SAME | headers
        return httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers=wanted)

    def again(self, settings: Settings) -> "Office":
        """Return the same office with other settings."""
        parts = self.app.state.parts
        app = create_app(
            parts.register,
            parts.readings,
            parts.signals,
            parts.clock,
            settings,
            parts.vault,
            notifiers=parts.notifiers,
            passwords=parts.passwords,
            wall=parts.wall,
        )
        return replace(self, app=app)

    @asynccontextmanager
    async def signed_in(self, role: Role) -> AsyncIterator[httpx2.AsyncClient]:
        """Give a browser in which the user of a role has signed in; English."""
        async with self.client() as client:
            client.cookies.set("mimamori_settings", "language-en")
            form = {"login": login_of(role), "password": PASSWORD}
            answer = await client.post("/sign-in", data=form)
            assert answer.status_code == 303, answer.text
            yield client


@dataclass(frozen=True, slots=True)
class Template:
    """A seeded register on disk, of which every test gets a copy."""

    folder: Path
    town: Town


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Seed a town as of `NOW`, once."""
    folder = tmp_path_factory.mktemp("seeded")
    vault = Vault.open_or_create(folder / "vault.key")
    with Register.open(folder / "register.db") as register:
        town = register.write_now(lambda c: seed(c, vault, quick_passwords(), now=NOW))
    return Template(folder=folder, town=town)


@pytest.fixture
def office(template: Template, tmp_path: Path) -> Iterator[Office]:
    """A seeded town as of `NOW`."""
    for name in ("register.db", "vault.key"):
        shutil.copy2(template.folder / name, tmp_path / name)
    vault = Vault.open(tmp_path / "vault.key")
    clock, wall, mail = VirtualClock(NOW), VirtualClock(NOW), FakeNotifier()
    with Register.open(tmp_path / "register.db") as register:
        app = create_app(
            register,
            SeededReadings(now=clock.now),
            LocalSignals(),
            clock,
            Settings(),
            vault,
            notifiers={Channel.EMAIL: mail, Channel.WEBHOOK: mail},
            passwords=quick_passwords(),
            wall=wall,
        )
        yield Office(
            app=app,
            town=template.town,
            register=register,
            vault=vault,
            clock=clock,
            wall=wall,
            mail=mail,
        )
