"""The simulator's MQTT connection: a batch is sent until the broker has acknowledged all of it."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import aiomqtt

from devices.simulators.zigbee2mqtt import Publication
from domain.clock import pause
from domain.errors import PermanentError, Problem, TransientError
from messaging.client import publish
from messaging.connection import TidyClient

IN_FLIGHT = 100
"""Messages that wait for their acknowledgement at a time. aiomqtt and paho look through all of them
for each one, so that many more are slower again; paho's own 20 is slower too."""
ACKNOWLEDGED_WITHIN_S = 20.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
ATTEMPTS = 60
"""With the pauses between them about five minutes: a broker that was restarted is long back."""
_REFUSALS = {4, 5, 134, 135}
"""CONNACK: bad user name or password, not authorised; in MQTT 3.1.1 and in MQTT 5."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """How to reach the broker in the home."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None


class Link:
    """One connection, made when first needed and again whenever it is lost. MQTT 3.1.1, QoS 1."""

    def __init__(self, address: BrokerAddress) -> None:
        """Remember the address; nothing is opened yet."""
        self._address = address
        self._client: aiomqtt.Client | None = None

    async def send(self, messages: Sequence[Publication]) -> None:
        """Publish messages in order and wait until the broker has them all.

        After a lost connection the whole batch goes again, so that the broker may see some twice.

        Raises:
            TransientError: SIM-010, the broker was away for all `ATTEMPTS`.
            PermanentError: SIM-011, the broker refuses the name or the password.
        """
        for attempt in range(ATTEMPTS):
            try:
                await self._send_once(messages)
            except aiomqtt.MqttError as error:
                if _is_refusal(error):
                    raise self._refused() from error
                if attempt == 0:
                    _LOG.warning("the broker of the homes is away: %s", error)
                await self.close()
                await pause(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0**attempt))
                continue
            if attempt:
                _LOG.warning("the broker of the homes is back after %d attempts", attempt)
            return
        raise self._away()

    async def close(self) -> None:
        """Disconnect; harmless when there is no connection."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            await client.__aexit__(None, None, None)
        except aiomqtt.MqttError:
            _LOG.debug("the connection was lost already")

    async def _send_once(self, messages: Sequence[Publication]) -> None:
        client = self._client or await self._connect()
        try:
            async with asyncio.TaskGroup() as group:
                for message in messages:  # tasks begin in the order in which they were made
                    group.create_task(_publish(client, message))
        except ExceptionGroup as errors:
            raise _first_mqtt_error(errors) from errors

    async def _connect(self) -> aiomqtt.Client:
        client = TidyClient(
            self._address.host,
            self._address.port,
            username=self._address.username,
            password=self._address.password,
            identifier=self._address.username,
            protocol=aiomqtt.ProtocolVersion.V311,
            clean_session=True,
            timeout=ACKNOWLEDGED_WITHIN_S,
            max_inflight_messages=IN_FLIGHT,
            max_concurrent_outgoing_calls=IN_FLIGHT,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )
        client.pending_calls_threshold = IN_FLIGHT
        await client.__aenter__()
        self._client = client
        return client

    def _refused(self) -> PermanentError:
        return PermanentError(
            Problem(
                code="SIM-011",
                where=f"{self._address.host}:{self._address.port}",
                found="the broker refuses this name or password",
                allowed="a user that may publish on the homes' topics",
                do="give the simulator a user of its own in the broker's password file",
            )
        )

    def _away(self) -> TransientError:
        return TransientError(
            Problem(
                code="SIM-010",
                where=f"{self._address.host}:{self._address.port}",
                found=f"the broker did not take the messages in {ATTEMPTS} attempts",
                allowed="a broker that acknowledges within 20 s",
                do="start the broker, then start the simulator again: it goes on where it was",
            )
        )


async def _publish(client: aiomqtt.Client, message: Publication) -> None:
    await publish(client, message.topic, message.payload)


def _is_refusal(error: aiomqtt.MqttError) -> bool:
    if not isinstance(error, aiomqtt.MqttCodeError):
        return False
    code = error.rc if isinstance(error.rc, int | None) else error.rc.value
    return code in _REFUSALS


def _first_mqtt_error(errors: ExceptionGroup[Exception]) -> Exception:
    """Return an MQTT error of the group, or the group when there is another kind in it."""
    _, others = errors.split(aiomqtt.MqttError)
    if others is not None:
        return others
    return aiomqtt.MqttError(f"{len(errors.exceptions)} messages were not acknowledged")
