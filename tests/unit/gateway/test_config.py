"""A gateway's file is read whole or refused by name, and never when others can read it."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.errors import InputError
from domain.ids import GatewayId, SensorId
from domain.quantity import Quantity
from gateway.config import GatewayConfig, dump_config, load_config
from gateway.drivers.frame import Device
from messaging.client import BrokerSettings
from messaging.keys import GatewayKey

SECRET = bytes(range(32))


def _write(path: Path, content: str, *, mode: int = 0o600) -> Path:
    path.write_text(content)
    path.chmod(mode)
    return path


def _tree() -> dict[str, Any]:
    return {
        "gateway": "gw-1",
        "key": {"generation": 2, "secret": SECRET.hex()},
        "uplink": {"host": "broker.example", "port": 8883, "username": "gw-1", "password": "hush"},
        "devices": {
            "front door": {"sensor": "s-1"},
            "fridge": {"sensor": "s-2", "contact": "opening"},
        },
    }


def test_file_is_read(tmp_path: Path) -> None:
    """What stands in the file is what the gateway runs with; the rest has defaults."""
    config = load_config(_write(tmp_path / "gateway.json", json.dumps(_tree())))

    assert config.gateway == "gw-1"
    assert config.key == GatewayKey(generation=2, secret=SECRET)
    assert config.outbox == tmp_path / "outbox.db"
    assert config.uplink.port == 8883
    assert config.local == BrokerSettings()
    assert config.devices["front door"] == Device(sensor=SensorId("s-1"))
    assert config.devices["fridge"].contact is Quantity.OPENING


def test_toml_is_read(tmp_path: Path) -> None:
    """A person may write TOML instead."""
    text = """
        gateway = "gw-1"
        base_topic = "z2m"
        [key]
        generation = 1
        file = "key.hex"
        [uplink]
        host = "broker.example"
        [devices."front door"]
        sensor = "s-1"
    """
    _write(tmp_path / "key.hex", f"{SECRET.hex()}\n")

    config = load_config(_write(tmp_path / "gateway.toml", text))

    assert (config.base_topic, config.key.secret) == ("z2m", SECRET)


def test_written_file_reads_back(tmp_path: Path) -> None:
    """What `mimamori gateway add` writes is what the gateway reads."""
    config = GatewayConfig(
        gateway=GatewayId("gw-1"),
        key=GatewayKey(generation=3, secret=SECRET),
        outbox=tmp_path / "box.db",
        local=BrokerSettings(username="home", password="a"),
        uplink=BrokerSettings(host="h", port=8883, username="gw-1", password="b", mqtt5=True),
        devices={
            "remote": Device(
                sensor=SensorId("s-1"), is_help_button=False, heartbeat=timedelta(hours=2)
            )
        },
        base_topic="z/2",
    )
    path = _write(tmp_path / "gateway.json", dump_config(config).decode())

    assert load_config(path) == config


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """A key that others can read is no key."""
    path = _write(tmp_path / "gateway.json", json.dumps(_tree()), mode=mode)

    assert _code(path) == "CFG-001"


def test_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """The same holds for a key that lies beside the file."""
    tree = _tree() | {"key": {"generation": 1, "file": "key.hex"}}
    _write(tmp_path / "key.hex", SECRET.hex(), mode=0o644)

    assert _code(_write(tmp_path / "gateway.json", json.dumps(tree))) == "CFG-001"


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    """What is not a file that can be read is said to be none."""
    assert _code(tmp_path / "none.json") == "CFG-001"
    tmp_path.chmod(0o700)
    assert _code(tmp_path) == "CFG-001"


@pytest.mark.parametrize("text", ["", "{", "gateway = 1", "[1, 2"])
def test_broken_json_is_named(tmp_path: Path, text: str) -> None:
    """A file that is no JSON is refused as that."""
    assert _code(_write(tmp_path / "gateway.json", text)) == "CFG-002"


def test_broken_toml_is_named(tmp_path: Path) -> None:
    """A file that is no TOML is refused as that."""
    assert _code(_write(tmp_path / "gateway.toml", "gateway = ")) == "CFG-002"


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree.update(gatway="gw-1"),
        lambda tree: tree.update(gateway="GW 1"),
        lambda tree: tree.update(gateway=5),
        lambda tree: tree.pop("uplink"),
        lambda tree: tree["uplink"].update(port=70_000),
        lambda tree: tree["uplink"].update(prot=1),
        lambda tree: tree["key"].update(secret="00"),
        lambda tree: tree["key"].update(secret="x" * 64),
        lambda tree: tree["key"].update(generation=0),
        lambda tree: tree["key"].update(file="also.hex"),
        lambda tree: tree["devices"].update(lamp={"sensor": "s 3"}),
        lambda tree: tree["devices"].update(lamp={"sensor": "s-3", "contact": "motion"}),
        lambda tree: tree["devices"].update(lamp={"sensor": "s-3", "heartbeat_s": 0}),
        lambda tree: tree.update(base_topic="zigbee2mqtt/#"),
    ],
)
def test_wrong_value_is_named(tmp_path: Path, change: Callable[[Any], None]) -> None:
    """A misspelt key or an impossible value stops the start, not the night after."""
    tree = _tree()
    change(tree)

    assert _code(_write(tmp_path / "gateway.json", json.dumps(tree))) == "CFG-005"


def test_missing_authority_is_named(tmp_path: Path) -> None:
    """Without the authority's file the gateway could not tell the city's broker from another."""
    tree = _tree()
    tree["uplink"]["ca_file"] = "none.pem"

    assert _code(_write(tmp_path / "gateway.json", json.dumps(tree))) == "CFG-012"


def test_secrets_are_not_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the settings' form nor an error of theirs tells a key or a password."""
    tree = _tree() | {"unknown": 1}
    with caplog.at_level(logging.DEBUG), pytest.raises(InputError) as caught:
        load_config(_write(tmp_path / "gateway.json", json.dumps(tree)))
    config = load_config(_write(tmp_path / "gateway.json", json.dumps(_tree())))

    for text in (repr(config), str(caught.value), caplog.text):
        assert "hush" not in text
        assert SECRET.hex() not in text
        assert repr(SECRET) not in text


def _code(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_config(path)
    return caught.value.problem.code
