"""The digest over HTTP: today as it stands, the record of a day, and when the mail is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection

from alerting.digest import DigestLine, Standing
from alerting.morning import DEFAULT_MINUTE, lines
from dashboard.auth.admission import access_of, visitor_of
from dashboard.pages.auditing import book_view
from dashboard.pages.digest.view import Late, digest_view
from dashboard.pages.frame import render
from dashboard.parts import Parts, parts_of
from dashboard.web.errors import Code, PageError
from domain.access import Access
from domain.ids import HomeId
from domain.verdict import Verdict, VerdictReason
from storage.register import digests, homes
from storage.register.digests import Record

router = APIRouter()
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    lines: Sequence[DigestLine]
    names: Mapping[HomeId, str]
    late: Mapping[HomeId, Late]
    as_of: datetime
    minute: int | None


@router.get("/digest")
async def show(request: Request, day: Annotated[date | None, Query()] = None) -> HTMLResponse:
    """Show today as it stands, or the record of a day; that it was looked at is written down."""
    parts, access, language = parts_of(request), access_of(request), visitor_of(request).language
    now, zone = parts.clock.now(), ZoneInfo(parts.settings.time_zone)
    today = now.astimezone(zone).date()
    found = await parts.read(lambda c: _read(c, parts, access, day, now))
    wanted = day or today
    await book_view(parts, access, action="digest.view", object_=f"digest:{day or 'now'}")
    return render(
        request,
        "digest/digest.html",
        digest=digest_view(
            found.lines,
            found.names,
            found.late,
            day=wanted,
            as_of=found.as_of,
            zone=zone,
            is_record=day is not None,
            language=language,
        ),
        has_homes=bool(found.lines),
        before=wanted - DAY if day is not None else today,
        after=wanted + DAY if day is not None and wanted < today else None,
        wish="" if found.minute is None else _clock(found.minute),
    )


@router.post("/digest/wish")
async def set_wish(
    request: Request,
    *,
    at: Annotated[str, Form(max_length=8)] = "",
    off: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Let the one who asks have the mail at a local time, or not at all."""
    parts, access = parts_of(request), access_of(request)
    minute, now = (None if off else _minute(at)), parts.clock.now()
    await parts.write(lambda c: digests.set_wish(c, access, minute, now=now))
    return RedirectResponse("/digest", 303)


def _read(
    connection: Connection, parts: Parts, access: Access, day: date | None, now: datetime
) -> _Found:
    minute = digests.wish(connection, access, default=DEFAULT_MINUTE)
    summaries = homes.summaries(connection, access, parts.vault, now=now)
    names = {one.id: one.person.name for one in summaries if one.person and one.person.name}
    if day is None:
        found = lines(connection, access, now=now)
        return _Found(lines=found, names=names, late={}, as_of=now, minute=minute)
    records = digests.of_day(connection, access, day, now=now)
    return _Found(
        lines=[_line(one) for one in records],
        names=names,
        late={
            one.home: Late(seen_at=one.late_at, activity_at=one.late_activity_at)
            for one in records
            if one.late_at is not None
        },
        as_of=max((one.as_of for one in records), default=now),
        minute=minute,
    )


def _line(record: Record) -> DigestLine:
    return DigestLine(
        home=record.home,
        code=record.code,
        time_zone=record.time_zone,
        day=record.day,
        standing=Standing(record.standing),
        verdict=Verdict(record.verdict),
        reason=VerdictReason(record.reason),
        confirmed_at=record.confirmed_at,
        last_activity_at=record.last_activity_at,
        away_until=record.away_until,
        blind_since=record.blind_since,
    )


def _minute(text: str) -> int:
    try:
        clock = time.fromisoformat(text)
    except ValueError:
        raise PageError(Code.INVALID) from None
    if clock.tzinfo is not None:
        raise PageError(Code.INVALID)
    return clock.hour * 60 + clock.minute


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
