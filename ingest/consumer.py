"""Hearing the broker with paho-mqtt: batch by batch, acknowledged only when told to.

There is no network thread: the caller's own thread reads the socket, and while it commits nothing
is read. So memory is bounded whatever the broker sends (Mosquitto 2.0.11 overruns its window), and
an error in the hearing is the caller's error: it cannot leave the service alive but deaf.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from domain.clock import Clock
from domain.errors import Problem, TransientError
from ingest.buffered_socket import BufferedSocket
from ingest.config import IngestConfig
from ingest.opening import Arrived
from ingest.packets import Publish, pubacks, publish
from ingest.quick_client import QuickClient
from messaging.topics import PROBE, UP_FILTER

log = logging.getLogger(__name__)

KEEP_ALIVE_S = 30
CONNECT_TIMEOUT_S = 10.0
PROBE_EACH_S = 15.0
"""After so much silence it is proved that there is something to hear with: a broker can lose a
subscription and keep the connection."""
UNHEARD_S = 45.0
"""Silence, probes included, after which the connection is made anew. Any message ends it, so a
probe that waits behind a backlog is no sign of deafness."""
FIRST_WAIT_S = 0.5
"""How long `take` waits for a first message."""
MOST_MESSAGE_ID = 65_535


class Delivery(NamedTuple):
    """What arrived, and how to acknowledge it."""

    arrived: Arrived
    message_id: int
    """Means nothing to another connection."""


class Consumer:
    """One connection to the broker: when it is lost, another consumer takes its place.

    The methods block and are called from one thread at a time.
    """

    def __init__(self, config: IngestConfig, clock: Clock) -> None:
        """Prepare; `connect` begins. The clock stamps what arrives."""
        self._config, self._clock = config, clock
        self._batch: list[Delivery] = []
        self._batch_bytes = 0
        self.was_full = False
        """Whether the batch that was taken last was full: more waits at the broker."""
        self._hears = False
        self._failure: str | None = None
        self._message_id = 0
        self._heard_at_s = self._probed_at_s = self._read_at_s = clock.monotonic()
        self._read_at = clock.now()
        self._client = QuickClient(config.username, self._on_publish)
        self._client.username_pw_set(config.username, config.password)
        if config.tls_ca is not None:
            self._client.tls_set(ca_certs=config.tls_ca)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe

    def connect(self) -> None:
        """Connect and subscribe.

        What was queued for us comes before the broker's answer to the subscription, and may be
        endless: the first message proves as well that we hear, so batches stay bounded.

        Raises:
            TransientError: MQT-030 when the broker is away, refuses us or the subscription.
        """
        try:
            self._client.connect(self._config.host, self._config.port, KEEP_ALIVE_S)
            end_s = self._clock.monotonic() + CONNECT_TIMEOUT_S
            while not self._hears and self._failure is None:
                left_s = end_s - self._clock.monotonic()
                if left_s <= 0 or not self._pump(left_s):
                    break
        except OSError as error:
            raise self._away(str(error)) from error
        if not self.is_connected:
            self.close()
            raise self._away(self._failure or f"no answer within {CONNECT_TIMEOUT_S:.0f} s")

    @property
    def is_connected(self) -> bool:
        """Whether the broker holds our subscription now, as far as we have heard."""
        return self._hears and self._failure is None and self._client.is_connected()

    def take(self) -> list[Delivery]:
        """Return what has arrived, at most about one batch; empty after `FIRST_WAIT_S` of nothing.

        Also when the connection is lost: `is_connected` tells.
        """
        self._probe()
        end_s = self._clock.monotonic() + FIRST_WAIT_S
        while not self._is_full:
            left_s = end_s - self._clock.monotonic()
            was_empty = not self._batch
            if left_s <= 0 or not self._pump(left_s):
                break
            if was_empty and self._batch:
                end_s = self._clock.monotonic() + self._config.gather_s
        self.was_full = self._is_full
        batch, self._batch, self._batch_bytes = self._batch, [], 0
        return batch

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Tell the broker that it may forget these; only after the commit. `flush` sends it."""
        # Acknowledging what came with QoS 0 makes the broker end the connection.
        self._send(pubacks(each.message_id for each in deliveries if each.arrived.qos))

    def publish(self, topic: str, payload: bytes) -> None:
        """Send a receipt or command, QoS 1; one that is lost is made good by the next.

        `flush` sends it.
        """
        self._message_id = self._message_id % MOST_MESSAGE_ID + 1
        self._send(publish(topic, payload, self._message_id))

    def flush(self) -> None:
        """Send what was acknowledged and published; a broken connection is noticed by `take`."""
        socket = self._socket
        if socket is None:
            return
        try:
            socket.flush()
        except OSError as error:
            self._lose(str(error))

    def close(self) -> None:
        """Disconnect; what was not acknowledged comes again."""
        self._client.disconnect()
        self.flush()
        socket = self._socket
        if socket is not None:
            socket.close()

    def _send(self, packets: bytes) -> None:
        socket = self._socket
        if socket is not None:
            socket.send(packets)

    @property
    def _socket(self) -> BufferedSocket | None:
        socket = self._client.socket()
        return socket if isinstance(socket, BufferedSocket) else None

    @property
    def _is_full(self) -> bool:
        enough = len(self._batch) >= self._config.batch_messages
        return enough or self._batch_bytes >= self._config.batch_bytes

    def _pump(self, wait_s: float) -> bool:
        """Let paho do what is due, once; False: nothing has come within `wait_s`."""
        self._client.loop_misc()
        self._client.loop_write()  # what callbacks have sent
        self.flush()
        socket = self._socket
        if socket is None:
            return False
        try:
            if not socket.wait(wait_s):
                return False
            self._read_at, self._read_at_s = self._clock.now(), self._clock.monotonic()
            is_sound = self._client.loop_read() is MQTTErrorCode.MQTT_ERR_SUCCESS
            while is_sound and socket.holds and not self._is_full:
                if message := self._client.next_publish():
                    self._on_publish(message)
                else:
                    is_sound = self._client.loop_read() is MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError as error:
            self._lose(str(error))
        return True

    def _probe(self) -> None:
        """Ask whether we still hear, when nothing has come for a while."""
        now_s = self._clock.monotonic()
        if now_s - self._heard_at_s > UNHEARD_S:
            self._lose("what we say to ourselves does not come back")
        elif now_s - max(self._heard_at_s, self._probed_at_s) > PROBE_EACH_S:
            self._probed_at_s = now_s
            self.publish(PROBE, b"")

    def _lose(self, found: str) -> None:
        log.warning("broker gone: %s", found)
        self._failure = found
        socket = self._socket
        if socket is not None:
            socket.close()

    def _on_connect(
        self,
        client: paho.Client,
        userdata: object,
        flags: paho.ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        del userdata, flags, properties
        if reason.is_failure:
            self._failure = str(reason)
            return
        client.subscribe(UP_FILTER, qos=1)

    def _on_subscribe(
        self,
        client: paho.Client,
        userdata: object,
        mid: int,
        reasons: list[ReasonCode],
        properties: Properties | None,
    ) -> None:
        del client, userdata, mid, properties
        refused = [str(reason) for reason in reasons if reason.is_failure]
        self._failure = f"subscription refused: {refused[0]}" if refused else None
        self._hears = True
        self._heard_at_s = self._clock.monotonic()

    def _on_disconnect(
        self,
        client: paho.Client,
        userdata: object,
        flags: paho.DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        del client, userdata, flags, properties
        if self._hears and reason.is_failure:
            log.warning("broker gone: %s", reason)
        self._hears = False

    def _on_publish(self, message: Publish) -> None:
        self._heard_at_s, self._hears = self._read_at_s, True
        if message.topic == PROBE:
            self._send(pubacks([message.message_id] if message.qos else []))
            return
        arrived = Arrived(
            topic=message.topic,
            payload=message.payload,
            received_at=self._read_at,
            is_retained=message.is_retained,
            qos=message.qos,
        )
        self._batch.append(Delivery(arrived, message.message_id))
        self._batch_bytes += len(message.payload)

    def _away(self, found: str) -> TransientError:
        return TransientError(
            Problem(
                code="MQT-030",
                where=f"broker {self._config.host}:{self._config.port}",
                found=found,
                allowed="a running broker that knows our password",
                do="start the broker, then `mimamori doctor`",
            )
        )
