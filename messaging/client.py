"""MQTT connections: made rightly, kept up, and acknowledged when we say so.

With `connection` the only place that knows what aiomqtt does not offer in the open (`PRIVATE`).
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiomqtt
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from domain.clock import pause
from domain.errors import MimamoriError, PermanentError, Problem, TransientError
from messaging.connection import TidyClient, TidySocket, heeding_cancellation

MAX_INFLIGHT = 4_000
"""Messages on their way at once: two batches of 2,000, so that neither side waits for the other."""
MAX_WAITING = 20_000
"""Most messages that wait in memory; the connection is made anew when there would be more."""
SESSION_EXPIRY_S = 7 * 24 * 3600
"""How long a broker keeps an absent client's session (MQTT 5): as long as a gateway plans for."""
ANSWER_TIMEOUT_S = 15.0
"""Longest wait for a broker's answer to something small: a TLS greeting on 8 kbit/s needs 6 s."""
FIRST_BACKOFF_S = 0.5
LONGEST_BACKOFF_S = 30.0
"""A repaired line is found again within a minute, and a broker is not stormed by its homes."""
REFUSED_FROM = 128
"""SUBACK codes from here on are refusals, in MQTT 3.1.1 and 5."""
PRIVATE = ("_client.connect_timeout", "_client.manual_ack_set", "_client.ack", "_queue")
"""Members of aiomqtt.Client that are not promised; a test fails when one goes."""

_log = logging.getLogger(__name__)
_chance = random.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """Where a broker is and who we are there."""

    host: str = "127.0.0.1"
    port: int = 1883
    username: str | None = None
    """Also the client id: the broker's access list goes by it."""
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    """PEM file of the one authority that is believed; neither file nor text: no TLS, for loopback
    only."""
    ca_pem: str | None = field(default=None, repr=False)
    """The same authority as text, which goes before the file."""
    mqtt5: bool = False
    """Nothing in our protocol needs MQTT 5; the in-process broker speaks 3.1.1 only."""
    keep_alive_s: int = 30
    """A frozen peer is noticed after at most twice this."""


def make_client(
    settings: BrokerSettings,
    *,
    name: str,
    persistent: bool = False,
    manual_ack: bool = False,
    will: aiomqtt.Will | None = None,
) -> TidyClient:
    """Make a client that is not connected yet; call it inside the running event loop.

    Args:
        settings: The broker.
        name: Client id where there is no user name.
        persistent: Whether the broker keeps what is sent while we are away.
        manual_ack: Whether a message counts as delivered only after `acknowledge`; to be said
            before connecting, for what waited arrives with the connection.
        will: What the broker publishes when we vanish.

    Raises:
        PermanentError: MQT-032 the certificate authority cannot be used.
    """
    five = settings.mqtt5
    client = TidyClient(
        settings.host,
        settings.port,
        username=settings.username,
        password=settings.password,
        identifier=settings.username or name,
        protocol=aiomqtt.ProtocolVersion.V5 if five else aiomqtt.ProtocolVersion.V311,
        clean_session=None if five else not persistent,
        clean_start=not persistent if five else MQTT_CLEAN_START_FIRST_ONLY,
        properties=_session(persistent=persistent) if five else None,
        will=will,
        timeout=ANSWER_TIMEOUT_S,
        keepalive=settings.keep_alive_s,
        max_inflight_messages=MAX_INFLIGHT,
        max_queued_incoming_messages=MAX_WAITING,
        queue_type=_Inbox,
        socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        tls_context=_tls(settings),
    )
    client.pending_calls_threshold = MAX_INFLIGHT
    client._client.connect_timeout = ANSWER_TIMEOUT_S  # noqa: SLF001 # see PRIVATE
    client._client.manual_ack_set(manual_ack)  # noqa: SLF001
    return client


async def keep_connected(
    make: Callable[[], aiomqtt.Client],
    serve: Callable[[aiomqtt.Client], Awaitable[None]],
    *,
    where: str,
) -> None:
    """Connect and serve, again and again until cancelled; told once per loss and per return.

    Args:
        make: Makes a client that is not connected yet.
        serve: Works with a connected client until the connection breaks; it may use a TaskGroup.
        where: What is connected to, for the log; nothing personal.
    """
    link = _Link(where)
    while True:

        async def once() -> None:
            async with make() as client:
                link.up()
                await serve(client)

        problem = await _broken_by(once, where)
        link.down(problem)
        await pause(link.backoff_s())


async def publish(
    client: aiomqtt.Client,
    topic: str,
    payload: bytes,
    *,
    retain: bool = False,
    timeout_s: float = ANSWER_TIMEOUT_S,
) -> None:
    """Publish with QoS 1 and wait for the broker to take it, which is no receipt.

    Raises:
        aiomqtt.MqttError: The connection broke, or no answer came in time.
    """
    with heeding_cancellation():
        await client.publish(topic, payload, qos=1, retain=retain, timeout=timeout_s)


