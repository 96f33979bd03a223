"""Leases on the outbox: who may send a message now, and who may say what came of it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from alerting.intake import follow
from alerting.service import ACCESS
from domain.finding import Cause, Reason
from storage.register import contact_methods, findings, leases, users
from storage.register.leases import LONGEST_RETRY_S, Claimed, Lease
from storage.register.notifications import NotificationState
from storage.register.schema import notification
from tests.support.town import NOON, SYSTEM, Town, a_finding

BOOT_S = 1_000.0
LENGTH_S = 30.0


def claim(
    connection: Connection,
    *,
    owner: str = "one",
    at_s: float = BOOT_S,
    now: datetime = NOON,
    limit: int = 8,
) -> list[Claimed]:
    """Claim as a worker, at some monotonic second."""
    lease = Lease(owner=owner, now_s=at_s, length_s=LENGTH_S)
    return leases.claim(connection, ACCESS, lease, now=now, limit=limit)


@pytest.fixture(autouse=True)
def _message(connection: Connection, town: Town) -> None:
    """One message in the outbox: about K-07, to sato."""
    findings.append(connection, SYSTEM, a_finding(town.home))
    follow(connection, ACCESS, base_url="https://mimamori.example", now=NOON)


def test_claimed_message_is_nobody_elses(connection: Connection) -> None:
    """While a lease lasts, no other worker sends the message."""
    first = claim(connection, owner="one")
    second = claim(connection, owner="two", at_s=BOOT_S + LENGTH_S - 1)

    assert [message.address for message in first] == ["sato@city.example"]
    assert first[0].attempts == 1
    assert second == []


def test_lease_of_a_dead_worker_ends(connection: Connection) -> None:
    """A message that nobody finished is claimed again when the lease is over."""
    claim(connection, owner="dead")
    again = claim(connection, owner="two", at_s=BOOT_S + LENGTH_S)

    assert [message.attempts for message in again] == [2]


def test_lease_from_before_a_reboot_is_over(connection: Connection) -> None:
    """A lease further ahead than any can be was made before the machine started."""
    claim(connection, owner="dead", at_s=1_000_000.0)

    assert len(claim(connection, owner="two", at_s=5.0)) == 1


def test_late_worker_cannot_book(connection: Connection) -> None:
    """Whoever lost the lease changes nothing any more; the new holder does."""
    (lost,) = claim(connection, owner="slow")
    (held,) = claim(connection, owner="two", at_s=BOOT_S + LENGTH_S)
    accepted = NotificationState.ACCEPTED

    assert not leases.finish(connection, ACCESS, lost, accepted, owner="slow")
    assert leases.finish(connection, ACCESS, held, accepted, owner="two")


def test_worker_that_claims_its_own_lost_message_books_only_the_new_attempt(
    connection: Connection,
) -> None:
    """The attempt is part of the lease: an owner's old attempt is not its new one."""
    (lost,) = claim(connection, owner="one")
    claim(connection, owner="one", at_s=BOOT_S + LENGTH_S)

    assert not leases.finish(connection, ACCESS, lost, NotificationState.REFUSED, owner="one")


def test_failed_attempt_waits_for_its_retry(connection: Connection) -> None:
    """A message that was put back is claimed when its wait is over, not before."""
    (failed,) = claim(connection)
    leases.put_back(connection, ACCESS, failed, owner="one", error="busy", retry_at_s=BOOT_S + 5)

    assert leases.next_look(connection, ACCESS, now_s=BOOT_S).after_s == 5
    assert claim(connection, at_s=BOOT_S + 4.9) == []
    assert len(claim(connection, at_s=BOOT_S + 5)) == 1


def test_retry_from_before_a_reboot_is_due(connection: Connection) -> None:
    """A retry further ahead than any is set comes from before the machine started."""
    (failed,) = claim(connection, at_s=1_000_000.0)
    retry = 1_000_000.0 + LONGEST_RETRY_S
    leases.put_back(connection, ACCESS, failed, owner="one", error="busy", retry_at_s=retry)

    assert len(claim(connection, at_s=5.0)) == 1


def test_future_message_waits(connection: Connection) -> None:
    """Nothing leaves before it is due."""
    connection.execute(notification.update().values(due_at=NOON + timedelta(hours=1)))

    assert claim(connection) == []
    assert leases.next_look(connection, ACCESS, now_s=BOOT_S).due_at == NOON + timedelta(hours=1)


def test_people_come_before_equipment(connection: Connection, town: Town) -> None:
    """However many messages about equipment wait, one about a resident leaves first."""
    early = a_finding(
        town.other_home,
        cause=Cause.GATEWAY_SILENT,
        reason=Reason.NOTHING_HEARD,
        found_at=NOON - timedelta(hours=1),
    )
    findings.append(connection, SYSTEM, early)
    follow(connection, ACCESS, base_url="https://x.example", now=NOON - timedelta(hours=1))

    assert [m.address for m in claim(connection, limit=1)] == ["sato@city.example"]


def test_address_is_looked_up_when_the_message_leaves(connection: Connection, town: Town) -> None:
    """Whoever was disabled meanwhile has no address any more."""
    users.disable(connection, SYSTEM, town.people["sato"], now=NOON)

    assert [message.address for message in claim(connection)] == [None]


def test_what_waits_for_a_method_that_is_off_has_no_address(
    connection: Connection, town: Town
) -> None:
    """It is told over the person's others, as of a method that was removed."""
    of = town.people["sato"]
    known = contact_methods.of_people(connection, SYSTEM, [of])[of]
    for one in known:
        contact_methods.disable(connection, SYSTEM, one.id, now=NOON)

    assert [message.address for message in claim(connection)] == [None]


def test_finished_message_is_not_claimed_again(connection: Connection) -> None:
    """Accepted is the end."""
    (message,) = claim(connection)
    leases.finish(connection, ACCESS, message, NotificationState.ACCEPTED, owner="one")

    assert claim(connection, at_s=BOOT_S + 1e6) == []
    assert connection.execute(select(notification.c.lease_owner)).scalar() is None
