"""The gateway installs alone on a small computer, without what the server needs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.wheel import uv

HEAVY = ("numpy", "sklearn", "sqlalchemy", "fastapi")

# Runs in the gateway's environment: imports every module and reports what is importable there.
PROBE = """
import importlib, importlib.util, json, pkgutil, sys
seen = []
for name in ("domain", "messaging", "gateway"):
    package = importlib.import_module(name)
    seen.append(name)
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
        seen.append(module.name)
heavy = [name for name in sys.argv[1:] if importlib.util.find_spec(name)]
place = importlib.import_module("domain").__file__
print(json.dumps({"seen": seen, "heavy": heavy, "from": place}))
"""


@pytest.fixture(scope="session")
def gateway_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a clean environment that holds `mimamori[gateway]` alone."""
    folder = tmp_path_factory.mktemp("gateway") / "venv"
    uv("venv", "--quiet", "--python", sys.executable, str(folder))
    python = folder / "bin" / "python"
    # With the versions that everything else is tested with.
    locked = folder / "locked.txt"
    uv("export", "--quiet", "--frozen", "--no-default-groups", "--extra", "gateway",
       "--no-emit-project", "--output-file", str(locked))  # fmt: skip
    uv("pip", "install", "--quiet", "--python", str(python), "--constraints", str(locked),
       f"mimamori[gateway] @ {wheel.as_uri()}")  # fmt: skip
    return python


@pytest.mark.slow
def test_gateway_imports_without_server_libraries(gateway_python: Path) -> None:
    """All that runs in the home imports, from the wheel, with none of the heavy libraries."""
    done = subprocess.run(  # noqa: S603 (our own environment)
        [str(gateway_python), "-I", "-W", "error", "-c", PROBE, *HEAVY],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["heavy"] == []
    assert {"domain", "messaging", "gateway"} <= set(report["seen"])
    assert Path(report["from"]).is_relative_to(gateway_python.parents[1])


@pytest.mark.slow
def test_gateway_brings_few_distributions(gateway_python: Path) -> None:
    """The list is short enough to read: a new entry is a decision."""
    listed = json.loads(uv("pip", "list", "--python", str(gateway_python), "--format", "json"))
    names = {entry["name"] for entry in listed}
    assert names <= {"aiomqtt", "mimamori", "msgspec", "paho-mqtt", "typing-extensions"}
