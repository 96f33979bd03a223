"""The result of a run as one JSON document; its form is in docs/reference/evaluation.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import msgspec

from anomaly.evaluation.controls import FIXED
from anomaly.evaluation.figures import Figures, matched, pooled, summary
from anomaly.evaluation.gateway_dropouts import LENGTHS_H, together
from anomaly.evaluation.homes import Kind
from anomaly.evaluation.injection import HORIZON_H, INJECTIONS
from anomaly.evaluation.protocol import Judged
from anomaly.evaluation.sensor_dropouts import lost
from anomaly.evaluation.settings import Settings

FORMAT = 1
POOLS: dict[str, frozenset[Kind]] = {
    "events": frozenset({Kind.EVENTS, Kind.LABELS}),
    "meters": frozenset({Kind.METER}),
    "all": frozenset(Kind),
}
NONE_AT_ALL = 0.0
"""The matched reading is given for no false alarm at all, too."""


def document(found: Mapping[str, Judged | str], settings: Settings) -> dict[str, Any]:
    """Return everything that came out; the same run gives the same document."""
    judged = [one for one in found.values() if not isinstance(one, str)]
    return {
        "format": FORMAT,
        "settings": {
            "seed": settings.seed,
            "budgets_per_day": [round(one, 6) for one in settings.budgets],
            "detectors": list(settings.detectors),
            "injections_each": INJECTIONS,
            "horizon_h": HORIZON_H,
        },
        "pools": {name: pool(of_kind(judged, name), settings) for name in POOLS},
        "homes": [_home(one, settings) for one in judged],
        "not_judged": {name: one for name, one in found.items() if isinstance(one, str)},
    }


def encoded(result: dict[str, Any]) -> bytes:
    """Return a document as UTF-8 JSON, indented."""
    return msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n"


def of_kind(judged: Sequence[Judged], name: str) -> list[Judged]:
    """Return the homes of a pool."""
    return [one for one in judged if one.kind in POOLS[name]]


def pool(homes: Sequence[Judged], settings: Settings) -> dict[str, Any]:
    """Return some homes as one, in both readings."""
    return {
        "homes": len(homes),
        "self_calibrated": _readings(homes, settings.budgets, _calibrated(settings)),
        "matched": _readings(homes, [*settings.budgets, NONE_AT_ALL], _matched),
        "gateway_dropouts": _gateway(homes),
        "sensor_dropouts": _sensors(homes),
    }


Chosen = Callable[[Judged, str, float], Figures | None]


def _readings(
    homes: Sequence[Judged], budgets: Sequence[float], chosen: Chosen
) -> list[dict[str, Any]]:
    rules = list(homes[0].calibrated) if homes else []
    rows = []
    for budget in budgets:
        for rule in rules:
            each = [one for home in homes if (one := chosen(home, rule, budget)) is not None]
            if each:
                head = {"budget_per_day": round(budget, 6), "rule": rule}
                rows.append(head | summary(pooled(each)))
    return rows


def _calibrated(settings: Settings) -> Chosen:
    def chosen(home: Judged, rule: str, budget: float) -> Figures | None:
        return home.calibrated[rule][settings.budgets.index(budget)]

    return chosen


def _matched(home: Judged, rule: str, budget: float) -> Figures | None:
    if rule in {one.name for one in FIXED}:
        return None
    ladder = home.ladder[rule]
    return ladder[matched(ladder, budget)]


def _gateway(homes: Sequence[Judged]) -> list[dict[str, Any]]:
    return [
        {"rule": rule, "hours": hours, **asdict(count)}
        for rule in (homes[0].darkness if homes else ())
        for hours, count in zip(
            LENGTHS_H, together([home.darkness[rule] for home in homes]), strict=True
        )
    ]


def _sensors(homes: Sequence[Judged]) -> list[dict[str, Any]]:
    rows = []
    for rule in homes[0].losses if homes else ():
        loss = lost([home.losses[rule] for home in homes])
        rows.append(
            {
                "rule": rule,
                "sensors": loss.sensors,
                "sensor_weeks": round(loss.weeks, 2),
                "extra_alerts": loss.extra,
                "per_10_sensor_weeks": _per_ten(loss.extra, loss.weeks),
                "motion_sensor_weeks": round(loss.motion_weeks, 2),
                "motion_extra_alerts": loss.motion_extra,
                "motion_per_10_sensor_weeks": _per_ten(loss.motion_extra, loss.motion_weeks),
                "named": loss.named,
                "named_in_own_gap": loss.in_own_gap,
            }
        )
    return rows


def _per_ten(alerts: int, weeks: float) -> float | None:
    return round(10 * alerts / weeks, 3) if weeks else None


def _home(one: Judged, settings: Settings) -> dict[str, Any]:
    return {
        "home": one.name,
        "kind": one.kind.value,
        "entrances": list(one.entrances),
        "removed": list(one.removed),
        "outages": one.outages,
        "empty_stretches": one.empty,
        "self_calibrated": _readings([one], settings.budgets, _calibrated(settings)),
        "matched": _readings([one], [*settings.budgets, NONE_AT_ALL], _matched),
        "gateway_dropouts": _gateway([one]),
        "sensor_dropouts": _sensors([one]),
    }
