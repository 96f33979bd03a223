"""Hearing the broker with paho-mqtt: a bounded queue, acknowledgement only when told to."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from domain.errors import Problem, TransientError
from ingest.config import IngestConfig
from ingest.opening import Arrived
from messaging.topics import UP_FILTER

log = logging.getLogger(__name__)

KEEP_ALIVE_S = 30
CONNECT_TIMEOUT_S = 10.0
FULL_WAIT_S = 0.5
"""How long the network thread waits for room before it looks whether it should stop."""
FIRST_WAIT_S = 0.5
"""How long `take` waits for a first message."""

PRIVATE = "_thread"
"""The member of paho's client that is not promised; a test fails when it goes."""


class Delivery(NamedTuple):
    """What arrived, and how to acknowledge it."""

    arrived: Arrived
    message_id: int
    connection: int
    """The how manieth connection brought it: message ids mean nothing to a later one."""


class Consumer:
    """One connection to the broker. The network thread only queues; a full queue stops it reading.

    An exception in the network thread would leave the process alive but deaf, and paho would
    still say that it is connected: `take` and `is_connected` look at the thread itself.
    """

    def __init__(self, config: IngestConfig, now: Callable[[], datetime]) -> None:
        """Prepare; `connect` begins. `now` stamps what arrives."""
        self._config, self._now = config, now
        self._queue: queue.Queue[Delivery] = queue.Queue(config.queue_messages)
        self._stopping = threading.Event()
        self._subscribed = threading.Event()
        self._failure: str | None = None
        self._connection = 0
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=config.username,
            clean_session=False,
            manual_ack=True,
            reconnect_on_failure=True,
        )
        self._client.username_pw_set(config.username, config.password)
        if config.tls_ca is not None:
            self._client.tls_set(ca_certs=config.tls_ca)
        self._client.max_inflight_messages_set(config.queue_messages)
        self._client.max_queued_messages_set(config.queue_messages)
        self._client.reconnect_delay_set(min_delay=1, max_delay=10)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    def connect(self) -> None:
        """Connect, subscribe and start the network thread.

        Raises:
            TransientError: MQT-030 when the broker is away, refuses us or the subscription.
        """
        try:
            self._client.connect(self._config.host, self._config.port, KEEP_ALIVE_S)
        except OSError as error:
            raise self._away(str(error)) from error
        self._client.loop_start()
        if not self._subscribed.wait(CONNECT_TIMEOUT_S) or self._failure is not None:
            self.close()
            raise self._away(self._failure or f"no answer within {CONNECT_TIMEOUT_S:.0f} s")

    @property
    def is_connected(self) -> bool:
        """Whether the broker holds our subscription now."""
        return (
            self._subscribed.is_set()
            and self._failure is None
            and self._client.is_connected()
            and self._hears
        )

    def take(self) -> list[Delivery]:
        """Return what has arrived, at most one batch; empty after `FIRST_WAIT_S` of nothing.

        Raises:
            TransientError: MQT-035 the network thread has ended: nothing would ever arrive.
        """
        try:
            batch = [self._queue.get(timeout=FIRST_WAIT_S)]
        except queue.Empty:
            if not self._hears:
                raise self._deaf() from None
            return []
        while len(batch) < self._config.batch_messages:
            try:
                batch.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return batch

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Tell the broker that it may forget these; only after the commit."""
        for delivery in deliveries:
            # Acknowledging what came with QoS 0 makes the broker end the connection.
            if delivery.arrived.qos and delivery.connection == self._connection:
                self._client.ack(delivery.message_id, delivery.arrived.qos)

    def publish(self, topic: str, payload: bytes) -> None:
        """Send a receipt or command, QoS 1; one that is lost is made good by the next."""
        self._client.publish(topic, payload, qos=1)

    def close(self) -> None:
        """Disconnect and end the network thread; what was not acknowledged comes again."""
        self._stopping.set()
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(
        self,
        client: paho.Client,
        userdata: object,
        flags: paho.ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        del userdata, flags, properties
        self._connection += 1
        if reason.is_failure:
            self._failure = str(reason)
            self._subscribed.set()
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
        self._subscribed.set()

    def _on_disconnect(
        self,
        client: paho.Client,
        userdata: object,
        flags: paho.DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        del client, userdata, flags, properties
        if not self._stopping.is_set():
            log.warning("broker gone: %s", reason)
        self._subscribed.clear()

    def _on_message(self, client: paho.Client, userdata: object, message: paho.MQTTMessage) -> None:
        del client, userdata
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "not UTF-8"
        arrived = Arrived(
            topic=topic,
            payload=bytes(message.payload),
            received_at=self._now(),
            is_retained=message.retain,
            qos=message.qos,
        )
        delivery = Delivery(arrived, message.mid, self._connection)
        while not self._stopping.is_set():
            try:
                self._queue.put(delivery, timeout=FULL_WAIT_S)
            except queue.Full:
                continue
            return

    @property
    def _hears(self) -> bool:
        thread = self._client._thread  # noqa: SLF001 (see PRIVATE)
        return thread is not None and thread.is_alive()

    def _deaf(self) -> TransientError:
        return TransientError(
            Problem(
                code="MQT-035",
                where=f"broker {self._config.host}:{self._config.port}",
                found="the thread that hears the broker has ended",
                allowed="a thread that hears until it is told to stop",
                do="report the error above it in the log; ingest starts anew by itself",
            )
        )

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
