"""What services with one fixed limit would have done on the same data: the bar for the detector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedRuleResult:
    """Two figures of one fixed rule."""

    limit: timedelta
    false_cases: int
    """Silences longer than the limit before the incapacitation: one case each."""
    delay: timedelta | None
    """From incapacitation to alarm; None without one, or when the alarm was up before."""


def apply(
    limit: timedelta,
    activity: Sequence[datetime],
    *,
    incapacitated_from: datetime | None,
    ends_at: datetime,
) -> FixedRuleResult:
    """Apply "no activity for `limit`" to a home.

    Args:
        limit: The rule's only number, such as 12 h.
        activity: Instants of the resident's activity, oldest first; only those before
            `incapacitated_from` count.
        incapacitated_from: Injected instant after which nobody moves; None: nothing injected.
        ends_at: End of the data; a silence that is still running then is judged up to it.

    Returns:
        False cases and delay; an empty history gives no case and no delay.
    """
    before = [at for at in activity if incapacitated_from is None or at < incapacitated_from]
    if not before:
        return FixedRuleResult(limit=limit, false_cases=0, delay=None)
    false_cases = sum(1 for one, next_one in pairwise(before) if next_one - one > limit)
    alarm_at = before[-1] + limit
    if incapacitated_from is None:
        still_open = 1 if alarm_at < ends_at else 0
        return FixedRuleResult(limit=limit, false_cases=false_cases + still_open, delay=None)
    if alarm_at < incapacitated_from:
        return FixedRuleResult(limit=limit, false_cases=false_cases + 1, delay=None)
    return FixedRuleResult(
        limit=limit, false_cases=false_cases, delay=alarm_at - incapacitated_from
    )
