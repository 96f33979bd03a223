"""Ending what a broker keeps of a user who may not come back: connection, session, retained status.

A broker that forgets a password may still hold the connection, and keeps what is queued and
retained. So we take the user's place for a moment: with a password of one use that the broker has
taken over we sign in under the same client id, which ends the other connection, with a clean
session, which drops the queue; and clear the status on the topic that the user may write.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import aiomqtt

from cli.self_test import LONGEST_S, PAUSE_S, TRIES, Door, is_let_in
from domain.clock import pause
from domain.errors import Problem, TransientError
from domain.ids import GatewayId
from messaging.client import publish
from messaging.connection import TidyClient
from messaging.topics import Up, up


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """A user to be ended, in the broker's files with a password of one use."""

    username: str
    gateway: GatewayId
    password: str = field(repr=False)
    is_last: bool
    """Whether its gateway has no other credential: then its status goes too."""


async def evict(door: Door, leaver: Leaver) -> None:
    """End the connection and the session of a user, and the status of a gateway that is gone.

    Raises:
        TransientError: BRK-006 the broker does not take over its files, or is away.
    """
    topic = up(leaver.gateway, Up.STATUS) if leaver.is_last else None
    await speak(door, leaver.username, leaver.password, topic, b"", retain=leaver.is_last)


async def speak(
    door: Door,
    username: str,
    password: str,
    topic: str | None,
    payload: bytes,
    *,
    retain: bool = False,
) -> None:
    """Sign in with a clean session as soon as the broker knows the password, and publish.

    Raises:
        TransientError: BRK-006 the broker does not take over its files, or is away.
    """
    await _wait_until(door, username, password, is_in=True)
    client = TidyClient(
        door.host,
        door.port,
        username=username,
        password=password,
        identifier=username,
        clean_session=True,
        timeout=LONGEST_S,
        tls_context=door.context,
    )
    try:
        async with client:
            if topic is not None:
                await publish(client, topic, payload, retain=retain, timeout_s=LONGEST_S)
    except (OSError, aiomqtt.MqttError) as error:
        raise _stays(door, username) from error


async def wait_until_out(door: Door, leaver: Leaver) -> None:
    """Wait until the broker lets the user in no more.

    Raises:
        TransientError: BRK-006.
    """
    await _wait_until(door, leaver.username, leaver.password, is_in=False)


async def _wait_until(door: Door, name: str, password: str, *, is_in: bool) -> None:
    for _ in range(TRIES):
        if await is_let_in(door, name, password, client_id=name) is is_in:
            return
        await pause(PAUSE_S)
    raise _stays(door, name)


def _stays(door: Door, name: str) -> TransientError:
    return TransientError(
        Problem(
            code="BRK-006",
            where=f"broker {door.host}:{door.port}",
            found=f"its users do not change: {name}",
            allowed="a broker that takes over its changed files at once",
            do="nothing: it is tried again; if it stays, restart the broker and read its log",
        )
    )
