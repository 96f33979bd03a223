"""What the page says after somebody has answered a case."""

from __future__ import annotations

from typing import assert_never

from alerting.replies import Result
from dashboard.pages.cases.view import CasePage
from dashboard.web.languages import Language
from domain.case import CaseState


def told(result: Result, case: CasePage, language: Language) -> str:
    """Say what came of it, as the case stands now: the address of the page proves nothing."""
    gettext, row = language.gettext, case.row
    is_closed = row.state is CaseState.RESOLVED
    if row.state is CaseState.TRIGGERED:
        return ""
    match result:
        case Result.DONE | Result.ALREADY_YOURS:
            if is_closed:
                return gettext("The case is closed. Thank you.")
            return gettext("%(name)s has taken the case on. Nobody else is told.", name=row.who)
        case Result.TAKEN | Result.ALREADY_RESOLVED:
            if is_closed:
                return gettext("%(name)s has closed the case already.", name=row.who)
            return gettext("%(name)s has taken the case on already.", name=row.who)
        case Result.NOT_ALLOWED | Result.NOT_FOUND:
            return ""
        case _:
            assert_never(result)
