"""The readable table of a result: every figure beside the control that it is measured against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

Row = tuple[str, str, str]
Found = Mapping[str, Any]
FAILED = "failed"
"""In the place of a benchmark's figures: why there are none."""
_WHOLE_FROM = 100
"""Figures from here on are shown without decimals."""
_BEGIN, _END = "<!-- results: written by scripts/bench --page -->", "<!-- end of results -->"
_HEAD: Row = ("figure", "value", "beside it")


def table(result: Found) -> str:
    """Return the result as a Markdown table: figure, value, ratio to its control or the bar."""
    rows: list[Row] = [*_controls(result["controls"])]
    for name, to_rows in _PARTS.items():
        found = result.get(name)
        for each in found if isinstance(found, list) else [found] if found else []:
            if FAILED in each:
                rows.append((f"({name}) failed", each[FAILED], ""))
                continue
            rows += [(f"({name}) {row[0]}", row[1], row[2]) for row in to_rows(each, result)]
    widths = [max(len(row[place]) for row in (_HEAD, *rows)) for place in range(3)]
    lines = [_line(_HEAD, widths), "| " + " | ".join("-" * width for width in widths) + " |"]
    return "\n".join([*lines, *(_line(row, widths) for row in rows)])


def heading(result: Found) -> str:
    """Return one paragraph: on what it was measured."""
    machine, versions = result["machine"], result["versions"]
    said = ", ".join(f"{name} {each}" for name, each in versions.items())
    changed = " with changes that are not committed" if result["is_changed"] else ""
    return (
        f"Commit {result['commit']}{changed}; {machine['cores']} cores ({machine['processor']}),"
        f" {machine['memory_gib']} GiB, {machine['system']}; {said}."
        f" Load before it began: {machine['load_before'][0]}."
    )


def write_page(page: Path, result: Found) -> None:
    """Put heading and table between the two marks of a document; what stood there goes."""
    before, mark, rest = page.read_text("utf-8").partition(_BEGIN)
    _, end_mark, after = rest.partition(_END)
    if not mark or not end_mark:
        raise ValueError(f"{page} has no place for results: {_BEGIN} and {_END}")
    text = f"{before}{_BEGIN}\n\n{heading(result)}\n\n{table(result)}\n\n{_END}{after}"
    page.write_text(text, "utf-8")


def _control(result: Found, name: str) -> float:
    """Return a control as the mean of its runs before and after."""
    controls = result["controls"]
    return float(controls["before"][name] + controls["after"][name]) / 2


def _controls(controls: Found) -> Iterator[Row]:
    for name, before in controls["before"].items():
        after = controls["after"][name]
        yield (f"control: {_words(name)}", f"{_n(before)} before, {_n(after)} after", "")
    yield ("control: Telegraf", str(controls["telegraf"]), "")


def _throughput(found: Found, result: Found) -> Iterator[Row]:
    size = found["envelope"]
    name = f"{found['homes']} homes, envelopes of {size}:"
    drain = _control(result, f"paho_drain_{size}_msg_per_s")
    append = _control(result, f"sqlite_append_{size}_readings_per_s")
    yield (
        f"{name} receipted readings/s",
        _n(found["receipted_per_s"]),
        (
            f"{found['messages_per_s'] / drain:.2f} of bare drain,"
            f" {found['receipted_per_s'] / append:.3f} of bare appends"
        ),
    )
    for key, words in (
        ("projected_per_s", "projected readings/s until all is"),
        ("projected_during_burst_per_s", "projected/s while receipts are given"),
        ("projected_after_burst_per_s", "projected/s afterwards"),
    ):
        yield (f"{name} {words}", _n(found[key]), _of_inserts(found[key], result))
    if "steady" in found:
        rate = found["steady"]["readings_per_s"]
        yield (f"{name} readings/s that both keep up with", _n(rate), _of_inserts(rate, result))
    used = found["processor_us_per_reading"]
    text = ", ".join(f"{who} {us:.2f}" for who, us in used.items())
    yield (f"{name} processor us/reading", text, "")
    yield (f"{name} counted in the store", *_complete(found))


def _latency(found: Found, result: Found) -> Iterator[Row]:
    del result
    name = f"{found['messages_per_s']:,.0f} messages/s of {found['records']}:"
    yield (
        f"{name} publish to receipt, p50 / p99 / max ms",
        _three(found, "receipt", "ms"),
        (
            f"bare echo {_three(found, 'echo', 'ms')};"
            f" p99 is {found['receipt_p99_ms'] / found['echo_p99_ms']:.1f} of it"
        ),
    )


def _backlog(found: Found, result: Found) -> Iterator[Row]:
    rate, drain = found["after_start_per_s"], _control(result, "paho_drain_20_msg_per_s") * 20
    yield (
        f"{found['readings']:,} queued readings: receipted in",
        f"{found['drained_s']:.1f} s with start-up of {found['start_s']:.1f} s",
        f"{_n(rate)}/s after its start, {rate / drain:.2f} of bare drain",
    )
    yield (
        f"{found['readings']:,} queued readings: in the store in",
        f"{found['projected_s']:.1f} s",
        f"{_n(found['projected_per_s'])}/s, {_of_inserts(found['projected_per_s'], result)}",
    )
    yield ("queued readings: counted in the store", *_complete(found))


