"""The digest as a view: one sentence with the numbers, and a line with evidence for each home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from alerting.digest import DigestLine, Standing, counted, ordered
from dashboard.web import words
from dashboard.web.languages import Language
from domain.ids import HomeId
from domain.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """What arrived only after the record of a day was taken, which stays as it was; aware, UTC."""

    seen_at: datetime
    """When all of it had arrived."""
    activity_at: datetime | None
    """A movement of that morning in it, the last one that is known; None: there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One home."""

    url: str
    title: str
    code: str
    verdict: Verdict
    verdict_word: str
    evidence: str
    at: str
    """The instant that the evidence is of."""
    late: str
    """What arrived only after a record was taken; empty: nothing did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The homes that stand alike."""

    standing: Standing
    word: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView:
    """The whole digest."""

    day: str
    sentence: str
    groups: tuple[Group, ...]
    is_record: bool
    taken: str
    """When a record was taken; empty for today as it stands."""
    is_late: bool
    """Whether something of it arrived later."""


def digest_view(
    lines: Sequence[DigestLine],
    names: Mapping[HomeId, str],
    late: Mapping[HomeId, Late],
    *,
    day: date,
    as_of: datetime,
    zone: ZoneInfo,
    is_record: bool,
    language: Language,
) -> DigestView:
    """Count and order the homes; those not known to be well come first.

    Args:
        lines: What the morning says of each home.
        names: Of residents, where they may be seen.
        late: What arrived after the record was taken; empty for today as it stands.
        day: The local day.
        as_of: When it was, or is, so; aware, UTC. Times are told as of then.
        zone: The office's, for the time in the sentence.
        is_record: Whether it was kept, or is today as it stands.
        language: Of the texts.
    """
    counts, rows = counted(lines), ordered(lines)
    taken = language.clock(as_of, zone)
    return DigestView(
        day=language.long_day(day),
        sentence=language.gettext(
            "%(confirmed)d of %(total)d confirmed well by %(time)s; %(away)d away, %(unseen)d"
            " cannot tell, %(unconfirmed)d unconfirmed.",
            confirmed=counts[Standing.CONFIRMED],
            total=len(lines),
            time=taken,
            away=counts[Standing.AWAY],
            unseen=counts[Standing.CANNOT_TELL],
            unconfirmed=counts[Standing.UNCONFIRMED],
        ),
        groups=tuple(
            Group(
                standing=standing,
                word=language.gettext(
                    "%(word)s (%(number)d)",
                    word=standing_word(standing, language),
                    number=counts[standing],
                ),
                rows=tuple(
                    _row(line, names.get(line.home, ""), late.get(line.home), as_of, language)
                    for line in rows
                    if line.standing is standing
                ),
            )
            for standing in Standing
        ),
        is_record=is_record,
        taken=taken if is_record else "",
        is_late=bool(late),
    )


def standing_word(value: Standing, language: Language) -> str:
    """Name what the morning says of a home."""
    gettext = language.gettext
    match value:
        case Standing.CONFIRMED:
            return gettext("Confirmed well")
        case Standing.AWAY:
            return gettext("Away, as planned")
        case Standing.CANNOT_TELL:
            return gettext("Cannot tell")
        case Standing.UNCONFIRMED:
            return gettext("Unconfirmed: please make sure")
        case _:
            assert_never(value)


def _row(
    line: DigestLine, name: str, late: Late | None, as_of: datetime, language: Language
) -> Row:
    evidence, instant = _evidence(line, language)
    zone = ZoneInfo(line.time_zone)
    return Row(
        url=f"/homes/{line.home}",
        title=name or line.code,
        code=line.code if name else "",
        verdict=line.verdict,
        verdict_word=words.verdict(line.verdict, language),
        evidence=evidence,
        at="–" if instant is None else language.moment(instant, zone, now=as_of),
        late="" if late is None else _late(late, line.day, zone, language),
    )


def _late(late: Late, day: date, zone: ZoneInfo, language: Language) -> str:
    """Say what arrived too late for the record, and when that was seen."""
    seen = language.clock(late.seen_at, zone)
    if late.seen_at.astimezone(zone).date() != day:
        date_ = language.date_of(late.seen_at, zone)
        seen = language.gettext("%(date)s, %(time)s", date=date_, time=seen)
    if late.activity_at is None:
        return language.gettext("Arrived late (%(seen)s): no later movement", seen=seen)
    moved = language.clock(late.activity_at, zone)
    return language.gettext("Arrived late (%(seen)s): movement at %(time)s", seen=seen, time=moved)


def _evidence(line: DigestLine, language: Language) -> tuple[str, datetime | None]:
    """Return what the line rests on, without a room, and when that was."""
    gettext = language.gettext
    if line.standing is Standing.AWAY:
        return gettext("Absent until"), line.away_until
    if line.standing is Standing.CANNOT_TELL and line.blind_since is not None:
        return gettext("Cannot be seen since"), line.blind_since
    return gettext("Last movement"), line.last_activity_at
