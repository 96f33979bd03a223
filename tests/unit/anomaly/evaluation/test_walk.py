"""Walking forward: false alarms, outings, outages, and a detector that would look ahead."""

from __future__ import annotations

import numpy as np
import pytest

from anomaly.evaluation.figures import false_alarms
from anomaly.evaluation.homes import Home
from anomaly.evaluation.walk import spans, ticks, waking_hours, walk
from anomaly.localtime import Seconds
from domain.errors import InputError
from tests.unit.anomaly.evaluation.made_up import After, Foresight, at, home, steady

ANY = [1 / 30]


def due(one: Home, hours: float) -> Seconds:
    """Return the deadlines of a fixed rule after each judged tick."""
    return walk(After(hours), one, ticks(one), budgets=ANY).due_s[0]


def test_judging_begins_after_the_warm_up() -> None:
    """28 days are only learned from; of a shorter recording 45 %, up to the next midnight."""
    assert ticks(home(steady(80))).at_s[0] == at(28)
    assert ticks(home(steady(40))).at_s[0] == at(18)
    assert ticks(home(steady(20))).at_s[0] == at(9)


def test_one_silence_is_one_false_alarm() -> None:
    """A silence of ten hours is one false alarm at eight hours, and none at twelve."""
    one = home(steady(40, silent=[(at(30, 8), at(30, 18))]))

    assert false_alarms(ticks(one), due(one, 8)).sum() == 1
    assert false_alarms(ticks(one), due(one, 12)).sum() == 0


def test_a_silence_before_the_test_period_counts_for_nothing() -> None:
    """What was learned from is not judged."""
    one = home(steady(40, silent=[(at(10, 8), at(10, 18))]))

    assert false_alarms(ticks(one), due(one, 8)).sum() == 0


def test_alarms_earlier_than_a_quarter_of_an_hour_count_as_at_it() -> None:
    """A deadline of a minute raises nothing in a home that speaks each ten minutes."""
    one = home(steady(40))

    assert false_alarms(ticks(one), due(one, 1 / 60)).sum() == 0


def test_the_last_of_a_minute_is_its_tick() -> None:
    """Many events of one minute are one tick, at the last of them."""
    bursts = np.concatenate([steady(40), steady(40) + 5, steady(40) + 20])

    found = ticks(home(bursts))

    assert found.at_s[0] == at(18) + 20
    assert found.at_s.size == 22 * 144 - 1


def test_an_outing_is_told_by_the_door_on_both_sides() -> None:
    """The entrance moved before the silence and at its end; only before it is none."""
    silent = [(at(30, 8), at(30, 18)), (at(32, 8), at(32, 18))]
    doors = [at(30, 8) + 30, at(30, 18) + 20, at(32, 8) + 30]
    one = home(steady(40, silent=silent), doors=doors)
    judged = ticks(one)
    false = false_alarms(judged, due(one, 8))

    assert false.sum() == 2
    assert (false & judged.outing).sum() == 1


def test_labels_tell_an_outing_by_most_of_the_silence() -> None:
    """Out for more than half of a silence."""
    silent = (at(30, 8), at(30, 18))
    most, little = [(at(30, 8.5), at(30, 17))], [(at(30, 8.5), at(30, 10))]

    for out, expected in ((most, 1), (little, 0)):
        judged = ticks(home(steady(40, silent=[silent]), out=out))
        assert judged.outing.sum() == expected


def test_an_outage_is_no_silence_and_no_time() -> None:
    """While the recorder was off nothing is false, and its days are not judged."""
    silent = (at(30), at(32))
    intact = ticks(home(steady(40)))
    one = home(steady(40, silent=[silent]), outages=[silent])
    judged = ticks(one)

    assert false_alarms(judged, due(one, 8)).sum() == 0
    assert judged.days == pytest.approx(intact.days - 2, abs=0.01)


def test_a_detector_that_looks_ahead_is_refused() -> None:
    """Its answer changes when what came later is taken away."""
    one = home(steady(40, silent=[(at(30, 8), at(30, 18))]))

    with pytest.raises(InputError, match="EVL-001"):
        walk(Foresight(), one, ticks(one), budgets=ANY)


def test_nothing_behind_the_past_can_be_reached() -> None:
    """A detector gets copies that cannot be written to, and ends before its midnight."""
    seen = []

    class Curious(After):
        def learn(self, past, *, until, zone):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            seen.append(past.history.at_s)
            return After.learn(self, past, until=until, zone=zone)

    one = home(steady(40))
    walk(Curious(8), one, ticks(one), budgets=ANY)

    assert all(array.base is None and not array.flags.writeable for array in seen)


def test_long_recordings_are_learned_once_a_week() -> None:
    """More than 100 days to judge: each seventh midnight; else each."""
    assert [b - a for a, b in list(spans(home(steady(40))))[:2]] == [86_400, 86_400]
    assert [b - a for a, b in list(spans(home(steady(140))))[:2]] == [7 * 86_400] * 2


def test_waking_hours_are_those_of_half_of_the_days() -> None:
    """Up from seven to nine each day, and once at night."""
    mornings = [at(day, hour) for day in range(20) for hour in (7.1, 8.9)]
    waking = waking_hours(home(np.array([*mornings, at(20, 3)])).history)

    assert np.flatnonzero(waking).tolist() == [7, 8]
