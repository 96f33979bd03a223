"""Which embedded broker there is on this machine."""

from __future__ import annotations

from pathlib import Path

from cli.amqtt_broker import AmqttBroker
from cli.broker import AccessRules, Broker
from cli.mosquitto import Mosquitto, find_mosquitto


def make_broker(folder: Path, rules: AccessRules) -> Broker:
    """Return Mosquitto where it is installed, else amqtt; only for simulations on the loopback."""
    if find_mosquitto() is not None:
        return Mosquitto(folder, rules)
    return AmqttBroker(rules)
