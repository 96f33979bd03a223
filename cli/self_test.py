"""Proving that a broker lets everybody do what is theirs, and nothing else.

A broker answers a forbidden publish and a forbidden subscription as it answers allowed ones. So
nothing here believes an answer: a forbidden message counts as held back only when an allowed one
that was sent behind it, on the same connection, has arrived and it has not.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiomqtt

from cli.broker import TEST_PROBE
from domain.clock import pause
from domain.errors import PermanentError, Problem
from messaging.connection import TidyClient, bare_line, heeding_cancellation
from messaging.topics import TESTERS, Down, Up, down, up

LONGEST_S = 10.0
"""Longest wait for one step; a broker on a busy small machine answers within one second."""
ALICE, BOB = TESTERS
TRIES = 40
PAUSE_S = 0.25
"""Ten seconds for a broker to read its files again; it takes milliseconds, a busy one longer."""
_ACCEPTED = b"\x20\x02\x00\x00"
"""CONNACK with return code 0 (MQTT 3.1.1, section 3.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One listener of a broker."""

    host: str
    port: int
    context: ssl.SSLContext | None = None
    """None: in clear."""
    server_name: str | None = None
    """Name that the certificate has to be for."""


@dataclass(slots=True, kw_only=True)
class Evidence:
    """What was seen; what was not seen is not proved."""

    allowed_arrived: bool = False
    answer_arrived: bool = False
    forged_arrived: list[str] = field(default_factory=list)
    """Topics on which one tester spoke for the other, or for us, and was heard."""
    overheard: list[str] = field(default_factory=list)
    """Topics that a tester heard and that are not its own."""
    is_stranger_refused: bool = False
    is_wrong_password_refused: bool = False
    survived_forged_id: bool = False
    is_clear_text_refused: bool = True
    """True also where there is no TLS listener."""
    is_tls_accepted: bool = True
    """The same."""


def faults(seen: Evidence) -> list[str]:
    """Return what is wrong with a broker, most dangerous first; empty: it may serve homes."""
    checks = {
        "lets anybody in without a password": not seen.is_stranger_refused,
        "lets a user in with a wrong password": not seen.is_wrong_password_refused,
        f"lets one gateway speak on {_listed(seen.forged_arrived)}": bool(seen.forged_arrived),
        f"lets one gateway hear {_listed(seen.overheard)}": bool(seen.overheard),
        "lets one gateway throw another off by its client id": not seen.survived_forged_id,
        "speaks in clear where gateways expect TLS": not seen.is_clear_text_refused,
        "does not let a gateway in over TLS": not seen.is_tls_accepted,
        "does not deliver what a gateway sends": not seen.allowed_arrived,
        "does not deliver what a gateway is sent": not seen.answer_arrived,
    }
    return [fault for fault, is_there in checks.items() if is_there]


async def prove(door: Door, tls: Door | None, passwords: Mapping[str, str]) -> None:
    """Try a broker out with the testers' passwords.

    Waits for it to know the testers: it may take its files over a moment later.

    Args:
        door: A listener for the test itself.
        tls: The listener for homes, None where there is none.
        passwords: Of `TESTERS` and `TEST_PROBE`, who are in the broker's password file now.

    Raises:
        PermanentError: BRK-003 it lets somebody do what is not theirs, or does not deliver.
    """
    seen = Evidence()
    broke = ""
    try:
        await _wait_until_known(door, passwords)
        await _observe(seen, door, tls, passwords)
    except (OSError, TimeoutError, aiomqtt.MqttError) as error:
        broke = f" ({type(error).__name__} on the way)"
    if found := faults(seen):
        raise PermanentError(
            Problem(
                code="BRK-003",
                where=f"broker {door.host}:{door.port}",
                found=f"it {'; '.join(found)}{broke}",
                allowed="a broker on which each gateway reaches its own topics only",
                do="compare its configuration with deploy/mosquitto, and update Mosquitto",
            )
        )


async def is_let_in(door: Door, username: str | None, password: str, *, client_id: str) -> bool:
    """Tell whether a broker accepts a connection; no answer and a broken line are a no."""
    with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        async with asyncio.timeout(LONGEST_S):
            async with bare_line(
                door.host, door.port, tls=door.context, server_name=door.server_name
            ) as (reader, writer):
                writer.write(_connect_packet(username, password, client_id))
                return await reader.readexactly(len(_ACCEPTED)) == _ACCEPTED
    return False


async def _wait_until_known(door: Door, passwords: Mapping[str, str]) -> None:
    for _ in range(TRIES):
        if await is_let_in(door, TEST_PROBE, passwords[TEST_PROBE], client_id=TEST_PROBE):
            return
        await pause(PAUSE_S)
    raise TimeoutError


async def _observe(
    seen: Evidence, door: Door, tls: Door | None, passwords: Mapping[str, str]
) -> None:
    wrong = secrets.token_urlsafe()
    seen.is_stranger_refused = not await is_let_in(door, None, "", client_id=ALICE)
    seen.is_wrong_password_refused = not await is_let_in(door, ALICE, wrong, client_id=ALICE)
    async with (
        _client(door, TEST_PROBE, passwords) as probe,
        _client(door, BOB, passwords) as bob,
        _client(door, ALICE, passwords) as alice,
    ):
        await _speak(seen, alice, probe)
        await _overhear(seen, bob, probe)
        async with _client(door, BOB, passwords, client_id=ALICE):
            marker = await _send_marker(alice, up(ALICE, Up.NORMAL))
            await _until(marker, probe)
            seen.survived_forged_id = True
    if tls is not None:
        plain = Door(host=tls.host, port=tls.port)
        word = passwords[ALICE]
        seen.is_clear_text_refused = not await is_let_in(plain, ALICE, word, client_id=ALICE)
        seen.is_tls_accepted = await is_let_in(tls, ALICE, word, client_id=ALICE)
        stranger = await is_let_in(tls, None, "", client_id=ALICE)
        seen.is_stranger_refused = seen.is_stranger_refused and not stranger


async def _speak(seen: Evidence, alice: aiomqtt.Client, probe: aiomqtt.Client) -> None:
    """Let one tester speak for the other and for us, then for itself."""
    for tester in (ALICE, BOB):
        await _listen(probe, f"mimamori/v1/{tester}/up/#")
    for topic in (up(BOB, Up.NORMAL), up(BOB, Up.URGENT), down(BOB, Down.COMMAND)):
        await alice.publish(topic, b"forged", timeout=LONGEST_S)
    await alice.publish(up(BOB, Up.STATUS), b"forged", retain=True, timeout=LONGEST_S)
    marker = await _send_marker(alice, up(ALICE, Up.NORMAL))
    seen.forged_arrived = await _until(marker, probe)
    seen.allowed_arrived = True


async def _overhear(seen: Evidence, bob: aiomqtt.Client, probe: aiomqtt.Client) -> None:
    """Let one tester listen to everything while the other is spoken to, then be spoken to."""
    for asked in ("#", "$SYS/#", "mimamori/#", f"mimamori/v1/{ALICE}/down/#"):
        await _listen(bob, asked)
    await _listen(bob, f"mimamori/v1/{BOB}/down/#")
    await probe.publish(down(ALICE, Down.RECEIPT), b"not for bob", timeout=LONGEST_S)
    marker = await _send_marker(probe, down(BOB, Down.RECEIPT))
    heard = await _until(marker, bob)
    seen.overheard = [topic for topic in heard if topic != down(BOB, Down.RECEIPT)]
    seen.answer_arrived = True


async def _listen(listener: aiomqtt.Client, asked: str) -> None:
    with heeding_cancellation():
        await listener.subscribe(asked, timeout=LONGEST_S)


async def _send_marker(sender: aiomqtt.Client, topic: str) -> bytes:
    marker = secrets.token_hex().encode()
    await sender.publish(topic, marker, timeout=LONGEST_S)
    return marker


async def _until(marker: bytes, listener: aiomqtt.Client) -> list[str]:
    """Return the topics of what arrives before the marker.

    Raises:
        TimeoutError: The marker does not arrive.
    """
    before: list[str] = []
    async with asyncio.timeout(LONGEST_S):
        async for message in listener.messages:
            if message.payload == marker:
                return before
            before.append(message.topic.value)
    raise TimeoutError


def _listed(topics: list[str]) -> str:
    return ", ".join(sorted(set(topics))) or "nothing"


def _client(
    door: Door, user: str, passwords: Mapping[str, str], *, client_id: str | None = None
) -> TidyClient:
    return TidyClient(
        door.host,
        door.port,
        username=user,
        password=passwords[user],
        identifier=client_id or user,
        clean_session=True,
        timeout=LONGEST_S,
        tls_context=door.context,
    )


def _connect_packet(username: str | None, password: str, client_id: str) -> bytes:
    """Return an MQTT 3.1.1 CONNECT with a clean session (section 3.1)."""
    flags, fields = 0x02, [client_id]
    if username is not None:
        flags, fields = flags | 0xC0, [client_id, username, password]
    body = b"\x00\x04MQTT\x04%c\x00\x1e" % flags
    for text in fields:
        raw = text.encode()
        body += len(raw).to_bytes(2, "big") + raw
    return b"\x10%c%b" % (len(body), body)  # the length fits one byte: below 128
