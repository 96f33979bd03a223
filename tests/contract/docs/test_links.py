"""Every relative link of a document leads to a file of the repository."""

import re
from pathlib import Path

import pytest

from tests.contract.docs.pages import FENCE, ROOT, SPAN, documents

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ELSEWHERE = ("https://", "http://", "mailto:")


def links(text: str) -> list[str]:
    """Return the relative targets of all links outside of code."""
    prose = SPAN.sub("", FENCE.sub("", text))
    return [target for target in LINK.findall(prose) if not target.startswith(ELSEWHERE)]


def broken(path: Path, text: str) -> list[str]:
    """Return the targets that are not there, seen from the document at `path`."""
    missing = []
    for target in links(text):
        file = path.parent / target.partition("#")[0]
        if not (file.exists() and file.resolve().is_relative_to(ROOT)):
            missing.append(target)
    return missing


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_relative_links_lead_somewhere(path: Path) -> None:
    """A relative link of a document points to a file or folder of the repository."""
    assert broken(path, path.read_text("utf-8")) == []


def test_a_broken_link_is_found() -> None:
    """The check sees a file that is missing, and one that lies outside of the repository."""
    text = "[a](README.md) [b](nowhere.md#x) [c](../) [d](https://a.example) `[e](code.md)`"

    assert broken(ROOT / "README.md", text) == ["nowhere.md#x", "../"]
