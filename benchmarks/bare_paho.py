"""The controls that hear with paho-mqtt and keep nothing, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.local import password_of
from messaging.topics import UP_FILTER

DRAIN_TIMEOUT_S = 120.0
READY_TIMEOUT_S = 60.0
_END = b'"end":'


def open_session(port: int, user: str) -> None:
    """Subscribe and leave: from now on the broker queues for `user`."""
    with _process(_subscribe, port, user) as pipe:
        _answer(pipe, READY_TIMEOUT_S)


def drain(port: int, user: str, messages: int) -> float:
    """Take what is queued for `user`, acknowledged in the callback; returns messages a second.

    Raises:
        TimeoutError: Fewer came in time.
    """
    with _process(_take_all, port, user, messages) as pipe:
        return _answer(pipe, DRAIN_TIMEOUT_S)


@contextmanager
def echo(port: int, user: str) -> Iterator[None]:
    """Answer every envelope at once with its last number, inside the block."""
    with _process(_answer_all, port, user) as pipe:
        _answer(pipe, READY_TIMEOUT_S)
        yield


@contextmanager
def _process(work: Callable[..., None], *arguments: object) -> Iterator[Connection]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=work, args=(there, *arguments), daemon=True)
    process.start()
    try:
        yield here
    finally:
        process.kill()
        process.join()


def _answer(pipe: Connection, timeout_s: float) -> float:
    if not pipe.poll(timeout_s):
        raise TimeoutError("a control with bare paho-mqtt does not come to its end")
    return float(pipe.recv())


def _client(user: str) -> paho.Client:
    client = paho.Client(
        CallbackAPIVersion.VERSION2, client_id=user, clean_session=False, manual_ack=True
    )
    client.username_pw_set(user, password_of(user))
    return client


def _subscribe(pipe: Connection, port: int, user: str) -> None:
    client = _client(user)
    client.on_connect = lambda c, *_: c.subscribe(UP_FILTER, qos=1)
    client.on_subscribe = lambda c, *_: c.disconnect()
    client.connect("127.0.0.1", port)
    client.loop_forever()
    pipe.send(0.0)


def _take_all(pipe: Connection, port: int, user: str, messages: int) -> None:
    client, count, began = _client(user), 0, 0.0

    def on_message(client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        nonlocal count, began
        if not count:
            began = time.perf_counter()
        count += 1
        client.ack(message.mid, message.qos)
        if count == messages:
            pipe.send(messages / (time.perf_counter() - began))

    client.on_message = on_message
    client.connect("127.0.0.1", port)
    client.loop_forever()


def _answer_all(pipe: Connection, port: int, user: str) -> None:
    client = _client(user)

    def on_message(client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        client.ack(message.mid, message.qos)
        payload = bytes(message.payload)
        at = payload.find(_END) + len(_END)
        number = payload[at : payload.find(b",", at)]
        topic = message.topic.partition("/up/")[0] + "/down/receipt"
        client.publish(topic, b'{"seq":%b}' % number, qos=1)

    client.on_socket_open = _no_delay
    client.on_connect = lambda c, *_: c.subscribe(UP_FILTER, qos=1)
    client.on_subscribe = lambda *_: pipe.send(0.0)
    client.on_message = on_message
    client.connect("127.0.0.1", port)
    client.loop_forever()


def _no_delay(_client: paho.Client, _data: object, opened: Any) -> None:
    """Send small packets at once: else the kernel waits up to 40 ms for the broker's answer."""
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
