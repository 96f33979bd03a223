"""The readable table of a result: every figure beside the control that it is measured against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Row = tuple[str, str, str]


def table(result: Mapping[str, Any]) -> str:
    """Return the result as a Markdown table: figure, value, ratio to its control."""
    rows: list[Row] = [*_controls(result["controls"])]
    if "a" in result:
        for each in result["a"]:
            rows += _throughput(each, result["controls"])
    head = ("figure", "value", "ratio to its control")
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(3)]
    lines = [_line(head, widths), "| " + " | ".join("-" * width for width in widths) + " |"]
    return "\n".join([*lines, *(_line(row, widths) for row in rows)])


def mean_control(controls: Mapping[str, Any], name: str) -> float:
    """Return a control as the mean of its runs before and after."""
    return float(controls["before"][name] + controls["after"][name]) / 2


def _controls(controls: Mapping[str, Any]) -> Iterator[Row]:
    for name, before in controls["before"].items():
        after = controls["after"][name]
        yield (f"control: {_words(name)}", f"{_number(before)} before, {_number(after)} after", "")
    yield ("control: Telegraf", str(controls["telegraf"]), "")


def _throughput(found: Mapping[str, Any], controls: Mapping[str, Any]) -> Iterator[Row]:
    size = found["envelope"]
    name = f"(a) {found['homes']} homes, envelopes of {size}:"
    drain = mean_control(controls, f"paho_drain_{size}_msg_per_s")
    append = mean_control(controls, f"sqlite_append_{size}_readings_per_s")
    insert = mean_control(controls, "clustered_insert_10000_per_s")
    rate = found["receipted_per_s"]
    yield (
        f"{name} receipted readings/s",
        _number(rate),
        f"{found['messages_per_s'] / drain:.2f} of bare drain, {rate / append:.3f} of bare appends",
    )
    for key, words in (
        ("projected_per_s", "projected readings/s, all of it"),
        ("projected_during_burst_per_s", "projected/s while receipts are given"),
        ("projected_after_burst_per_s", "projected/s afterwards"),
    ):
        yield (f"{name} {words}", _number(found[key]), f"{found[key] / insert:.2f} of bare inserts")
    if "steady" in found:
        rate = found["steady"]["readings_per_s"]
        yield (
            f"{name} both keep up with readings/s",
            _number(rate),
            f"{rate / insert:.2f} of bare inserts",
        )
    used = found["processor_us_per_reading"]
    text = ", ".join(f"{who} {us:.2f}" for who, us in used.items())
    yield (f"{name} processor us/reading", text, "")
    text = f"{found['lost']} lost, {found['doubled']} doubled of {found['published']:,}"
    yield (f"{name} counted in the store", text, "")


def _line(row: Row, widths: list[int]) -> str:
    return (
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"
    )


def _words(name: str) -> str:
    return name.replace("_per_s", "/s").replace("_", " ")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
