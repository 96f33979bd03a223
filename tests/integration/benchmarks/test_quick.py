"""The benchmarks run, tell what they should, and lose nothing; how fast is not a test's matter."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.report import heading, table, write_page
from tests.support.services import require

pytestmark = [pytest.mark.integration, pytest.mark.slow]
ROOT = Path(__file__).parents[3]
FIGURES = ("receipted_per_s", "projected_per_s", "messages_per_s", "processor_us_per_reading")


def test_a_quick_run_loses_nothing_and_writes_its_figures(tmp_path: Path) -> None:
    """Figures, controls of before and after, machine, commit and versions stand in the JSON."""
    require("mosquitto", "the benchmarks")
    output = tmp_path / "bench.json"
    command = [sys.executable, "-m", "benchmarks", "a", "--quick", "--output", str(output)]
    done = subprocess.run(  # noqa: S603 (our own)
        command, cwd=ROOT, check=False, timeout=110, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr

    result = json.loads(output.read_text("utf-8"))
    (found,) = result["a"]
    assert (found["lost"], found["doubled"], found["quarantined"]) == (0, 0, 0)
    assert found["published"] == found["readings"] + 20 * found["homes"]  # and one to warm up
    assert all(found[name] for name in FIGURES)
    assert set(result["controls"]["before"]) == set(result["controls"]["after"])
    assert {"machine", "commit", "is_changed", "versions"} <= result.keys()
    page = tmp_path / "page.md"
    page.write_text((ROOT / "docs/reference/benchmarks.md").read_text("utf-8"), "utf-8")
    write_page(page, result)
    assert table(result) in page.read_text("utf-8")
    assert heading(result) in page.read_text("utf-8")
