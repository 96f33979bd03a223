"""MQTT 3.1.1 by hand, as little of it as a cheap publisher needs: it must not eat the cores.

A gateway of the benchmarks is one connection of its own, as in life. Packets are made beforehand,
sent many at once, and acknowledgements are read many at once.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable

_CONNECT, _PUBLISH, _PUBACK, _SUBSCRIBE = 0x10, 0x30, 0x40, 0x82
_QOS_1 = 0x02
_MOST_IDS = 65_535
_SHORTEST = 2
"""Bytes of the smallest packet."""
CONNECT_TIMEOUT_S = 30.0
_RECEIVED_AT_ONCE = 256 * 1024


def publish_packet(topic: str, payload: bytes, number: int) -> bytes:
    """Return a PUBLISH with QoS 1; its packet id follows from `number`."""
    body = _text(topic) + struct.pack(">H", number % _MOST_IDS + 1) + payload
    return bytes([_PUBLISH | _QOS_1]) + _length(len(body)) + body


class Wire:
    """One connection: blocking until it has subscribed, non-blocking from then on."""

    def __init__(
        self, port: int, user: str, password: str, topic_filter: str | None = None
    ) -> None:
        """Connect, and subscribe with QoS 1 if there is a filter.

        Raises:
            OSError: Refused, or no answer within `CONNECT_TIMEOUT_S`.
        """
        self.acknowledged = 0
        """PUBACKs so far."""
        self._rest = b""
        self._unsent = b""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=CONNECT_TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        flags = 0xC2  # user name, password, clean session; no keep-alive: the runs are short
        body = _text("MQTT") + bytes([4, flags, 0, 0]) + _text(user) + _text(user) + _text(password)
        self._ask(bytes([_CONNECT]) + _length(len(body)) + body, 4, refused_from=1)
        if topic_filter is not None:
            body = b"\x00\x01" + _text(topic_filter) + b"\x01"
            self._ask(bytes([_SUBSCRIBE]) + _length(len(body)) + body, 5, refused_from=0x80)
        self.socket.settimeout(0)

    @property
    def is_blocked(self) -> bool:
        """Whether the broker does not take what was sent yet."""
        return bool(self._unsent)

    def send(self, packets: bytes) -> None:
        """Send, or keep what the broker does not take now; `flush` tries again."""
        self._unsent += packets
        self.flush()

    def flush(self) -> None:
        """Send what was kept, as far as the broker takes it."""
        try:
            while self._unsent:
                self._unsent = self._unsent[self.socket.send(self._unsent) :]
        except BlockingIOError:
            return

    def hear(self, on_message: Callable[[bytes], None]) -> None:
        """Read what has come; `on_message` gets the payload of each PUBLISH.

        Raises:
            ConnectionError: The broker closed the connection.
        """
        try:
            data = self.socket.recv(_RECEIVED_AT_ONCE)
        except BlockingIOError:
            return
        if not data:
            raise ConnectionError("the broker closed a publisher's connection")
        data = self._rest + data
        at, answers = 0, []
        while len(data) - at >= _SHORTEST:
            length, start = _read_length(data, at + 1)
            if start < 0 or len(data) < start + length:
                break
            kind = data[at] & 0xF0
            if kind == _PUBACK:
                self.acknowledged += 1
            elif kind == _PUBLISH:
                answers.append(_take(data, at, start, start + length, on_message))
            at = start + length
        self._rest = data[at:]
        if answers:
            self.send(b"".join(answers))

    def close(self) -> None:
        """Close at once; a clean session leaves nothing behind."""
        self.socket.close()

    def _ask(self, packet: bytes, size: int, *, refused_from: int) -> None:
        self.socket.sendall(packet)
        answer = b""
        while len(answer) < size:
            more = self.socket.recv(size - len(answer))
            if not more:
                break
            answer += more
        if len(answer) < size or answer[-1] >= refused_from:
            raise ConnectionError(f"the broker refuses a benchmark's connection: {answer.hex()}")


def _take(data: bytes, at: int, start: int, end: int, on_message: Callable[[bytes], None]) -> bytes:
    """Hand over one message and return its acknowledgement."""
    after_topic = start + 2 + int.from_bytes(data[start : start + 2], "big")
    if not data[at] & 0x06:
        on_message(data[after_topic:end])
        return b""
    on_message(data[after_topic + 2 : end])
    return b"\x40\x02" + data[after_topic : after_topic + 2]


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw


def _length(number: int) -> bytes:
    out = bytearray()
    while True:
        number, low = divmod(number, 128)
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def _read_length(data: bytes, at: int) -> tuple[int, int]:
    """Return the length and where the body starts; (0, -1) when not all of it has come."""
    length, shift = 0, 0
    while at < len(data):
        byte = data[at]
        length |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return length, at
    return 0, -1
