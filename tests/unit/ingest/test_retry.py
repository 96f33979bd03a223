"""What was quarantined goes back under its own identity once its cause is mended, and only once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import InputError, Problem
from domain.gateway import KnownGateway
from domain.ids import SensorId
from domain.quantity import Lane
from domain.reading import ClockQuality, RecordId
from ingest.admission import admit
from ingest.opening import Keyring
from ingest.reprojection import readings_in
from ingest.retry import Outcome, Retried, retry
from storage.journal import quarantine
from storage.journal.sqlite import Journal
from storage.readings.port import PlacedReading
from tests.support.outcome import outcome_of, take_in
from tests.support.wire import (
    GATEWAY,
    NOON,
    arrived,
    envelope,
    gateway,
    head,
    keyring,
    motion,
    power,
    signed,
)

NEW = SensorId("sensor-two")
LATER = NOON + timedelta(days=2)


def with_new_sensor() -> KnownGateway:
    """Return the gateway after a technician has registered the new sensor."""
    known = gateway()
    return replace(known, sensors={**known.sensors, NEW: False})


def ids(journal: Journal) -> list[int]:
    """Return the numbers of all items."""
    return sorted(kept.id for kept in journal.read(lambda c: quarantine.items(c, limit=100)))


def stored(journal: Journal, known: KnownGateway) -> list[PlacedReading]:
    """Return the readings of the whole journal, each identity once, as the store would."""
    found = readings_in(journal.after(0), {GATEWAY: known})
    return list({reading.id: reading for reading in found}.values())


def retry_all(journal: Journal, keys: Keyring) -> list[Retried]:
    """Try all items again."""
    return [retry(journal, keys, number, now=LATER) for number in ids(journal)]


def unknown_sensor(journal: Journal, clock: ClockQuality = ClockQuality.SYNCED) -> None:
    """Admit an envelope whose second record is of a sensor that is not registered."""
    records = [motion(NOON - timedelta(minutes=3)), motion(NOON - timedelta(minutes=2), NEW)]
    take_in(journal, arrived(envelope(records, clock=clock)))


def test_a_sensor_that_is_registered_later_gets_its_reading(journal: Journal) -> None:
    """Same identity, time and receipt as if it had been known from the first."""
    unknown_sensor(journal)
    (number,) = ids(journal)

    result = retry(journal, keyring(with_new_sensor()), number, now=LATER)

    assert result == Retried(id=number, outcome=Outcome.ADMITTED)
    entry = journal.after(1)[0]
    (placed,) = readings_in([entry], {GATEWAY: with_new_sensor()})
    assert placed.id == RecordId(gateway=GATEWAY, lane=Lane.NORMAL, epoch="epoch-one", seq=2)
    assert placed.reading.observed_at == NOON - timedelta(minutes=2)
    assert placed.received_at == NOON + timedelta(seconds=1)
    assert ids(journal) == []


def test_projecting_all_again_gives_the_same_reading_once(journal: Journal) -> None:
    """The record stands in two entries now, and both say the same."""
    unknown_sensor(journal)
    retry_all(journal, keyring(with_new_sensor()))

    found = readings_in(journal.after(0), {GATEWAY: with_new_sensor()})

    assert [reading.id.seq for reading in found] == [1, 2, 2]
    assert found[1] == found[2]


def test_a_retry_after_a_retry_changes_nothing(journal: Journal) -> None:
    """It says so."""
    unknown_sensor(journal)
    (number,) = ids(journal)
    keys = keyring(with_new_sensor())
    retry(journal, keys, number, now=LATER)

    assert retry(journal, keys, number, now=LATER) == Retried(id=number, outcome=Outcome.IN_BEFORE)
    assert journal.head() == 2


def test_what_is_not_mended_stays_and_is_marked(journal: Journal) -> None:
    """With the code that keeps it and when it was tried; counts stay exact."""
    unknown_sensor(journal)
    (number,) = ids(journal)

    result = retry(journal, keyring(), number, now=LATER)

    assert result == Retried(id=number, outcome=Outcome.STILL_BAD, code="MQT-018")
    kept = journal.read(lambda c: quarantine.item(c, number))
    assert kept is not None
    assert (kept.retried_at, kept.retried_code) == (LATER, "MQT-018")
    assert journal.quarantine_counts() == {"MQT-018": 1}
    assert journal.head() == 1


def test_an_unknown_clock_stays_unknown(journal: Journal) -> None:
    """The record keeps the clock of its envelope: never activity, booked at its receipt."""
    unknown_sensor(journal, ClockQuality.UNKNOWN)
    retry_all(journal, keyring(with_new_sensor()))

    (placed,) = readings_in(journal.after(1), {GATEWAY: with_new_sensor()})

    assert placed.quality is ClockQuality.UNKNOWN
    assert placed.reading.observed_at == NOON + timedelta(seconds=1)


def test_a_value_that_cannot_be_true_stays(journal: Journal) -> None:
    """Nothing that is registered makes it good."""
    take_in(journal, arrived(envelope([power(NOON, 1e8)])))

    assert [result.outcome for result in retry_all(journal, keyring())] == [Outcome.STILL_BAD]


def test_a_reading_with_an_impossible_time_is_stored_once(journal: Journal) -> None:
    """It was booked at its receipt; giving it back with another time would double it."""
    take_in(journal, arrived(envelope([motion(NOON - timedelta(days=400))])))
    before = stored(journal, gateway())

    (result,) = retry_all(journal, keyring())

    assert (result.outcome, result.code) == (Outcome.STILL_BAD, "MQT-017")
    assert stored(journal, gateway()) == before
    assert len(before) == 1


def test_a_pack_that_our_own_decoder_refused_goes_in_whole(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its numbers were counted as arrived; its bad record is kept alone."""

    def refuse(*_: object, where: str) -> None:
        problem = Problem(code="MQT-012", where=where, found="x", allowed="y", do="z")
        raise InputError(problem)

    records = [motion(NOON - timedelta(minutes=3)), b'{"n":"x"}', motion(NOON)]
    payload = signed(head(end=3), b"[" + b",".join(records) + b"]")
    with monkeypatch.context() as patch:
        patch.setattr("ingest.opening.check_pack", refuse)
        take_in(journal, arrived(payload))
    (number,) = ids(journal)

    assert retry(journal, keyring(), number, now=LATER).outcome is Outcome.ADMITTED
    assert outcome_of(journal, arrived(envelope())) == ["MQT-012", "MQT-018"]
    assert [reading.id.seq for reading in stored(journal, gateway())] == [1, 3]
    assert retry(journal, keyring(), number, now=LATER).outcome is Outcome.IN_BEFORE


