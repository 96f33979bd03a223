"""The checker: joins the truth ledger with outbox, journal, store, cases and mailbox.

The system never sees the ledger; only this module sees both.
"""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from cli.enrol import enrolled
from cli.installation import Installation
from cli.lock import exclusive
from cli.report import console
from cli.verification.figures import FIGURES, HAVE_TO_BE_0, Verification
from cli.verification.gaps import gaps_of_journal
from cli.verification.identities import check_journal, check_replay, check_store
from cli.verification.judgement import check_judgements
from cli.verification.outcomes import check_cases, check_mails
from cli.verification.privacy import check_privacy
from cli.verification.readings import check_home
from cli.verification.safety import check_durability, check_receipts
from devices.simulators.ledger import Ledger
from domain.access import service
from domain.errors import InputError, Problem
from storage.register import cursors
from storage.stores import Stores

__all__ = ["Verification", "check_invariants", "print_verification", "verify_folder"]

PROJECTOR = service("projector")


def verify_folder(folder: Path, *, kills: int = 0) -> Verification:
    """Check a data folder in which a replay or demonstration ran; nothing may run in it now.

    Args:
        folder: The data folder.
        kills: How often the process was killed: each may copy one mail.

    Raises:
        InputError: CLI-012 there is no truth ledger to compare with, CFG-030 something runs.
    """
    installation = Installation(folder)
    if not installation.ledger.exists():
        raise InputError(_no_ledger(installation.ledger))
    verification = Verification(kills=kills)
    with (
        exclusive(folder),
        Stores.open(installation.stores) as stores,
        Ledger(installation.ledger) as ledger,
    ):
        homes = stores.register.read_now(enrolled)
        gaps = gaps_of_journal(stores.journal)
        for home in homes:
            check_home(verification, installation, stores, ledger, home, gaps=gaps[home.gateway])
        stores.register.read_now(lambda c: check_cases(verification, c, ledger, homes))
        stores.register.read_now(lambda c: check_mails(verification, c, installation))
        check_invariants(verification, installation, stores)
    return verification


def check_invariants(
    verification: Verification, installation: Installation, stores: Stores
) -> None:
    """Check what has to hold at any time, also where there is no ledger: V1, V2, V6, V9."""
    homes = stores.register.read_now(enrolled)
    readings = installation.stores / "readings.db"
    reached = stores.register.read_now(lambda c: cursors.position(c, PROJECTOR))
    verification.unprojected = max(stores.journal.head() - reached, 0)
    check_receipts(verification, installation, stores, homes)
    check_durability(verification, installation, stores, homes)
    check_store(verification, readings)
    check_journal(verification, stores)
    check_replay(verification, stores, readings)
    check_judgements(verification, stores)
    check_privacy(verification, installation, stores)


def print_verification(verification: Verification) -> None:
    """Print the figures, then examples of what is wrong."""
    table = Table(show_header=False, box=None, padding=(0, 1))
    for name in FIGURES:
        value = getattr(verification, name)
        style = "red" if value and name in HAVE_TO_BE_0 else ""
        table.add_row(name.replace("_", " "), f"{value:,}", style=style)
    console.print(table)
    for example in verification.examples:
        console.print(f"  {example}", style="red")
    console.print("everything holds" if verification.holds else "NOT everything holds")


def _no_ledger(path: Path) -> Problem:
    return Problem(
        code="CLI-012",
        where=str(path),
        found="no truth ledger",
        allowed="the data folder of a replay or demonstration",
        do="give it with --data-dir; a real installation has no ledger",
    )
