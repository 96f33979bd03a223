"""The words for what people tried and saw, each in one place."""

from __future__ import annotations

from typing import assert_never

from dashboard.web.languages import Language
from domain.attempt import AttemptKind, AttemptResult
from domain.report import ReportSource, Sighting


def attempt_kind(value: AttemptKind, language: Language) -> str:
    """Name what was tried, as a button says it."""
    gettext = language.gettext
    match value:
        case AttemptKind.CALL:
            return gettext("Called the resident")
        case AttemptKind.VISIT:
            return gettext("Went to the home")
        case AttemptKind.FAMILY:
            return gettext("Asked the family")
        case AttemptKind.NEIGHBOUR:
            return gettext("Asked a neighbour")
        case AttemptKind.SERVICE:
            return gettext("Asked a service that comes to the home")
        case AttemptKind.AMBULANCE:
            return gettext("Called 119")
        case _:
            assert_never(value)


def attempt_result(  # noqa: PLR0911 (a table)
    kind: AttemptKind, value: AttemptResult, language: Language
) -> str:
    """Name what came of it."""
    gettext = language.gettext
    match value:
        case AttemptResult.NO_ANSWER:
            if kind is AttemptKind.VISIT:
                return gettext("Nobody opened")
            return gettext("No answer")
        case AttemptResult.SPOKE:
            return gettext("Spoke to the resident, who is well")
        case AttemptResult.MET:
            return gettext("Met the resident, who is well")
        case AttemptResult.NEEDS_HELP:
            return gettext("The resident needs help")
        case AttemptResult.TOLD_WELL:
            return gettext("They say the resident is well")
        case AttemptResult.WILL_CHECK:
            return gettext("They go and look")
        case AttemptResult.KNOWS_NOTHING:
            return gettext("They do not know")
        case AttemptResult.ON_THE_WAY:
            return gettext("Help is on its way")
        case _:
            assert_never(value)


def attempt(kind: AttemptKind, result: AttemptResult, language: Language) -> str:
    """Say both in one line."""
    return language.gettext(
        "%(tried)s: %(result)s",
        tried=attempt_kind(kind, language),
        result=attempt_result(kind, result, language),
    )


def report_source(value: ReportSource, language: Language) -> str:  # noqa: PLR0911 (a table)
    """Name who reports."""
    gettext = language.gettext
    match value:
        case ReportSource.NEWSPAPER:
            return gettext("Newspaper shop")
        case ReportSource.COURIER:
            return gettext("Courier or postman")
        case ReportSource.NEIGHBOUR:
            return gettext("Neighbour")
        case ReportSource.FAMILY:
            return gettext("Family or friends")
        case ReportSource.SHOP:
            return gettext("Shop")
        case ReportSource.CARE:
            return gettext("Care or medical service")
        case ReportSource.UTILITY:
            return gettext("Electricity, gas or water")
        case ReportSource.OTHER:
            return gettext("Somebody else")
        case _:
            assert_never(value)


def sighting(value: Sighting, language: Language) -> str:
    """Name what was seen."""
    gettext = language.gettext
    match value:
        case Sighting.WELL:
            return gettext("Saw or spoke to the resident, as usual")
        case Sighting.SIGN_OF_LIFE:
            return gettext("A sign of life: light, washing, a voice")
        case Sighting.PILED_UP:
            return gettext("Newspapers, post or meals not taken in")
        case Sighting.NOBODY_OPENED:
            return gettext("Nobody opened")
        case Sighting.UNUSUAL:
            return gettext("Something unusual")
        case _:
            assert_never(value)


def report(source: ReportSource, seen: Sighting, language: Language) -> str:
    """Say both in one line."""
    return language.gettext(
        "%(source)s: %(seen)s",
        source=report_source(source, language),
        seen=sighting(seen, language),
    )
