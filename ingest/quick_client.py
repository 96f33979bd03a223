"""paho's client with its two slow places replaced: the socket, and what a PUBLISH costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from ingest.buffered_socket import BufferedSocket
from ingest.packets import Publish, publish_at, read_publish

PRIVATE = ("_create_socket", "_handle_publish", "_in_packet", "_sock")
"""Members of paho's client that are not promised; a test fails when one goes."""


class QuickClient(paho.Client):
    """A client of MQTT 3.1.1 that acknowledges nothing by itself.

    Drive it by `next_publish`, `loop_read`, `loop_write` and `loop_misc`; the socket is a
    `BufferedSocket`.
    """

    def __init__(self, client_id: str, on_publish: Callable[[Publish], None]) -> None:
        """Prepare a persistent session; `on_publish` is called for each message, and may raise."""
        super().__init__(
            CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False, manual_ack=True
        )
        self._on_publish_packet = on_publish

    def next_publish(self) -> Publish | None:
        """Take the next message where it is here whole; None: what is next is for `loop_read`."""
        socket = self._sock
        if not isinstance(socket, BufferedSocket) or self._in_packet["command"]:
            return None
        try:
            return socket.take(publish_at)
        except ValueError:
            return None  # paho ends the connection for it

    def _create_socket(self) -> Any:
        return BufferedSocket(super()._create_socket())

    def _handle_publish(self) -> MQTTErrorCode:
        packet = self._in_packet
        try:
            message = read_publish(packet["command"], packet["packet"])
        except ValueError:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        self._on_publish_packet(message)
        return MQTTErrorCode.MQTT_ERR_SUCCESS