def _memory(found: Found, result: Found) -> Iterator[Row]:
    del result
    yield (
        (
            f"{found['load']:.0f} x {found['homes']:,} homes,"
            f" {found['messages_per_s']:.0f} messages/s for {found['seconds']:.0f} s:"
            " ingest MiB first / last / most"
        ),
        " / ".join(f"{found[key]:.1f}" for key in ("first_mib", "last_mib", "most_mib")),
        (
            f"{found['slope_mib_per_min']:+.2f} MiB/min after the first third,"
            f" {found['processor_share']:.0%} of a core"
        ),
    )
    yield ("counted in the store", *_complete(found))


def _growth(found: Found, result: Found) -> Iterator[Row]:
    name = f"{found['homes']:,} homes:"
    yield (
        f"{name} receipted, projected readings/s",
        f"{_n(found['receipted_per_s'])}, {_n(found['projected_per_s'])}",
        _of_inserts(found["projected_per_s"], result),
    )
    yield (
        f"{name} ingest MiB idle, most; s from start to first receipt",
        f"{found['idle_mib']:.0f}, {found['ingest_mib']:.0f}; {found['start_s']:.1f}",
        f"broker {found['broker_mib']:.0f} MiB",
    )
    yield (f"{name} counted in the store", *_complete(found))


def _help(found: Found, result: Found) -> Iterator[Row]:
    del result
    yield (
        (
            f"{found['presses']} presses while {found['gateways']} gateways drain"
            f" {found['backlog']:,} readings: press to finding p50 / p99 / max s"
        ),
        _three({f"press_{key}": found[key] for key in ("p50_s", "p99_s", "max_s")}, "press", "s"),
        (
            f"bar p99 < {found['bar_s']:.0f} s; {found['missing']} missing;"
            f" drained in {found['drained_s']:.0f} s"
        ),
    )


def _reunion(found: Found, result: Found) -> Iterator[Row]:
    del result
    name = f"{found['gateways']} gateways with {found['backlog']:,} readings:"
    yield (
        f"{name} drained in",
        f"{found['drained_s']:.0f} s, in the store in {found['projected_s']:.0f} s",
        f"bar {found['bar_s']:.0f} s; {_n(found['drained_per_s'])}/s, {found['left']} left",
    )
    yield (
        f"{name} live reading to journal p50 / p99 / max s",
        _three(found, "live_admitted", "s"),
        (
            f"bar p99 < {found['live_bar_s']:.0f} s;"
            f" {found['live_missing']} of {found['live']} missing"
        ),
    )
    yield (f"{name} live reading to store", _three(found, "live_stored", "s"), "")
    text = f"{found['lost']} lost, {found['doubled']} doubled, {found['live_lost']} live lost"
    yield (f"{name} counted in the store", text, f"{found['quarantined']} in quarantine")


def _alert(found: Found, result: Found) -> Iterator[Row]:
    del result
    name = f"{found['presses']} presses while {found['gateways']} gateways drain"
    yield (
        f"{name} {found['backlog']:,} readings: press to mail accepted p50 / p95 / p99 s",
        " / ".join(_n(found[f"mail_{words}_s"]) for words in ("p50", "p95", "p99")),
        (
            f"bar p95 < {found['bar_s']:.0f} s; {found['missing']} missing;"
            f" drained in {found['drained_s']:.0f} s"
        ),
    )
    yield (
        f"{found['steps']} escalation steps behind their time p50 / p99 / max s",
        _three(found, "late", "s") if "late_p50_s" in found else "",
        f"bar {found['step_bar_s']:.0f} s; {found['steps_missing']} missing",
    )


_PARTS: dict[str, Callable[[Found, Found], Iterator[Row]]] = {
    "a": _throughput,
    "b": _latency,
    "c": _backlog,
    "d": _memory,
    "e": _growth,
    "f": _help,
    "g": _reunion,
    "h": _alert,
}


def _complete(found: Found) -> tuple[str, str]:
    text = f"{found['lost']} lost, {found['doubled']} doubled of {found['published']:,}"
    return text, f"{found['quarantined']} in quarantine"


def _of_inserts(rate: float, result: Found) -> str:
    return f"{rate / _control(result, 'clustered_insert_10000_per_s'):.2f} of bare inserts"


def _three(found: Found, name: str, unit: str) -> str:
    return " / ".join(_n(found[f"{name}_{words}_{unit}"]) for words in ("p50", "p99", "max"))


def _line(row: Row, widths: list[int]) -> str:
    cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
    return "| " + " | ".join(cells) + " |"


def _words(name: str) -> str:
    return name.replace("_per_s", "/s").replace("_", " ")


def _n(value: float | None) -> str:
    if value is None:
        return "never"
    return f"{value:,.0f}" if value >= _WHOLE_FROM else f"{value:.3g}"
