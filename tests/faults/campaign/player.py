"""The sensors of all homes: publishes on the homes' broker, no faster than it is allowed to."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.sharedctypes import Synchronized

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from cli.broker import LOOPBACK, PLAYER
from domain.ids import GatewayId
from tests.faults.campaign.homes import Message, messages

MOST_ON_THE_WAY = 500
PATIENCE_S = 60.0
LOOK_AGAIN_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerPlan:
    """What is played, and where."""

    port: int
    password: str
    gateways: tuple[GatewayId, ...]
    seed: int
    rounds: int
    start: datetime

    def of_home(self, number: int) -> Iterator[Message]:
        """Yield the messages of one home."""
        return messages(self.seed, number, rounds=self.rounds, start=self.start)


def play(plan: PlayerPlan, allowed: "Synchronized[float]", published: "Synchronized[int]") -> None:
    """Publish everything; returns when the homes' broker has all of it.

    Args:
        plan: What to publish.
        allowed: Which part of each home may be published by now, 0 to 1; shared.
        published: Counts the readings of what was published; shared.

    Raises:
        TimeoutError: The homes' broker does not take it.
    """
    room = threading.Semaphore(MOST_ON_THE_WAY)
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=PLAYER)
    client.username_pw_set(PLAYER, plan.password)
    client.max_inflight_messages_set(MOST_ON_THE_WAY)
    client.on_publish = lambda *_: room.release()
    client.connect(LOOPBACK, plan.port)
    client.loop_start()
    wait = threading.Event()
    total = sum(1 for _ in plan.of_home(0))
    homes = [plan.of_home(number) for number in range(len(plan.gateways))]
    for number, together in enumerate(zip(*homes, strict=True)):
        while number > allowed.value * total:
            wait.wait(LOOK_AGAIN_S)
        for gateway, message in zip(plan.gateways, together, strict=True):
            topic = f"local/{gateway}/zigbee2mqtt/{message.device}"
            for _ in range(message.times):
                _take(room)
                client.publish(topic, message.payload, qos=1)
            published.value += len(message.readings)
    for _ in range(MOST_ON_THE_WAY):
        _take(room)
    client.disconnect()
    client.loop_stop()


def _take(room: threading.Semaphore) -> None:
    if not room.acquire(timeout=PATIENCE_S):
        message = "the homes' broker takes no more messages"
        raise TimeoutError(message)
