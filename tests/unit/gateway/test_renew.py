"""A carried renewal changes key and uplink of a gateway's file, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import InputError
from domain.ids import GatewayId, SensorId
from gateway.config import GatewayConfig, dump_config, load_config
from gateway.drivers.frame import Device
from gateway.renew import renew
from messaging.client import BrokerSettings
from messaging.keys import derive

GATEWAY = GatewayId("gateway-one")


def config(generation: int, *, gateway: GatewayId = GATEWAY) -> GatewayConfig:
    """Return a gateway's settings with the key of a generation."""
    return GatewayConfig(
        gateway=gateway,
        key=derive(b"m" * 32, gateway, generation),
        outbox=Path("elsewhere/outbox.db"),
        local=BrokerSettings(port=1884),
        uplink=BrokerSettings(
            host="broker.city.example", username=f"user-{generation}", password="p", ca_pem="PEM"
        ),
        devices={"front door": Device(sensor=SensorId("door-one"))},
        base_topic="z2m",
    )


def written(path: Path, content: GatewayConfig) -> Path:
    """Write a gateway's file."""
    path.touch(mode=0o600)
    path.write_bytes(dump_config(content))
    return path


def test_only_key_and_uplink_change(tmp_path: Path) -> None:
    """Devices, outbox and the home's own broker stay; the carried file is gone afterwards."""
    present = written(tmp_path / "home.json", config(1))
    new = replace(config(2), devices={}, base_topic="x", local=BrokerSettings())
    carried = written(tmp_path / "new.json", new)
    before = load_config(present)

    renew(present, carried)

    after = load_config(present)
    assert after == replace(before, key=new.key, uplink=new.uplink)
    assert after.uplink.ca_pem == "PEM"
    assert present.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home.json"]


@pytest.mark.parametrize("defect", ["another gateway", "an older key", "no file", "damaged"])
def test_a_wrong_file_changes_nothing(tmp_path: Path, defect: str) -> None:
    """The file of another home, or of yesterday, leaves the gateway as it is."""
    present, carried = written(tmp_path / "home.json", config(2)), tmp_path / "new.json"
    before = present.read_bytes()
    if defect == "another gateway":
        written(carried, config(3, gateway=GatewayId("gateway-two")))
    elif defect == "an older key":
        written(carried, config(1))
    elif defect == "damaged":
        written(carried, config(3)).write_text("{")

    with pytest.raises(InputError):
        renew(present, carried)

    assert present.read_bytes() == before