async def subscribe(client: aiomqtt.Client, topic_filter: str) -> None:
    """Subscribe with QoS 1.

    Raises:
        PermanentError: MQT-033 the broker refuses the filter.
        aiomqtt.MqttError: The connection broke, or no answer came in time.
    """
    with heeding_cancellation():
        codes = await client.subscribe(topic_filter, qos=1)
    for code in codes:
        value = code.value if isinstance(code, ReasonCode) else code
        if value >= REFUSED_FROM:
            raise PermanentError(
                Problem(
                    code="MQT-033",
                    where=topic_filter,
                    found=f"the broker refuses the subscription ({value})",
                    allowed="read access for this user",
                    do="correct the broker's access list",
                )
            )


async def take(client: aiomqtt.Client, most: int) -> list[aiomqtt.Message]:
    """Wait for a message and return it with all others that have come, at most `most`.

    Raises:
        TransientError: MQT-034 more came than `MAX_WAITING`; what was not acknowledged comes
            again with the next connection.
        aiomqtt.MqttError: The connection broke.
    """
    inbox: asyncio.Queue[aiomqtt.Message] = client._queue  # noqa: SLF001 # see PRIVATE
    messages = [inbox.get_nowait() if inbox.qsize() else await anext(client.messages)]
    if isinstance(inbox, _Inbox) and inbox.overflowed:
        raise TransientError(
            Problem(
                code="MQT-034",
                where="inbox",
                found=f"more than {MAX_WAITING} messages wait",
                allowed="a broker that keeps to its window",
                do="nothing; they come again with a new connection",
            )
        )
    while inbox.qsize() and len(messages) < most:
        messages.append(inbox.get_nowait())
    return messages


def acknowledge(client: aiomqtt.Client, messages: Sequence[aiomqtt.Message]) -> None:
    """Tell the broker that these messages are safe with us; in the order they came."""
    for message in messages:
        client._client.ack(message.mid, message.qos)  # noqa: SLF001 # see PRIVATE


class _Inbox(asyncio.Queue[aiomqtt.Message]):
    """A queue that remembers having been too small."""

    overflowed = False

    def put_nowait(self, item: aiomqtt.Message) -> None:
        try:
            super().put_nowait(item)
        except asyncio.QueueFull:
            self.overflowed = True
            raise


class _Link:
    """Whether a connection is up, so that each change is told once."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._told: str | None = None
        self._failures = 0

    def up(self) -> None:
        if self._failures:
            _log.info("connected again to %s after %d failures", self._where, self._failures)
        self._told, self._failures = None, 0

    def down(self, problem: Problem) -> None:
        self._failures += 1
        if problem.code != self._told:
            self._told = problem.code
            _log.warning("%s", problem)

    def backoff_s(self) -> float:
        longest = min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2.0 ** min(self._failures - 1, 10))
        return longest * _chance.uniform(0.5, 1.0)


async def _broken_by(once: Callable[[], Awaitable[None]], where: str) -> Problem:
    """Run one connection in a task of its own and return what broke it.

    aiomqtt's way out of a cancelled connection may raise its own error; in the same task that would
    swallow the cancellation, and a stopped service would connect again.
    """
    problem = _away(where, "the connection ended")

    async def guarded() -> None:
        nonlocal problem
        try:
            await once()
        except* (aiomqtt.MqttError, TransientError, PermanentError) as group:
            problem = _problem(_first(group), where)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(guarded(), name=where)
    return problem


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _problem(error: BaseException, where: str) -> Problem:
    if isinstance(error, MimamoriError):
        return error.problem
    if isinstance(error, MqttConnectError):
        return Problem(
            code="MQT-030",
            where=where,
            found=f"the broker refuses the connection: {error}",
            allowed="the user name and password that this broker knows",
            do="compare them with the broker's; trying goes on",
        )
    return _away(where, str(error) or type(error).__name__)


def _away(where: str, found: str) -> Problem:
    return Problem(
        code="MQT-031",
        where=where,
        found=found,
        allowed="a broker that answers",
        do="check power and line; trying goes on, nothing is lost",
    )


def _session(*, persistent: bool) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho
    properties.ReceiveMaximum = MAX_INFLIGHT
    if persistent:
        properties.SessionExpiryInterval = SESSION_EXPIRY_S
    return properties


def _tls(settings: BrokerSettings) -> ssl.SSLContext | None:
    ca_file, ca_pem = settings.ca_file, settings.ca_pem
    if ca_file is None and ca_pem is None:
        return None
    try:
        context = (
            ssl.create_default_context(cafile=str(ca_file))
            if ca_pem is None
            else ssl.create_default_context(cadata=ca_pem)
        )
    except (OSError, ssl.SSLError, ValueError) as error:
        raise PermanentError(
            Problem(
                code="MQT-032",
                where=str(ca_file) if ca_pem is None else "ca_pem of the gateway's file",
                found=f"no certificate authority can be read: {error}",
                allowed="certificates as PEM",
                do="carry the file with the broker's authority to this machine",
            )
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = TidySocket
    return context