def test_a_gateway_that_is_commissioned_later_is_admitted(journal: Journal) -> None:
    """Its message was kept whole, so it is admitted as it came."""
    admit(journal, Keyring(b"m" * 32, {}), [arrived(envelope([motion(NOON)]))])

    (result,) = retry_all(journal, keyring())

    assert result.outcome is Outcome.ADMITTED
    assert len(stored(journal, gateway())) == 1
    assert ids(journal) == []


def test_a_message_of_an_epoch_that_has_ended_would_double_and_stays(journal: Journal) -> None:
    """The gateway sent these records again in the epoch after it."""
    admit(journal, Keyring(b"m" * 32, {}), [arrived(envelope([motion(NOON)]))])
    take_in(journal, arrived(envelope([motion(NOON)], epoch="epoch-two")))

    (result,) = retry_all(journal, keyring())

    assert (result.outcome, result.code) == (Outcome.STILL_BAD, "MQT-022")
    assert len(stored(journal, gateway())) == 1


def test_a_message_that_has_come_again_meanwhile_is_settled(journal: Journal) -> None:
    """Gateways send until they are receipted, so most have."""
    payload = envelope([motion(NOON)])
    admit(journal, Keyring(b"m" * 32, {}), [arrived(payload)])
    take_in(journal, arrived(payload))

    assert [result.outcome for result in retry_all(journal, keyring())] == [Outcome.IN_BEFORE]
    assert ids(journal) == []


def test_a_message_of_which_only_the_start_was_kept_is_left_to_the_gateway(
    journal: Journal,
) -> None:
    """Half of a message means nothing."""
    records = [motion(NOON - timedelta(seconds=second)) for second in range(60)]
    admit(journal, Keyring(b"m" * 32, {}), [arrived(envelope(records))])

    assert [result.outcome for result in retry_all(journal, keyring())] == [Outcome.CUT]


def test_reused_numbers_never_go_in(journal: Journal) -> None:
    """The gateway sends them in a new epoch."""
    take_in(journal, arrived(envelope([motion(NOON)])))
    take_in(journal, arrived(envelope([motion(NOON - timedelta(hours=1))])))

    (result,) = retry_all(journal, keyring())

    assert (result.outcome, result.code) == (Outcome.STILL_BAD, "SEQ_REUSED")
    assert journal.head() == 1


def test_a_number_that_is_not_there_is_said_so(journal: Journal) -> None:
    """Nothing is done."""
    assert retry(journal, keyring(), 7, now=LATER) == Retried(id=7, outcome=Outcome.UNKNOWN)


def test_a_record_whose_envelope_has_left_the_journal_is_too_old(journal: Journal) -> None:
    """Its clock quality went with it."""
    unknown_sensor(journal)
    journal.write(lambda c: c.execute("DELETE FROM envelope"))

    (result,) = retry_all(journal, keyring(with_new_sensor()))

    assert result.outcome is Outcome.TOO_OLD
