"""What can go wrong with a request, as a page with a code and what to do."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from dashboard.web.languages import Language


class Code(StrEnum):
    """Stable names; listed in docs/reference/errors.md."""

    BAD_REQUEST = "HTP-001"
    SIGN_IN_NEEDED = "HTP-002"
    NOT_ALLOWED = "HTP-003"
    NOT_FOUND = "HTP-004"
    WRONG_METHOD = "HTP-005"
    TOO_LARGE = "HTP-006"
    INVALID = "HTP-007"
    TOO_MANY = "HTP-008"
    FOREIGN_ORIGIN = "HTP-009"
    FOREIGN_HOST = "HTP-010"
    INTERNAL = "HTP-011"


class PageError(Exception):
    """A request is answered with an error page; raised anywhere while a request is served."""

    def __init__(self, code: Code) -> None:
        """Take the code; status and words follow from it."""
        super().__init__(code)
        self.code = code


def status_of(code: Code) -> int:  # noqa: PLR0911 (a table)
    """Return the HTTP status."""
    match code:
        case Code.BAD_REQUEST | Code.FOREIGN_HOST:
            return 400
        case Code.SIGN_IN_NEEDED:
            return 401
        case Code.NOT_ALLOWED | Code.FOREIGN_ORIGIN:
            return 403
        case Code.NOT_FOUND:
            return 404
        case Code.WRONG_METHOD:
            return 405
        case Code.TOO_LARGE:
            return 413
        case Code.INVALID:
            return 422
        case Code.TOO_MANY:
            return 429
        case Code.INTERNAL:
            return 500
        case _:
            assert_never(code)


def code_of(status: int) -> Code:
    """Return the code for a status that the framework gives, INTERNAL for one we do not know."""
    for code in Code:
        if status_of(code) == status:
            return code
    return Code.INTERNAL if status >= 500 else Code.BAD_REQUEST  # noqa: PLR2004 (HTTP)


def told(code: Code, language: Language) -> tuple[str, str]:  # noqa: C901, PLR0911 (a table)
    """Return what is wrong and what to do, in the reader's language."""
    gettext = language.gettext
    match code:
        case Code.BAD_REQUEST:
            return gettext("The request was not understood."), gettext("Go back and try again.")
        case Code.SIGN_IN_NEEDED:
            return gettext("You are not signed in."), gettext("Sign in and try again.")
        case Code.NOT_ALLOWED:
            return (
                gettext("Your role has no access to this page."),
                gettext("Ask your administrator if you need it for your work."),
            )
        case Code.NOT_FOUND:
            return (
                gettext("There is no such page, or it is not assigned to you."),
                gettext("Go to the first page."),
            )
        case Code.WRONG_METHOD:
            return gettext("This page cannot be asked for like that."), gettext(
                "Go back and try again."
            )
        case Code.TOO_LARGE:
            return gettext("Too much was sent at once."), gettext("Shorten the text and try again.")
        case Code.INVALID:
            return (
                gettext("Something is missing or has a value that is not allowed."),
                gettext("Go back, check what you entered, and try again."),
            )
        case Code.TOO_MANY:
            return (
                gettext("Too many requests or open pages."),
                gettext("Close pages that you do not need, wait a minute, and try again."),
            )
        case Code.FOREIGN_ORIGIN:
            return (
                gettext("This was sent from another site, so nothing was done."),
                gettext("Open the page here and try again."),
            )
        case Code.FOREIGN_HOST:
            return (
                gettext("This server does not answer to that address."),
                gettext("Use the address that your administrator gave you."),
            )
        case Code.INTERNAL:
            return (
                gettext("Something went wrong on our side. It was written to the log."),
                gettext("Try again. If it goes on, tell your administrator the code and the time."),
            )
        case _:
            assert_never(code)
