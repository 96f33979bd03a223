"""The words that pages use for the closed sets of the domain, each in one place.

On the Japanese words. `well` is not 異常なし ("nothing is wrong"), which would promise more than a
sensor can know, and not 安否確認済 ("confirmed safe"), which a person says after a visit. What the
system knows is that the home is heard and that movement follows its usual course: ふだんどおり
("as usual"). `cannot_see` is 確認できません: it says of us that we do not know, and nothing of the
resident.
"""

from __future__ import annotations

from typing import assert_never

from dashboard.web.languages import Language
from domain.access import Role
from domain.case import CaseState, Outcome, ResolvedCause
from domain.channel import Channel
from domain.evidence import Evidence
from domain.finding import Cause, Kind
from domain.verdict import Verdict


def verdict(value: Verdict, language: Language) -> str:
    """Name a verdict."""
    gettext = language.gettext
    match value:
        case Verdict.ALERT:
            return gettext("Alert")
        case Verdict.CANNOT_SEE:
            return gettext("Cannot see")
        case Verdict.AWAY:
            return gettext("Away")
        case Verdict.WELL:
            return gettext("Well")
        case _:
            assert_never(value)


def counted(value: Verdict, number: int, language: Language) -> str:
    """Say how many homes have a verdict, as in "1 alert"."""
    ngettext = language.ngettext
    match value:
        case Verdict.ALERT:
            return ngettext("%(num)d alert", "%(num)d alerts", number)
        case Verdict.CANNOT_SEE:
            return ngettext("%(num)d cannot see", "%(num)d cannot see", number)
        case Verdict.AWAY:
            return ngettext("%(num)d away", "%(num)d away", number)
        case Verdict.WELL:
            return ngettext("%(num)d well", "%(num)d well", number)
        case _:
            assert_never(value)


def kind(value: Kind, language: Language) -> str:
    """Name whom a case is about."""
    match value:
        case Kind.RESIDENT:
            return language.gettext("Resident")
        case Kind.TECHNICAL:
            return language.gettext("Equipment")
        case _:
            assert_never(value)


def cause(value: Cause, language: Language) -> str:  # noqa: PLR0911 (a table)
    """Name what was seen."""
    gettext = language.gettext
    match value:
        case Cause.INACTIVITY:
            return gettext("No movement")
        case Cause.HELP:
            return gettext("Help button")
        case Cause.ABSENCE:
            return gettext("Movement during an absence")
        case Cause.GATEWAY_SILENT:
            return gettext("Nothing heard from the home")
        case Cause.SENSOR_SILENT:
            return gettext("A sensor is not heard")
        case Cause.GATEWAY_FORGED:
            return gettext("Somebody sends in the gateway's name")
        case Cause.SERVICE_FAILED:
            return gettext("A service of this system stands still")
        case _:
            assert_never(value)


def state(value: CaseState, language: Language) -> str:
    """Name where a case stands."""
    gettext = language.gettext
    match value:
        case CaseState.ASKING:
            return gettext("The resident is being asked")
        case CaseState.ANSWERED:
            return gettext("The resident has answered")
        case CaseState.TRIGGERED:
            return gettext("Nobody has taken it on")
        case CaseState.ACKNOWLEDGED:
            return gettext("Taken on")
        case CaseState.RESOLVED:
            return gettext("Closed")
        case _:
            assert_never(value)


def outcome(value: Outcome, language: Language) -> str:  # noqa: PLR0911 (a table)
    """Name what was verified."""
    gettext = language.gettext
    match value:
        case Outcome.WELL:
            return gettext("Spoken to or seen, and well")
        case Outcome.HELPED:
            return gettext("Needed help and got it")
        case Outcome.HANDED_OVER:
            return gettext("Handed over to emergency services or family")
        case Outcome.HOSPITAL:
            return gettext("Taken to hospital")
        case Outcome.DIED:
            return gettext("Has died")
        case Outcome.REPAIRED:
            return gettext("The equipment works again")
        case Outcome.UNVERIFIED:
            return gettext("Closed without verification")
        case _:
            assert_never(value)


