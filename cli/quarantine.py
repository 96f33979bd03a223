"""The quarantine on the command line: what could not be used and why, and trying it again.

Functions take open stores and give text. Nothing personal can be in here: gateways know no names.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from cli.desk import ACCESS as OPERATOR
from cli.desk import columns, wrong
from cli.installation import Installation
from cli.journal import open_stores
from domain.access import service
from domain.clock import RealClock
from domain.errors import shown
from ingest.opening import Keyring
from ingest.retry import Retried, retry
from storage.journal import quarantine
from storage.journal.quarantine import Kept
from storage.journal.sqlite import Journal
from storage.register import audit, gateways
from storage.register.database import Register

ACCESS = service("ingest")
MOST_LISTED = 10_000
RETRY_S = 600.0
"""Longest wait for the running system to try items: each is a commit, or two, of its own."""
REASON_CHARACTERS = 60
BYTES_IN_A_LINE = 16
PRINTABLE = range(0x20, 0x7F)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which items are meant."""

    code: str | None = None
    gateway: str | None = None
    limit: int = 20


# --- on a data folder, in `mimamori up` or where nothing runs -------------------------------------


def list_folder(folder: Path, wanted: Filter, *, as_json: bool) -> str:
    """List the quarantine of a data folder; see `list_items`.

    Raises:
        InputError: CFG-030 in use by what takes no commands, CFG-032, CFG-033.
    """
    with open_stores(folder) as (_, journal):
        return list_items(journal, wanted, as_json=as_json)


def show_folder(folder: Path, number: int) -> str:
    """Show one item of a data folder; see `show_item`."""
    with open_stores(folder) as (_, journal):
        return show_item(journal, number)


def retry_folder(folder: Path, numbers: Sequence[int], wanted: Filter) -> str:
    """Try items of a data folder again; see `retry_items`."""
    master = Installation(folder).master_key()
    with open_stores(folder) as (register, journal):
        keyring = Keyring(master, register.read_now(lambda c: gateways.directory(c, ACCESS)))
        return retry_items(register, journal, keyring, numbers, wanted, now=RealClock().now())


# --- on open stores -------------------------------------------------------------------------------


def list_items(journal: Journal, wanted: Filter, *, as_json: bool) -> str:
    """Return counts by code, ever and now, and the newest items that are wanted."""
    ever = journal.quarantine_counts()
    now = journal.read(quarantine.counts_now)
    items = journal.read(
        lambda c: quarantine.items(c, limit=wanted.limit, code=wanted.code, gateway=wanted.gateway)
    )
    if as_json:
        codes = {code: {"ever": ever[code], "now": now.get(code, 0)} for code in sorted(ever)}
        tree = {"codes": codes, "items": [_fields(kept) for kept in items]}
        return json.dumps(tree, ensure_ascii=False, indent=1)
    counts = columns(
        [("code", "ever", "now"), *_count_rows(ever, now)] if ever else [("nothing so far",)]
    )
    if not items:
        return counts
    head = ("id", "received", "gateway", "lane", "epoch", "seq", "code", "tried", "found")
    return f"{counts}\n\n{columns([head, *(_row(kept) for kept in items)])}"


def show_item(journal: Journal, number: int) -> str:
    """Return all that is known of one item: the problem whole, the payload as text and bytes.

    Raises:
        InputError: QUA-001 there is no such item.
    """
    kept = journal.read(lambda c: quarantine.item(c, number))
    if kept is None:
        raise wrong("QUA-001", "quarantine", f"no item {number}", "an id that the list shows")
    item, problem = kept.item, kept.item.problem
    whole = "whole" if item.is_whole else "cut, nobody known had signed it"
    tried = "never" if kept.retried_at is None else f"{_when(kept.retried_at)} {kept.retried_code}"
    facts = columns(
        [
            ("id", str(kept.id)),
            ("received", _when(item.received_at)),
            ("topic", shown(item.topic)),
            ("place", _place(kept) or "none"),
            ("code", problem.code),
            ("where", _safe(problem.where)),
            ("found", _safe(problem.found)),
            ("allowed", _safe(problem.allowed)),
            ("do", _safe(problem.do)),
            ("tried again", tried),
            ("payload", f"{len(item.payload)} bytes, {whole}"),
        ]
    )
    text = _safe(item.payload.decode("utf-8", "backslashreplace"))
    return f"{facts}\n\n{text}\n\n{hexdump(item.payload)}"


