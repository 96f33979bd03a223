"""What the page says after somebody has answered a case."""

from __future__ import annotations

from typing import assert_never

from alerting.attempts import Written
from alerting.replies import Result
from dashboard.pages.cases.view import CasePage
from dashboard.web import deeds
from dashboard.web.languages import Language
from domain.case import WAITS_FOR_SOMEBODY, CaseState
from storage.register.attempts import StoredAttempt


def told(result: Result, case: CasePage, language: Language) -> str:
    """Say what came of it, as the case stands now: the address of the page proves nothing."""
    if result is Result.HAPPENED_AGAIN and case.episode > 1 and case.row.is_open:
        return language.gettext(
            "Something new has happened in this case. Your answer was not saved: please read the"
            " case again, then answer."
        )
    if case.row.state in WAITS_FOR_SOMEBODY:
        return ""
    return _whose(result, case, language)


def told_of_attempt(written: str, last: StoredAttempt | None, language: Language) -> str:
    """Say what was written down, as it stands there now; nothing where nothing does."""
    if written == Written.CLOSED:
        return language.gettext(
            "The case is closed: nothing was written down. If you know something new, tell the"
            " person who closed it."
        )
    if last is None:
        return ""
    return language.gettext(
        "Written down: %(what)s", what=deeds.attempt(last.kind, last.result, language)
    )


def _whose(result: Result, case: CasePage, language: Language) -> str:
    gettext, row = language.gettext, case.row
    is_closed = row.state is CaseState.RESOLVED
    match result:
        case Result.DONE | Result.ALREADY_YOURS:
            if is_closed:
                return gettext("The case is closed. Thank you.")
            return gettext("%(name)s has taken the case on. Nobody else is told.", name=row.who)
        case Result.TAKEN | Result.ALREADY_RESOLVED | Result.HAPPENED_AGAIN:
            if is_closed:
                return gettext("%(name)s has closed the case already.", name=row.who)
            return gettext("%(name)s has taken the case on already.", name=row.who)
        case Result.NOT_ALLOWED | Result.NOT_FOUND:
            return ""
        case _:
            assert_never(result)
