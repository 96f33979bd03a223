"""The folder of returned mails: booked before it is removed, and nothing of others is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerting import bounces
from alerting.bounces import Bounce
from alerting.ports import Message
from cli.bounce_folder import BounceFolder
from domain.clock import VirtualClock
from domain.ids import NotificationId
from storage.stores import Stores
from tests.support.bounced_mail import report_on
from tests.support.scenario_mail import Told

NOON = datetime(2026, 3, 10, 3, tzinfo=UTC)


@pytest.fixture
def booked(monkeypatch: pytest.MonkeyPatch) -> list[Bounce]:
    """Return what was booked; what it does to a case is tested with the bounces themselves."""
    found: list[Bounce] = []

    def take_in(connection: object, access: object, bounce: Bounce, **of: object) -> int:
        del connection, access, of
        found.append(bounce)
        return 1

    monkeypatch.setattr(bounces, "take_in", take_in)
    return found


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """Return a maildir as a mail server makes one."""
    made = tmp_path / "maildir"
    for name in ("new", "cur", "tmp"):
        (made / name).mkdir(parents=True)
    return made


@pytest.fixture
def folder(maildir: Path, tmp_path: Path) -> Iterator[BounceFolder]:
    """Look into the maildir."""
    with Stores.open(tmp_path / "stores") as stores:
        yield BounceFolder(maildir, stores, VirtualClock(NOON), base_url="https://m.example")


def a_report() -> bytes:
    """Return the report of a mail server about one of our mails."""
    message = Message(
        id=NotificationId("n-1"),
        address="gone@city.example",
        subject="-",
        body="-",
        language="en",
        written_at=NOON,
    )
    return report_on(Told(at=NOON, login="gone", message=message), status="5.1.1")


def files(maildir: Path) -> list[Path]:
    """Return all mails of a maildir."""
    return list(maildir.glob("*/*"))


async def test_a_report_is_booked_and_removed(
    folder: BounceFolder, maildir: Path, booked: list[Bounce]
) -> None:
    """The mail server only has to write a file; a second look finds nothing."""
    (maildir / "new" / "1.host").write_bytes(a_report())

    assert await folder.look_once() == 1
    assert [(one.message, one.is_permanent) for one in booked] == [("n-1", True)]
    assert files(maildir) == []
    assert await folder.look_once() == 0


async def test_other_mail_is_kept(
    folder: BounceFolder, maildir: Path, booked: list[Bounce]
) -> None:
    """An answer that somebody wrote to the sender's address is for a person to read."""
    (maildir / "new" / "2.host").write_bytes(b"Subject: thank you\n\nShe is well.\n")

    assert await folder.look_once() == 0
    assert booked == []
    (kept,) = files(maildir)
    assert (kept.parent.name, kept.read_bytes()[-4:]) == ("cur", b"ll.\n")


async def test_what_could_not_be_booked_stays(
    folder: BounceFolder, maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure between reading and booking loses no report."""

    def fail(*of: object, **more: object) -> int:
        raise OSError(len(of), len(more))

    monkeypatch.setattr(bounces, "take_in", fail)
    (maildir / "new" / "1.host").write_bytes(a_report())

    with pytest.raises(OSError):  # noqa: PT011 (which one is the test's own)
        await folder.look_once()
    assert [path.name for path in files(maildir)] == ["1.host"]
