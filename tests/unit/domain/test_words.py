"""The small words: ids, access, quantities, moments, errors."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import Access, Role, Scope, of_user, service
from domain.errors import SHOWN_CHARACTERS, Problem, shown
from domain.ids import MunicipalityId, SensorId, UserId, is_id, new_id
from domain.moments import from_ms, to_ms
from domain.quantity import SPECS, Quantity, is_activity, is_believed
from domain.reading import Reading

TOWN = MunicipalityId("town")


def test_ids_are_safe_in_a_topic_and_never_the_same() -> None:
    """26 characters, 128 bits."""
    ids = {new_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert all(is_id(each) and len(each) == 26 for each in ids)


@pytest.mark.parametrize("text", ["", "ab", "a" * 33, "A" * 3, "a/b", "a+b", "a#b", "$ab", "abc\n"])
def test_what_is_no_id(text: str) -> None:
    """Wildcards, slashes, capitals, a line feed at the end: nothing of it passes."""
    assert not is_id(text)


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.ADMINISTRATOR, Scope.MUNICIPALITY),
        (Role.AUDITOR, Scope.MUNICIPALITY),
        (Role.CASEWORKER, Scope.ASSIGNED),
        (Role.TECHNICIAN, Scope.ASSIGNED),
        (Role.FAMILY, Scope.OWN),
    ],
)
def test_how_far_a_person_reaches(role: Role, scope: Scope) -> None:
    """Never beyond their own municipality."""
    access = of_user(UserId("someone"), role, TOWN)

    assert (access.scope, access.municipality) == (scope, TOWN)


def test_no_person_is_a_service() -> None:
    """The role that reaches everything is given to code only."""
    with pytest.raises(ValueError, match="SYSTEM"):
        of_user(UserId("someone"), Role.SYSTEM, TOWN)
    assert service("ingest").scope is Scope.EVERYTHING


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.TECHNICIAN])
def test_who_sees_no_names(role: Role) -> None:
    """Whoever does not care for people sees none."""
    assert not Access(actor="x", role=role, scope=Scope.ASSIGNED, municipality=TOWN).sees_people


@pytest.mark.parametrize("quantity", Quantity)
def test_no_value_that_is_not_a_number_is_believed(quantity: Quantity) -> None:
    """Nor one outside the range; the edges are inside."""
    spec = SPECS[quantity]

    for value in (math.nan, math.inf, -math.inf, spec.low - 1, spec.high + 1):
        assert not is_believed(quantity, value)
    assert is_believed(quantity, spec.low)
    assert is_believed(quantity, spec.high)
    assert is_believed(quantity, 0.5) is not spec.is_state or spec.low > 0.5


def test_only_what_a_person_does_is_activity() -> None:
    """Doors both ways, motion and the button when they are 1, nothing else at all."""
    active = {(q, v) for q in Quantity for v in (0.0, 1.0) if is_activity(q, v)}

    assert active == {
        (Quantity.DOOR, 0.0),
        (Quantity.DOOR, 1.0),
        (Quantity.OPENING, 0.0),
        (Quantity.OPENING, 1.0),
        (Quantity.MOTION, 1.0),
        (Quantity.HELP, 1.0),
    }


@given(st.datetimes(timezones=st.just(UTC)))
def test_moments_keep_whole_milliseconds(instant: datetime) -> None:
    """There and back loses less than one, and never goes up."""
    back = from_ms(to_ms(instant))

    assert timedelta() <= instant - back < timedelta(milliseconds=1)
    assert to_ms(back) == to_ms(instant)


def test_a_naive_time_is_refused_everywhere() -> None:
    """By the moment and by the reading."""
    naive = datetime(2026, 3, 1)  # noqa: DTZ001 (the point of the test)

    with pytest.raises(TypeError):
        to_ms(naive)
    with pytest.raises(ValueError, match="no time zone"):
        Reading(
            sensor=SensorId("motion-one"), quantity=Quantity.MOTION, value=1.0, observed_at=naive
        )


@given(st.text())
def test_foreign_text_is_shown_short_and_in_one_line(text: str) -> None:
    """Escaped and cut: nothing can break out of a log line."""
    told = shown(text)

    assert len(told) <= SHOWN_CHARACTERS + 2
    assert told.isprintable()


def test_a_problem_is_one_line() -> None:
    """CODE where: found; allowed; do."""
    problem = Problem(code="ABC-001", where="file", found="this", allowed="that", do="so")

    assert str(problem) == "ABC-001 file: this; that; so"
