"""People are told before the certificate of the door ends: at 30, 14 and 3 days, each once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.certificate_watch import CERTIFICATE, CertificateWatch, stage_begun
from cli.certificates import SERVER_LASTS, keep_own, own_files
from cli.installation import Installation
from cli.settings import BrokerSettings
from domain.access import service
from domain.clock import VirtualClock
from domain.finding import Cause, Phase, Reason
from storage.register import findings
from storage.signals import Log
from storage.stores import Stores

NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)
ENDS_AT = NOON + SERVER_LASTS
ACCESS = service("test")
DAY = timedelta(days=1)
HOST = "broker.city.example"


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Stores]:
    """Return stores that are closed at the end."""
    with Stores.open(tmp_path / "stores") as opened:
        yield opened


def settings_of(folder: Path) -> BrokerSettings:
    """Return the settings of an operator with certificates of their own."""
    files = own_files(folder)
    return BrokerSettings(
        public_host=HOST,
        certificate=files.certificate,
        key=files.key,
        authority=files.authority,
    )


def told(stores: Stores) -> list[tuple[Phase, Reason, datetime]]:
    """Return what the findings say of the certificate."""
    log = [one.finding for one in stores.register.read_now(lambda c: findings.after(c, ACCESS, 0))]
    assert {(one.cause, one.service) for one in log} <= {(Cause.SERVICE_FAILED, CERTIFICATE)}
    return [(one.phase, one.reason, one.began_at) for one in log]


@pytest.mark.parametrize(
    ("left", "stage"), [(31, None), (30, 30), (15, 30), (14, 14), (4, 14), (3, 3), (0, 3), (-9, 3)]
)
def test_the_stage_is_the_nearest_that_has_begun(left: int, stage: int | None) -> None:
    """Also when the end has passed."""
    begun = None if stage is None else ENDS_AT - stage * DAY

    assert stage_begun(ENDS_AT, now=ENDS_AT - left * DAY) == begun


async def test_each_stage_is_told_once_and_its_end_too(stores: Stores, tmp_path: Path) -> None:
    """However often one looks, and across restarts; a renewed certificate ends it."""
    own = tmp_path / "own"
    keep_own(own, HOST, now=NOON)
    clock = VirtualClock(NOON)
    nudge = stores.signals.subscribe(Log.FINDING)

    async def look() -> None:
        watch = CertificateWatch(Installation(tmp_path), settings_of(own), stores, clock)
        await watch.look_once()
        await watch.look_once()

    await look()
    assert told(stores) == []
    ends_at = ENDS_AT
    for left in (30, 29, 14, 5, 3, 1):
        clock.push(ends_at - left * DAY)
        await look()
    keep_own(own, HOST, now=clock.now())
    await look()

    assert told(stores) == [
        (Phase.BEGUN, Reason.CERTIFICATE_ENDS, ends_at - 30 * DAY),
        (Phase.BEGUN, Reason.CERTIFICATE_ENDS, ends_at - 14 * DAY),
        (Phase.BEGUN, Reason.CERTIFICATE_ENDS, ends_at - 3 * DAY),
        (Phase.RECOVERED, Reason.CERTIFICATE_RENEWED, clock.now()),
    ]
    assert await nudge.wait(clock, timeout_s=1.0)


async def test_a_renewed_file_is_no_renewed_door(stores: Stores, tmp_path: Path) -> None:
    """The running broker has the operator's old one until it is restarted, and so has the watch."""
    own = tmp_path / "own"
    keep_own(own, HOST, now=NOON)
    clock = VirtualClock(ENDS_AT - DAY)
    running = CertificateWatch(Installation(tmp_path), settings_of(own), stores, clock)
    await running.look_once()
    keep_own(own, HOST, now=clock.now())

    await running.look_once()
    assert [phase for phase, _, _ in told(stores)] == [Phase.BEGUN]
    await CertificateWatch(Installation(tmp_path), settings_of(own), stores, clock).look_once()
    assert [phase for phase, _, _ in told(stores)] == [Phase.BEGUN, Phase.RECOVERED]


async def test_what_cannot_be_read_ends_nothing(stores: Stores, tmp_path: Path) -> None:
    """The broker tells of it; the watch looks again."""
    settings = settings_of(tmp_path / "nowhere")

    await CertificateWatch(Installation(tmp_path), settings, stores, VirtualClock(NOON)).look_once()

    assert told(stores) == []


@pytest.mark.parametrize(("host", "count"), [(HOST, 1), ("", 0)])
async def test_it_looks_only_where_there_is_a_door(
    stores: Stores, tmp_path: Path, host: str, count: int
) -> None:
    """Without one no certificate is used."""
    installation = Installation(tmp_path)
    keep_own(installation.certificates, HOST, now=NOON)

    async def wait(_: float) -> None:
        raise InterruptedError

    clock = VirtualClock(NOON + SERVER_LASTS)
    watch = CertificateWatch(
        installation, BrokerSettings(public_host=host), stores, clock, wait=wait
    )
    with pytest.raises(InterruptedError):
        await watch.run()

    assert len(told(stores)) == count
