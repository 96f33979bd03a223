"""The time-of-day line of the longest usual silence."""

from __future__ import annotations

import numpy as np
import pytest

from anomaly.line import line, lines_before, peaks, usual_silence
from anomaly.localtime import SLOTS
from anomaly.silences import History, Tick, silences
from tests.unit.anomaly.homes import BERLIN, HOUR, TOKYO, local


def one_silence(start: str, end: str, *, left: bool = False) -> History:
    """Return a home with one silence, in Tokyo."""
    return History.of([Tick(at=local(start), entrance=left), Tick(at=local(end))])


def peaks_of(history: History) -> tuple[np.ndarray, np.ndarray]:
    """Return the peaks of a home in Tokyo."""
    first, last = float(history.at_s[0]), float(history.at_s[-1])
    return peaks(silences(history), first_s=first, last_s=last, dropped=[], zone=TOKYO)


def test_peaks_grow_with_the_silence_and_cross_midnight() -> None:
    """A slot holds how long the silence had become by its end, also on the next day."""
    home, _ = peaks_of(one_silence("2026-03-10T23:00", "2026-03-11T00:35"))

    assert home.shape == (2, SLOTS)
    assert home[0, 138:].tolist() == [600.0 * n for n in range(1, 7)]
    assert home[1, :4].tolist() == [4200.0, 4800.0, 5400.0, 5700.0]
    assert np.isnan(home[1, 4:]).all()


def test_peaks_after_leaving_are_unobserved_at_home() -> None:
    """Who is out is not silent at home."""
    home, left = peaks_of(one_silence("2026-03-10T10:00", "2026-03-10T11:00", left=True))

    assert left[0, 60:66].tolist() == [600.0 * n for n in range(1, 7)]
    assert np.isnan(home[0, 60:66]).all()
    assert home[0, 66] == 0.0


def test_peaks_of_the_night_that_is_an_hour_longer_are_absolute_time() -> None:
    """When clocks go back the silence from 23:00 to 07:00 lasted nine hours."""
    night = [Tick(at=local(at, BERLIN)) for at in ("2026-10-24T23:00", "2026-10-25T07:00")]
    history = History.of(night)
    first, last = float(history.at_s[0]), float(history.at_s[-1])

    home, _ = peaks(silences(history), first_s=first, last_s=last, dropped=[], zone=BERLIN)

    assert home[1, 41] == 9 * 3600.0
    assert np.all(np.diff(home[1, :42]) > 0)


def test_line_is_zero_where_nothing_was_ever_observed() -> None:
    """No day, or only unobserved slots: no silence is usual, and nothing is NaN."""
    assert line(np.zeros((0, SLOTS))).tolist() == [0.0] * SLOTS
    assert line(np.full((3, SLOTS), np.nan)).tolist() == [0.0] * SLOTS


def test_line_passes_over_the_one_odd_day_of_many() -> None:
    """One day in a hundred does not make a silence usual; every tenth day does."""
    odd = np.zeros((100, SLOTS))
    odd[0] = 3600.0
    tenth = np.zeros((100, SLOTS))
    tenth[::10] = 3600.0

    assert line(odd).max() == 0.0
    assert line(tenth).min() == 3600.0


def test_line_takes_the_longer_silence_of_neighbouring_slots() -> None:
    """A habit may move by half an hour, also around midnight."""
    days = np.zeros((5, SLOTS))
    days[:, 0] = 900.0

    assert np.flatnonzero(line(days)).tolist() == [0, 1, 2, 3, 141, 142, 143]


def test_lines_before_know_nothing_of_their_own_day() -> None:
    """The line against which a day is scored is that of the days before it."""
    days = np.arange(3.0)[:, None] * np.ones(SLOTS)

    before = lines_before(days)

    assert before[:, 0].tolist() == pytest.approx([0.0, 0.0, 0.97])


@pytest.mark.parametrize(("clock_h", "usual_h"), [(23.0, 8.0), (21.0, 0.0), (6.0, 2.0)])
def test_usual_silence_lasts_until_the_elapsed_silence_exceeds_the_line(
    clock_h: float, usual_h: float
) -> None:
    """From bedtime it is the whole night; at 21:00, where nobody was ever silent, it is nothing.

    At 06:00 the night's line still stands, which a new silence exceeds only when it is over at 8.
    """
    night = np.zeros(SLOTS)
    night[23 * 6 :] = 600.0 * np.arange(1, 7)
    night[: 7 * 6] = 3600.0 + 600.0 * np.arange(1, 43)
    night[7 * 6 : 8 * 6] = 8 * 3600.0

    usual = usual_silence(night[None, :], np.array([clock_h * 3600.0]))

    assert usual[0] / 3600 == pytest.approx(usual_h)


def test_usual_silence_ends_after_a_day() -> None:
    """A line that is never exceeded does not give an endless silence."""
    usual = usual_silence(np.full((1, SLOTS), 1e9), np.array([0.0]))

    assert usual.tolist() == [24 * HOUR.total_seconds()]


def test_peaks_keep_the_longer_silence_where_an_hour_comes_twice() -> None:
    """The slots between 02:00 and 03:00 are passed twice that night: the longer silence counts."""
    night = [
        Tick(at=local("2026-10-24T23:00", BERLIN)),
        Tick(at=local("2026-10-25T02:50", BERLIN)),
        Tick(at=local("2026-10-25T07:00", BERLIN)),
    ]
    history = History.of(night)
    first, last = float(history.at_s[0]), float(history.at_s[-1])

    home, _ = peaks(silences(history), first_s=first, last_s=last, dropped=[], zone=BERLIN)

    assert home[1, 15] == (3 * 60 + 40) * 60.0
