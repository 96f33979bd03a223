"""The languages in which people are told, as the command line takes them."""

from __future__ import annotations

from enum import StrEnum


class MailLanguage(StrEnum):
    """Language of the mails that a person gets."""

    JAPANESE = "ja"
    ENGLISH = "en"
