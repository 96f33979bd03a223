"""What a gateway must know of a sensor, be the sensor listed by a technician or simulated."""

from __future__ import annotations

from datetime import timedelta

from devices.simulators.flat import SensorKind
from domain.ids import SensorId
from gateway.drivers.frame import Device


def device_of(sensor: SensorId, kind: SensorKind, heartbeat: timedelta) -> Device:
    """Return the gateway's row of a sensor; it speaks as often as the detector expects.

    Args:
        sensor: The id under which it is registered.
        kind: What it is; a contact is told what it guards.
        heartbeat: How often it speaks even when nothing happens, as registered.
    """
    if kind.is_contact:
        return Device(sensor=sensor, contact=kind.quantity, heartbeat=heartbeat)
    return Device(sensor=sensor, heartbeat=heartbeat)
