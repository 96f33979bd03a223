"""The city's broker in `mimamori up`: its files follow the register, and so does who is connected.

The register says which credentials are valid. This makes the broker's files from it, lets the
broker take them over, and ends what is valid no more: at the start, when something was changed,
and each `SYNC_S` in case that was missed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from cli.broker import CITY, INGEST, LOOPBACK, SPEAKER, TEST_PROBE
from cli.door import keep, listener, require_version, tls_door
from cli.eviction import Leaver, evict, speak, wait_until_out
from cli.installation import Installation
from cli.mosquitto import Mosquitto
from cli.mosquitto_files import PASSWORDS, access_list, hash_password, password_file, users_in
from cli.secrets import random_password
from cli.self_test import Door, prove
from cli.settings import BrokerSettings
from domain.access import service
from domain.clock import Clock
from domain.errors import MimamoriError
from messaging.topics import TESTERS
from storage.register import credentials
from storage.register.credentials import Credential
from storage.register.database import Register
from storage.signals import Log, Signals

log = logging.getLogger(__name__)

ACCESS = service("broker")
MOST_MISSES = 3
"""Looks in a row, each `SYNC_S` apart, at which it does not answer: it is frozen."""
LOOK_S = 2.0
"""How often the broker is looked at; it is started again when it has died."""
SYNC_S = 20.0
"""How often the register is looked at without a nudge: a revoked gateway is out within 60 s."""
OURS = frozenset({INGEST, SPEAKER, TEST_PROBE, *TESTERS})
"""Users that are no gateways."""


class CityBroker:
    """Mosquitto for the gateways, started by us or, where the settings say so, by somebody else."""

    def __init__(
        self,
        installation: Installation,
        settings: BrokerSettings,
        register: Register,
        signals: Signals,
        clock: Clock,
        *,
        folder: Path | None = None,
    ) -> None:
        """Prepare; `start` begins. `folder` is the broker's; None: that of the installation."""
        self._installation, self._settings = installation, settings
        self._register, self._signals, self._clock = register, signals, clock
        self._folder = folder or installation.city_broker
        self._ingest_hash = hash_password(installation.broker_password(INGEST))
        self._door = Door(host=LOOPBACK, port=settings.port)
        self._lock = asyncio.Lock()
        self._mosquitto = Mosquitto(
            self._folder,
            CITY,
            port=settings.port,
            tls=listener(installation, settings),
            is_ours=settings.embedded,
        )

    async def start(self) -> None:
        """Write the files, start, try out, and end what is valid no more.

        Raises:
            InputError: BRK-004 a certificate that cannot be used, BRK-005 Mosquitto is too old.
            TransientError: BRK-001 not installed, BRK-002 does not come up, BRK-006 it does not
                take over its files.
            PermanentError: BRK-003 it lets somebody do what is not theirs. It is stopped then.
        """
        async with self._lock:
            if self._settings.embedded:
                require_version()
            self._keep_certificate()
            members, leavers = await self._who()
            testers = _new_testers()
            self._write(members, leavers, testers)
            try:
                await self._mosquitto.launch()
                await self._prove(testers)
                await self._end(members, leavers)
            except BaseException:
                await self._mosquitto.stop()
                raise

    async def run(self) -> None:
        """Keep it alive and in step with the register, until cancelled.

        Raises:
            MimamoriError: As `start`, when it has died and does not come back rightly.
        """
        nudge = self._signals.subscribe(Log.GATEWAY)
        try:
            synced_s, misses = self._clock.monotonic(), 0
            while True:
                if not self._mosquitto.is_running:
                    log.error("the embedded broker has died; it is started again")
                    await self.start()
                is_nudged = await nudge.wait(self._clock, timeout_s=LOOK_S)
                if is_nudged or self._clock.monotonic() - synced_s > SYNC_S:
                    misses = 0 if await self._mosquitto.answers() else misses + 1
                    synced_s = self._clock.monotonic()
                    if misses < MOST_MISSES:
                        await self._try_to_sync()
                    elif self._settings.embedded:
                        log.error("the embedded broker stands still; it is started again")
                        misses = 0
                        await self._mosquitto.stop()
                        await self.start()
        finally:
            self._signals.unsubscribe(nudge)

    async def sync(self) -> None:
        """Let the broker follow the register; returns when whoever is to be out is out.

        Raises:
            MimamoriError: As `start`.
        """
        async with self._lock:
            if self._keep_certificate():
                self._mosquitto.reload()
            members, leavers = await self._who()
            if self._write(members, leavers):
                self._mosquitto.reload()
            await self._end(members, leavers)

    async def test(self) -> None:
        """Try a running broker out once more.

        Raises:
            PermanentError: BRK-003.
            TransientError: BRK-006.
        """
        async with self._lock:
            members, leavers = await self._who()
            testers = _new_testers()
            self._write(members, leavers, testers)
            self._mosquitto.reload()
            try:
                await self._prove(testers)
            finally:
                await self._end(members, leavers)

    async def tell(self, topic: str, payload: bytes) -> None:
        """Publish a command for a gateway, as a user of this moment only.

        Raises:
            TransientError: BRK-006 the broker does not take over its files, or is away.
        """
        async with self._lock:
            members, leavers = await self._who()
            word = random_password()
            self._write(members, leavers, {SPEAKER: word})
            self._mosquitto.reload()
            try:
                await speak(self._door, SPEAKER, word, topic, payload)
            finally:
                await self._end(members, leavers)

    async def write(self) -> None:
        """Write the broker's files for whoever runs it; the next start ends who has to go.

        Raises:
            InputError: BRK-004, SEC-….
        """
        self._keep_certificate()
        members, leavers = await self._who()
        self._write(members, leavers)

    async def stop(self) -> None:
        """Stop it cleanly, where we started it."""
        await self._mosquitto.stop()

    async def _prove(self, testers: Mapping[str, str]) -> None:
        await prove(self._door, tls_door(self._installation, self._settings), testers)

    async def _try_to_sync(self) -> None:
        try:
            await self.sync()
        except MimamoriError as error:
            log.warning("the broker does not follow the register: %s", error)

    async def _who(self) -> tuple[list[Credential], list[Leaver]]:
        """Return who is valid, and who stands in the broker's files and is not any more."""
        now = self._clock.now()
        await self._register.write(lambda c: credentials.end_overdue(c, ACCESS, now=now))
        members = await self._register.read(lambda c: credentials.valid(c, ACCESS))
        gone = self._known() - OURS - {member.username for member in members}
        owners = await self._register.read(lambda c: credentials.owners(c, ACCESS, gone))
        staying = {member.gateway for member in members}
        leavers = [
            Leaver(
                username=username,
                gateway=gateway,
                password=random_password(),
                is_last=gateway not in staying,
            )
            for username, gateway in sorted(owners.items())
        ]
        return members, leavers

    async def _end(self, members: list[Credential], leavers: list[Leaver]) -> None:
        """End the leavers' sessions, then write the files without them and the testers."""
        for leaver in leavers:
            await evict(self._door, leaver)
        if self._write(members):
            self._mosquitto.reload()
        for leaver in leavers:
            await wait_until_out(self._door, leaver)
            log.info("broker user %s is out", leaver.username)

    def _write(
        self,
        members: Iterable[Credential],
        leavers: Iterable[Leaver] = (),
        testers: Mapping[str, str] | None = None,
    ) -> bool:
        """Write the broker's files; tells whether they are others than before."""
        leaving = [_as_member(leaver) for leaver in leavers]
        users = [*members, *leaving]
        hashes = {INGEST: self._ingest_hash, **{one.username: one.password_hash for one in users}}
        hashes |= {user: hash_password(word) for user, word in (testers or {}).items()}
        return self._mosquitto.write(access_list(CITY, users), password_file(hashes))

    def _known(self) -> set[str]:
        path = self._folder / PASSWORDS
        return users_in(path.read_text("utf-8")) if path.exists() else set()

    def _keep_certificate(self) -> bool:
        return keep(self._installation, self._settings, now=self._clock.now())


def _new_testers() -> dict[str, str]:
    return {user: random_password() for user in (*TESTERS, TEST_PROBE)}


async def adopt_passwords(installation: Installation, register: Register, clock: Clock) -> None:
    """Move passwords of gateways from files, where they once lay in clear, into the register."""
    words = {
        user: word for user, word in installation.broker_passwords().items() if user not in OURS
    }
    hashes = {user: hash_password(word) for user, word in words.items()}
    now = clock.now()
    adopted = await register.write(lambda c: credentials.adopt(c, ACCESS, hashes, now=now))
    for user in adopted:
        installation.forget_broker_password(user)


def _as_member(leaver: Leaver) -> Credential:
    return Credential(
        username=leaver.username,
        gateway=leaver.gateway,
        generation=0,
        password_hash=hash_password(leaver.password),
        ends_at=None,
    )
