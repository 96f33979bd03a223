"""A home whose messages go straight into the Zigbee2MQTT driver."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from domain.ids import SensorId
from domain.quantity import Quantity
from gateway.drivers.frame import Device, State
from gateway.drivers.zigbee2mqtt import Message, Told, translate

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DEVICES = {
    "hall motion": Device(sensor=SensorId("s-motion")),
    "front/door": Device(sensor=SensorId("s-door")),
    "fridge": Device(sensor=SensorId("s-fridge"), contact=Quantity.OPENING),
    "bed, left": Device(sensor=SensorId("s-lamp")),
    "button": Device(sensor=SensorId("s-button")),
    "remote": Device(sensor=SensorId("s-remote"), is_help_button=False),
    "meter": Device(sensor=SensorId("s-meter")),
}


class Home:
    """Feeds messages and remembers what the driver remembers."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self.states: dict[str, State] = {}
        self.codes: list[str] = []

    def say(
        self,
        topic: str,
        payload: Mapping[str, object] | bytes,
        *,
        at: datetime | None = None,
        now: datetime = NOW,
        retained: bool = False,
    ) -> list[tuple[Quantity, float, datetime]]:
        """Publish under the base topic; `at` becomes `last_seen`."""
        told = self.tell(topic, payload, at=at, now=now, retained=retained)
        return [(one.quantity, one.value, one.observed_at) for one in told.readings]

    def tell(
        self,
        topic: str,
        payload: Mapping[str, object] | bytes,
        *,
        at: datetime | None = None,
        now: datetime = NOW,
        retained: bool = False,
    ) -> Told:
        """Publish and return all that came of it."""
        if not isinstance(payload, bytes):
            seen = {} if at is None else {"last_seen": at.isoformat()}
            payload = json.dumps({**payload, **seen}).encode()
        told = translate(
            Message(topic=f"zigbee2mqtt/{topic}", payload=payload, retained=retained),
            DEVICES,
            self.states,
            base_topic="zigbee2mqtt",
            now=now,
        )
        if told.device is not None and told.state is not None:
            self.states[told.device] = told.state
        self.codes += [problem.code for problem in told.problems]
        return told


def second(number: float) -> datetime:
    """Return an instant so many seconds after nine."""
    return NOW + timedelta(seconds=number)