def resolved_cause(value: ResolvedCause, language: Language) -> str:  # noqa: C901, PLR0911, PLR0912 (a table)
    """Name what it turned out to be."""
    gettext = language.gettext
    match value:
        case ResolvedCause.EMERGENCY:
            return gettext("A real emergency")
        case ResolvedCause.ASLEEP:
            return gettext("Was asleep")
        case ResolvedCause.OUT:
            return gettext("Was out")
        case ResolvedCause.HOSPITAL_STAY:
            return gettext("Was in hospital")
        case ResolvedCause.DAY_SERVICE:
            return gettext("Was at a day service")
        case ResolvedCause.VISITOR:
            return gettext("Had a visitor")
        case ResolvedCause.PRESSED_BY_MISTAKE:
            return gettext("Pressed by mistake")
        case ResolvedCause.SENSOR:
            return gettext("A sensor was at fault")
        case ResolvedCause.POWER_OR_LINE:
            return gettext("Power or line was cut")
        case ResolvedCause.TEST:
            return gettext("A test")
        case ResolvedCause.DRILL:
            return gettext("A drill")
        case ResolvedCause.OTHER:
            return gettext("Something else")
        case _:
            assert_never(value)


def evidence(value: Evidence, language: Language) -> str:  # noqa: PLR0911 (a table)
    """Name a kind of entry of a timeline."""
    gettext = language.gettext
    match value:
        case Evidence.ACTIVITY:
            return gettext("Movement")
        case Evidence.CASE:
            return gettext("Findings")
        case Evidence.MESSAGE:
            return gettext("Messages")
        case Evidence.REPLY:
            return gettext("Answers")
        case Evidence.ATTEMPT:
            return gettext("Calls and visits")
        case Evidence.ABSENCE:
            return gettext("Absences")
        case Evidence.REPORT:
            return gettext("Reports from outside")
        case _:
            assert_never(value)


def channel(value: Channel, language: Language) -> str:
    """Name a way to tell people."""
    match value:
        case Channel.EMAIL:
            return language.gettext("E-mail")
        case Channel.WEBHOOK:
            return language.gettext("Linked system (webhook)")
        case Channel.APPRISE:
            return language.gettext("Other service (Apprise)")
        case _:
            assert_never(value)


def role(value: Role, language: Language) -> str:
    """Name what a person is here for."""
    gettext = language.gettext
    match value:
        case Role.ADMINISTRATOR:
            return gettext("Administrator")
        case Role.CASEWORKER:
            return gettext("Caseworker")
        case Role.FAMILY:
            return gettext("Family")
        case Role.TECHNICIAN:
            return gettext("Technician")
        case Role.AUDITOR:
            return gettext("Auditor")
        case Role.SYSTEM:
            return gettext("System")
        case _:
            assert_never(value)


def room(name: str, language: Language) -> str:
    """Name a room: one of the usual words in the reader's language, any other as it was written."""
    found = _ROOMS.get(name.strip().lower().replace("_", " "))
    return name if found is None else language.gettext(found)


def N_(message: str) -> str:  # noqa: N802 (the name that scripts/messages looks for)
    """Mark a text that is translated where it is used."""
    return message


_ROOMS = {
    "bath": N_("bathroom"),
    "bathroom": N_("bathroom"),
    "bedroom": N_("bedroom"),
    "corridor": N_("hallway"),
    "dining": N_("dining room"),
    "dining room": N_("dining room"),
    "entrance": N_("entrance"),
    "hall": N_("hallway"),
    "hallway": N_("hallway"),
    "kitchen": N_("kitchen"),
    "living": N_("living room"),
    "living room": N_("living room"),
    "toilet": N_("toilet"),
    "washroom": N_("washroom"),
}
