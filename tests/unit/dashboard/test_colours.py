"""The shades of the activity picture can be told apart, which no accessibility checker looks at."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[3] / "dashboard/frontend/src"
SHADES = ("act-0", "act-1", "act-2", "act-3", "act-4")


def colours(theme: str) -> dict[str, str]:
    """Return the custom properties of a theme that are plain colours."""
    file, selector = ("print.css", "[data-theme]") if theme == "print" else ("themes.css", theme)
    text = (CSS / file).read_text("utf-8")
    block = text.split(f"{selector} {{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))


def luminance(colour: str) -> float:
    """Return the relative luminance as WCAG 2.2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [":root", '[data-theme="dark"]', '[data-theme="blue"]', "print"])
def test_neighbouring_shades_differ_and_the_ends_differ_much(theme: str) -> None:
    """From no movement to much movement each shade is one clear step further."""
    found = colours(theme)
    ramp = [found[shade] for shade in SHADES]

    steps = [contrast(one, other) for one, other in pairwise(ramp)]

    assert min(steps) >= 1.3
    assert contrast(ramp[0], ramp[-1]) >= 6
    assert sorted(ramp, key=luminance) in (ramp, ramp[::-1])
    assert contrast(found["hatch"], found["hatch-ground"]) >= 2.5
