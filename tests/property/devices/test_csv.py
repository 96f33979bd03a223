"""Whatever a file holds: it is read, or refused by name; and the counts of the report add up."""

from hypothesis import example, given
from hypothesis import strategies as st

from devices.simulators.recorded import read
from domain.errors import InputError

HEADERS = st.sampled_from(["time,sensor,kind,room,value", "time,power_w"])
TIMES = st.one_of(
    st.datetimes().map(lambda at: at.isoformat()),
    st.text(max_size=12),
    st.just("2026-02-29T00:00:00"),
)
KINDS = st.sampled_from(["motion", "door", "item", "light", "temperature", "power", "other", "x"])
VALUES = st.one_of(
    st.sampled_from(["ON", "OFF", "OPEN", "CLOSE", "nan", "-inf", ""]),
    st.floats().map(str),
    st.text(max_size=8),
)
SENSORS = st.one_of(st.sampled_from(["a", "b", "a/b", "a_b"]), st.text(max_size=6))
ROWS = st.one_of(
    st.tuples(TIMES, SENSORS, KINDS, st.text(max_size=5), VALUES).map(",".join),
    st.tuples(TIMES, VALUES).map(",".join),
    st.text(max_size=40),
)


@given(header=HEADERS, rows=st.lists(ROWS, max_size=30))
@example(header="time,power_w", rows=['0,"'])
@example(header="time,power_w", rows=["\0"])
def test_read_never_fails_in_another_way(header: str, rows: list[str]) -> None:
    """Rows of any kind are played or counted, and only an InputError is ever raised."""
    try:
        recording = read([header, *rows], where="any")
    except InputError:
        return
    report = recording.report

    assert report.rows == (
        report.played + report.repeated + sum(report.unplayable.values()) + report.bad
    )
    assert report.played == len(recording.events)
    assert report.rows <= len(rows)
    instants = [event.at for event in recording.events]
    assert instants == sorted(instants)
    names = [device.name for device in recording.devices]
    assert len(names) == len(set(names))


@given(lines=st.lists(st.text(max_size=60), max_size=5))
def test_any_text_is_refused_by_name(lines: list[str]) -> None:
    """Text that is no such file at all is an InputError, or by chance a file."""
    found = "CSV-"
    try:
        read(lines, where="any")
    except InputError as error:
        found = error.problem.code

    assert found.startswith("CSV-")
