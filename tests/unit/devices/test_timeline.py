"""The lives of many homes as one stream."""

from datetime import UTC, datetime, timedelta

from devices.simulators.homes import fleet
from devices.simulators.incapacity import incapacitated
from devices.simulators.timeline import Station, Timeline

BEGIN = datetime(2026, 4, 5, tzinfo=UTC)
END = BEGIN + timedelta(hours=30)


def stations() -> list[Station]:
    """Return three homes on the air."""
    return [
        Station(home=f"h{number}", base_topic=f"z{number}", source=home)
        for number, home in enumerate(fleet(3))
    ]


def test_nothing_is_left_out_and_all_is_in_order() -> None:
    """Taken in small portions, every event of every home comes once, in order of time."""
    timeline = Timeline(stations(), BEGIN)
    taken = []
    while portion := timeline.take(END, 50):
        taken += portion
    expected = [
        (number, event)
        for number, station in enumerate(stations())
        for event in station.source.events(BEGIN, END + timedelta(milliseconds=1))
    ]

    assert [event.at for _, event in taken] == sorted(event.at for _, event in expected)
    for number in range(3):
        assert [one for one in taken if one[0] == number] == [
            one for one in expected if one[0] == number
        ]


def test_portion_never_ends_within_a_millisecond() -> None:
    """Events of one millisecond stay together, so that an instant is a position."""
    timeline = Timeline(stations(), BEGIN)
    last = None
    while portion := timeline.take(END, 1):
        assert last is None or portion[0][1].at > last
        last = portion[-1][1].at


def test_next_event_is_known_before_it_is_taken() -> None:
    """The next instant is that of the next event taken."""
    timeline = Timeline(stations(), BEGIN)
    next_at = timeline.next_at()

    assert next_at is not None
    assert timeline.take(next_at, 1)[0][1].at == next_at


def test_no_home_no_event() -> None:
    """Without homes nothing comes, and the search for it ends."""
    assert Timeline([], BEGIN).next_at() is None


def test_replaced_home_lives_its_story_from_there_on() -> None:
    """A story put over one home changes what comes, also what was already fetched."""
    timeline = Timeline(stations(), BEGIN)
    since = BEGIN + timedelta(hours=1)
    timeline.take(since, 10_000)
    timeline.replace(1, incapacitated(stations()[1].source, since), since + timedelta(seconds=1))
    later = timeline.take(END, 100_000)

    assert not [event for number, event in later if number == 1 and event.resident_made]
    assert [event for number, event in later if number == 0 and event.resident_made]
    assert [event.at for _, event in later] == sorted(event.at for _, event in later)
