"""The trial of a broker: ours passes, one that lets somebody do what is not theirs does not."""

from pathlib import Path

import pytest

from cli.broker import CITY, LOOPBACK, TEST_PROBE, AccessRules
from cli.mosquitto import Mosquitto
from cli.mosquitto_files import hash_password, password_file
from cli.self_test import Door, prove
from domain.errors import PermanentError
from messaging.topics import TESTERS
from tests.integration.broker.city import City
from tests.support.services import require

PASSWORDS = dict.fromkeys((*TESTERS, TEST_PROBE), "a password of the test")
NOBODY_ANONYMOUS, FORCED_ID = "allow_anonymous false", "use_username_as_clientid true"
OPEN_PATTERN = "pattern write mimamori/v1/+/up/#\n"


async def tried(folder: Path, rules: str, *, without: tuple[str, ...] = ()) -> str:
    """Try out a broker with other rules or another configuration; returns what was found."""
    require("mosquitto", "whether a badly configured broker is found out")
    broker = Mosquitto(folder, AccessRules(mosquitto=rules, allows=CITY.allows))
    broker.write(rules, password_file({user: hash_password(PASSWORDS[user]) for user in PASSWORDS}))
    conf = folder / "mosquitto.conf"
    for line in without:
        assert line in conf.read_text()
        conf.write_text(conf.read_text().replace(line, f"#{line}"))
    if NOBODY_ANONYMOUS in without:
        conf.write_text(f"allow_anonymous true\n{conf.read_text()}")
    await broker.launch()
    try:
        await prove(Door(host=LOOPBACK, port=broker.port), None, PASSWORDS)
    except PermanentError as error:
        return str(error)
    finally:
        await broker.stop()
    return ""


async def test_our_own_rules_pass(tmp_path: Path) -> None:
    """The control: nothing is found where nothing is wrong."""
    assert not await tried(tmp_path, CITY.mosquitto)


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        (CITY.mosquitto + OPEN_PATTERN, "speak on mimamori/v1/selftest-b/up/normal"),
        (CITY.mosquitto + "pattern read mimamori/#\n", "hear mimamori/v1/selftest-a/down/receipt"),
        (
            CITY.mosquitto.replace("pattern write", "pattern read"),
            "what a gateway sends",
        ),
        (CITY.mosquitto.replace("/down/#", "/up/#"), "what a gateway is sent"),
    ],
    ids=["all may write", "all may read", "nobody may write", "nobody may hear"],
)
async def test_wrong_rules_are_found_out(tmp_path: Path, rules: str, found: str) -> None:
    """Too much and too little are both told by name."""
    assert found in await tried(tmp_path, rules)


@pytest.mark.parametrize(
    ("without", "found"),
    [
        ((NOBODY_ANONYMOUS, FORCED_ID), "without a password"),
        ((FORCED_ID,), "throw another off"),
        (("acl_file",), "speak on"),
        (("password_file",), "it "),
    ],
    ids=["anonymous", "client id", "no access list", "no passwords"],
)
async def test_a_wrong_configuration_is_found_out(
    tmp_path: Path, without: tuple[str, ...], found: str
) -> None:
    """Each line that keeps strangers out is missed when it is gone."""
    told = await tried(tmp_path, CITY.mosquitto, without=without)

    assert told.startswith("BRK-003 ")
    assert found in told


async def test_a_running_broker_is_tried_without_a_trace(city: City) -> None:
    """The testers are gone afterwards, and a gateway that was connected stays connected."""
    gateway = await city.add_gateway()
    await city.broker.sync()
    async with city.client(gateway) as client:
        await city.broker.test()
        await client.publish(f"mimamori/v1/{gateway}/up/normal", b"still here", qos=1)

    lines = (city.installation.city_broker / "passwords").read_text()
    assert not [tester for tester in PASSWORDS if tester in lines]
