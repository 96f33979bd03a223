"""Reads what the pages of homes need and renders their regions, for the page and for its stream."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy import Connection

from dashboard.live.regions import Region
from dashboard.pages.absences.view import row as standing_row
from dashboard.pages.cases.view import case_row
from dashboard.pages.frame import freshness_region
from dashboard.pages.homes.activity import draw, window
from dashboard.pages.homes.home_view import absence_rows, head, picture_view, sensor_rows, split
from dashboard.pages.homes.list_view import Board, board, title_of
from dashboard.pages.homes.usual import Usual, usual
from dashboard.parts import Parts
from dashboard.web.languages import Language
from domain.access import Access, Role
from domain.finding import Kind
from domain.ids import HomeId
from domain.verdict import Verdict
from storage.register import case_pages, homes, services
from storage.register.absences import ABSENCE
from storage.register.case_pages import CaseSummary
from storage.register.homes import Absence, HomeSummary, SensorSummary
from storage.register.services import ServiceState
from storage.register.standing import Standing, standing_now

PAST_CASES = timedelta(days=90)
"""How far back the page of a home shows closed cases."""
PICTURE_EVERY_S = 60.0
"""How often an open page draws its picture anew, in real seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """The list of homes, as values and as regions."""

    board: Board
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """The page of one home, as regions."""

    title: str
    regions: tuple[Region, ...]

    def html(self) -> dict[str, Markup]:
        """Return the regions by id, to be put into the page."""
        return {region.id: Markup(region.html) for region in self.regions}  # noqa: S704 (rendered by us)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    home: HomeSummary
    sensors: list[SensorSummary]
    absences: list[Absence]
    modes: list[Standing]
    cases: list[CaseSummary]
    states: list[ServiceState]


async def load_list(
    parts: Parts, access: Access, language: Language, *, query: str, shown: Verdict | None
) -> ListPage:
    """Read all homes within reach and render the list."""
    now = parts.clock.now()

    def read(connection: Connection) -> tuple[list[HomeSummary], list[ServiceState]]:
        found = homes.summaries(connection, access, parts.vault, now=now)
        return found, services.states(connection, access)

    found, states = await parts.read(read)
    view = board(found, query=query, shown=shown, now=now, language=language)
    render = parts.templates.render
    rows = {
        f"home-{row.id}": render("homes/_row.html", language.code, row=row) for row in view.rows
    }
    joined = [Markup(row) for row in rows.values()]  # noqa: S704 (rendered by us)
    return ListPage(
        board=view,
        regions=(
            freshness_region(parts, states, language.code, now=now),
            Region(id="board", html=render("homes/_board.html", language.code, board=view)),
            Region(
                id="homes",
                html=render("homes/_list.html", language.code, board=view, rows=joined),
                rows=rows,
            ),
        ),
    )


class HomeLoader:
    """Loads the page of one home again and again; keeps its picture between two drawings."""

    def __init__(self, parts: Parts, access: Access, language: Language, home_id: HomeId) -> None:
        """Take who asks for what."""
        self._parts, self._access, self._language = parts, access, language
        self._home_id = home_id
        self._picture: Region | None = None
        self._usual: Usual | None = None
        self._drawn_s = 0.0

    async def load(self) -> HomePage | None:
        """Read and render the page; None when there is no such home within reach."""
        now, language = self._parts.clock.now(), self._language
        found = await self._parts.read(lambda connection: self._read(connection, now))
        if found is None:
            return None
        if found.home.sees_activity:
            await self._draw(found.home, now)
        home, zone = found.home, ZoneInfo(found.home.time_zone)
        cases = [case_row(case, fallback=zone, now=now, language=language) for case in found.cases]
        regions = [
            freshness_region(self._parts, found.states, language.code, now=now),
            self._region(
                "head",
                head=head(home, usual=self._usual, now=now, language=language),
            ),
            self._region(
                "sensors",
                sensors=sensor_rows(found.sensors, zone=zone, now=now, language=language),
            ),
            self._region("home-cases", cases=split(cases)),
            self._region(
                "absences",
                absences=absence_rows(found.absences, zone=zone, now=now, language=language),
                modes=[
                    standing_row(one, role=self._access.role, now=now, language=language)
                    for one in found.modes
                ],
                absences_url=(
                    f"/homes/{self._home_id}/absences"
                    if self._access.role is not Role.ADMINISTRATOR
                    else ""
                ),
            ),
        ]
        if self._picture is not None:
            regions.append(self._picture)
        return HomePage(title=title_of(home), regions=tuple(regions))

    async def regions(self) -> tuple[Region, ...] | None:
        """Return the regions alone, for the stream."""
        page = await self.load()
        return None if page is None else page.regions

    def _read(self, connection: Connection, now: datetime) -> _Found | None:
        access, vault = self._access, self._parts.vault
        home = homes.summary(connection, access, vault, self._home_id, now=now)
        if home is None:
            return None
        cases = case_pages.cases(
            connection, access, vault, resolved_since=now - PAST_CASES, now=now, of_home=home.id
        )
        return _Found(
            home=home,
            sensors=homes.sensors(connection, access, home.id, now=now),
            absences=homes.absences(connection, access, home.id, now=now),
            modes=[
                one
                for one in standing_now(connection, access, now=now, of_home=home.id)
                if one.what != ABSENCE
            ],
            cases=[case for case in cases if home.sees_activity or case.kind is Kind.TECHNICAL],
            states=services.states(connection, access),
        )

    async def _draw(self, home: HomeSummary, now: datetime) -> None:
        """Draw the picture and find what is usual, at most each `PICTURE_EVERY_S`."""
        real_s = self._parts.clock.monotonic()
        if self._picture is not None and real_s - self._drawn_s < PICTURE_EVERY_S:
            return
        self._drawn_s = real_s
        zone = ZoneInfo(home.time_zone)
        since, until = window(now, zone)
        counts, seen = await asyncio.to_thread(self._hours, since, until)
        view = picture_view(
            draw(counts, seen, since=home.observed_since, now=now, zone=zone), self._language
        )
        self._picture = self._region("picture", picture=view)
        last = home.view.last_activity_at
        self._usual = (
            usual(counts, seen, last_activity_at=last, now=now, zone=zone) if last else None
        )

    def _hours(
        self, since: datetime, until: datetime
    ) -> tuple[Mapping[datetime, int], set[datetime]]:
        readings = self._parts.readings
        counts = readings.activity_by_hour(self._home_id, since, until)
        return counts, readings.seen_by_hour(self._home_id, since, until)

    def _region(self, name: str, **values: object) -> Region:
        template = f"homes/_{name.replace('-', '_')}.html"
        html = self._parts.templates.render(template, self._language.code, **values)
        return Region(id=name, html=html)
