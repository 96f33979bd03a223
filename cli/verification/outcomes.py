"""What came of emergencies: a case each, and the mails that were to be sent."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection

from cli.enrol import ACCESS, EnrolledHome
from cli.installation import Installation
from cli.mailbox import read_mails
from cli.verification.figures import Verification
from cli.verification.readings import ALL_TIME
from devices.simulators.ledger import Ledger
from domain.finding import Cause
from storage.register import outcomes
from storage.register.outcomes import ToldCase


def check_cases(
    verification: Verification,
    connection: Connection,
    ledger: Ledger,
    homes: list[EnrolledHome],
) -> None:
    """Look for one resident case and cause for each emergency."""
    cases = outcomes.resident_cases(connection, ACCESS)
    for home in homes:
        emergencies = ledger.emergencies(home.code)
        verification.emergencies += len(emergencies)
        for number, emergency in enumerate(emergencies, start=1):
            end = emergencies[number].at if number < len(emergencies) else ALL_TIME[1]
            told = [
                case
                for case in cases
                if case.home == home.home and emergency.at <= case.opened_at < end
            ]
            _check_emergency(verification, home, emergency.kind, told)


def check_mails(
    verification: Verification, connection: Connection, installation: Installation
) -> None:
    """Look for one mail for each accepted notification, and for no other."""
    sent = outcomes.notification_states(connection, ACCESS)
    copies = Counter(
        mail.message_id.strip("<>").partition("@")[0] for mail in read_mails(installation.mailbox)
    )
    verification.most_copies = max((count - 1 for count in copies.values()), default=0)
    for notification in copies.keys() - sent.keys():
        verification.unexpected += 1
        verification.example("unexpected mail", notification)
    for notification, is_accepted in sent.items():
        if is_accepted and notification not in copies:
            verification.unmailed += 1
            verification.example("no mail for", notification)


def _check_emergency(
    verification: Verification, home: EnrolledHome, kind: str, told: list[ToldCase]
) -> None:
    if not told:
        verification.missed += 1
        verification.example("missed", home.code, kind)
    for cause in Cause:
        extra = sum(case.cause is cause for case in told) - 1
        if extra > 0:
            verification.repeated += extra
            verification.example("repeated", home.code, cause, extra)
