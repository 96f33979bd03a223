"""Which keys of a gateway are believed, and which one answers, while a rotation is under way."""

from dataclasses import replace

import pytest

from ingest.opening import Keyring
from messaging.keys import derive, sign, split_signature
from tests.support.wire import GATEWAY, MASTER, gateway, keyring

BODY = b"anything"


def heard(ring: Keyring, generation: int, *, master: bytes = MASTER) -> bool:
    """Tell whether what a key signed is believed."""
    known = ring.gateway(GATEWAY)
    assert known is not None
    signed = split_signature(sign(BODY, derive(master, GATEWAY, generation)), where="test")
    return ring.is_signed_by(known, signed)


def rotating() -> Keyring:
    """Return a keyring in which the gateway has its second and third key."""
    return keyring(replace(gateway(), key_generations=(3, 2)))


@pytest.mark.parametrize(
    ("generation", "is_believed"), [(1, False), (2, True), (3, True), (4, False)]
)
def test_only_valid_generations_are_believed(generation: int, *, is_believed: bool) -> None:
    """Ended ones and those to come are not, however well they sign."""
    assert heard(rotating(), generation) is is_believed
    assert not heard(rotating(), generation, master=b"x" * 32)


def test_the_answer_is_signed_with_the_key_that_was_heard() -> None:
    """A gateway knows one key: the old one until the new file is there, then the new one."""
    ring = rotating()
    known = ring.gateway(GATEWAY)
    assert known is not None

    assert ring.key(known).generation == 3
    assert heard(ring, 2)
    assert ring.key(known).generation == 2
    assert ring.taken_over() == {}
    assert heard(ring, 3)
    assert heard(ring, 2)
    assert ring.key(known).generation == 3
    assert ring.taken_over() == {GATEWAY: 3}


def test_a_gateway_whose_keys_have_all_ended_does_not_speak() -> None:
    """It is treated as one that is not registered."""
    assert keyring(replace(gateway(), key_generations=())).gateway(GATEWAY) is None


def test_one_key_is_no_rotation() -> None:
    """Nothing is to be ended where nothing older is valid."""
    ring = keyring(gateway())

    assert heard(ring, 1)
    assert ring.taken_over() == {}
