"""(b) How long from the instant an envelope should go to its receipt, at a steady offered rate."""

from __future__ import annotations

import multiprocessing
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.city import City
from benchmarks.fleet import Fleets, Outcome, password_of
from benchmarks.samples import percentile
from benchmarks.telling import Teller
from messaging.topics import UP_FILTER

RECORDS = 20
ECHO_READY_S = 30.0
_MARK = b'"end":'


def measure(
    *, homes: int, rates: Sequence[float], seconds: float, tell: Teller
) -> list[dict[str, Any]]:
    """Offer each rate to ingest, and to a bare echo that commits nothing."""
    found = []
    for rate in rates:
        with tempfile.TemporaryDirectory(prefix="mimamori-bench-") as folder:
            tell.say(f"{rate:,.0f} messages/s")
            with City(Path(folder) / "ours", homes) as city:
                city.start_ingest()
                ours = _offer(city, rate=rate, seconds=seconds, are_signed=True)
            tell.say(f"control: bare echo at {rate:,.0f} messages/s")
            with City(Path(folder) / "echo", homes) as city, _echo(city.broker.port):
                control = _offer(city, rate=rate, seconds=seconds, are_signed=False)
        found.append(
            {"messages_per_s": rate, "seconds": seconds, "records": RECORDS}
            | _waits(ours, "receipt")
            | _waits(control, "echo")
            | {"unreceipted": ours.unreceipted}
        )
    return found


def _offer(city: City, *, rate: float, seconds: float, are_signed: bool) -> Outcome:
    fleets = Fleets(city.homes, city.broker.port)
    try:
        fleets.prepare(len(city.homes), RECORDS)
        fleets.start(are_signed=are_signed)
        fleets.outcome()
        fleets.prepare(int(rate * seconds), RECORDS)
        fleets.start(rate=rate, are_signed=are_signed)
        return fleets.outcome()
    finally:
        fleets.close()


def _waits(outcome: Outcome, name: str) -> dict[str, float]:
    return {
        f"{name}_{words}_ms": percentile(outcome.waits_s, share) * 1000
        for words, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
    }


@contextmanager
def _echo(port: int) -> Iterator[None]:
    """Answer every envelope at once, from a process that keeps nothing."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_answer_all, args=(there, port), daemon=True)
    process.start()
    try:
        if not here.poll(ECHO_READY_S):
            raise TimeoutError("the bare echo does not come up")
        yield
    finally:
        process.kill()
        process.join()


def _answer_all(pipe: Connection, port: int) -> None:
    client = paho.Client(
        CallbackAPIVersion.VERSION2, client_id="ingest", clean_session=False, manual_ack=True
    )
    client.username_pw_set("ingest", password_of("ingest"))

    def on_message(client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        client.ack(message.mid, message.qos)
        payload = bytes(message.payload)
        at = payload.find(_MARK) + len(_MARK)
        number = payload[at : payload.find(b",", at)]
        topic = message.topic.partition("/up/")[0] + "/down/receipt"
        client.publish(topic, b'{"seq":%b}' % number, qos=1)

    client.on_socket_open = _no_delay
    client.on_connect = lambda c, *_: c.subscribe(UP_FILTER, qos=1)
    client.on_subscribe = lambda *_: pipe.send(time.perf_counter())
    client.on_message = on_message
    client.connect("127.0.0.1", port)
    client.loop_forever()


def _no_delay(_client: paho.Client, _data: object, opened: Any) -> None:
    """Send small packets at once: else the kernel waits up to 40 ms for the broker's answer."""
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