def retry_items(
    register: Register,
    journal: Journal,
    keyring: Keyring,
    numbers: Sequence[int],
    wanted: Filter,
    *,
    now: datetime,
) -> str:
    """Try the named items again, or all of a code or gateway, oldest first; tells of each.

    What came of each goes into the audit log.

    Raises:
        InputError: QUA-002 nothing is named.
    """
    chosen = list(numbers)
    if not chosen:
        if wanted.code is None and wanted.gateway is None:
            raise wrong("QUA-002", "quarantine retry", "nothing named", "ids, --code or --gateway")
        items = journal.read(
            lambda c: quarantine.items(
                c, limit=MOST_LISTED, code=wanted.code, gateway=wanted.gateway
            )
        )
        chosen = sorted(kept.id for kept in items)
    results = [retry(journal, keyring, number, now=now) for number in chosen]
    if not results:
        return "nothing to try"
    register.write_now(lambda c: _book(c, results, now))
    lines = columns([(str(one.id), _told(one)) for one in results])
    counts = Counter(one.outcome for one in results)
    summary = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    return f"{lines}\n{summary}"


def hexdump(payload: bytes) -> str:
    """Return bytes as offset, hexadecimal digits, and what of them is printable ASCII."""
    lines = []
    for start in range(0, len(payload), BYTES_IN_A_LINE):
        part = payload[start : start + BYTES_IN_A_LINE]
        text = "".join(chr(byte) if byte in PRINTABLE else "." for byte in part)
        lines.append(f"{start:08x}  {part.hex(' '):<{3 * BYTES_IN_A_LINE}} {text}")
    return "\n".join(lines)


def _book(connection: Connection, results: Sequence[Retried], now: datetime) -> None:
    for one in results:
        audit.append(
            connection,
            OPERATOR,
            action="quarantine.retry",
            object=f"quarantine:{one.id}",
            result=one.outcome,
            now=now,
        )


def _count_rows(ever: dict[str, int], now: dict[str, int]) -> list[tuple[str, str, str]]:
    return [(code, f"{ever[code]:,}", f"{now.get(code, 0):,}") for code in sorted(ever)]


def _row(kept: Kept) -> tuple[str, ...]:
    item = kept.item
    found = _safe(item.problem.found)
    cut = found if len(found) <= REASON_CHARACTERS else f"{found[: REASON_CHARACTERS - 1]}…"
    return (
        str(kept.id),
        _when(item.received_at),
        item.gateway or "-",
        item.lane or "-",
        item.epoch or "-",
        _numbers(kept) or "-",
        item.problem.code,
        "-" if kept.retried_code is None else kept.retried_code,
        cut,
    )


def _fields(kept: Kept) -> dict[str, Any]:
    item = kept.item
    return {
        "id": kept.id,
        "received_at": item.received_at.isoformat(),
        "topic": item.topic,
        "gateway": item.gateway,
        "lane": item.lane,
        "epoch": item.epoch,
        "first_seq": item.first_seq,
        "last_seq": item.last_seq,
        "code": item.problem.code,
        "found": item.problem.found,
        "bytes": len(item.payload),
        "is_whole": item.is_whole,
        "retried_at": None if kept.retried_at is None else kept.retried_at.isoformat(),
        "retried_code": kept.retried_code,
    }


def _numbers(kept: Kept) -> str:
    first, last = kept.item.first_seq, kept.item.last_seq
    return "" if first is None else str(first) if first == last else f"{first}-{last}"


def _place(kept: Kept) -> str:
    item = kept.item
    if item.first_seq is None:
        return ""
    return f"{item.gateway} {item.lane} {item.epoch} {_numbers(kept)}"


def _told(one: Retried) -> str:
    return one.outcome if one.code is None else f"{one.outcome}: {one.code}"


def _when(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _safe(text: str) -> str:
    """Return foreign text without anything that a terminal would obey."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
