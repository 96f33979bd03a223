"""One distribution holds all packages, and everything they read at run time."""

import importlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.support.wheel import PACKAGES, ROOT

# What is in the source tree on purpose and not in the wheel.
NOT_SHIPPED = (".po", ".pot", ".pyc")


def names(wheel: Path) -> set[str]:
    """Return the paths inside a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def files_below(folder: Path) -> set[str]:
    """Return the files of a folder as paths inside a wheel."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in NOT_SHIPPED
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_package_is_ours(package: str) -> None:
    """No other distribution may claim one of our generic names."""
    found = importlib.import_module(package).__file__
    assert found is not None
    assert Path(found).resolve() == ROOT / package / "__init__.py"


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_wheel_holds_package(package: str, wheel: Path) -> None:
    """Every module in the tree is in the wheel."""
    modules = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / package).rglob("*.py")
        if "node_modules" not in path.parts
    }
    assert modules - names(wheel) == set()


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["dashboard/templates", "dashboard/static"])
def test_wheel_holds_data(folder: str, wheel: Path) -> None:
    """Templates and the bundle are in the wheel, although git ignores the bundle."""
    in_tree = files_below(ROOT / folder)
    if not in_tree:
        pytest.skip(f"{folder} is empty")
    assert in_tree - names(wheel) == set()


@pytest.mark.slow
def test_wheel_holds_catalogues(wheel: Path) -> None:
    """Every catalogue is compiled into the wheel; its source stays in the tree."""
    sources = {
        path.relative_to(ROOT).with_suffix(".mo").as_posix()
        for package in PACKAGES
        for path in (ROOT / package).glob("locales/**/*.po")
    }
    if not sources:
        pytest.skip("no catalogues yet")
    assert sources - names(wheel) == set()


@pytest.mark.slow
def test_wheel_holds_nothing_else(wheel: Path) -> None:
    """Nothing but our packages is shipped: no tests, no front-end sources, no stray database."""
    shipped = {name for name in names(wheel) if ".dist-info/" not in name}
    strangers = {name for name in shipped if name.partition("/")[0] not in PACKAGES}
    assert strangers == set()
    assert not [name for name in shipped if name.startswith("dashboard/frontend/")]
    assert not [name for name in shipped if name.endswith((".db", ".sqlite", ".pem", ".key"))]


def test_built_files_are_not_committed() -> None:
    """What the build makes is ignored by git."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    paths = ["dashboard/static/manifest.json", "dashboard/locales/ja/LC_MESSAGES/messages.mo"]
    done = subprocess.run(  # noqa: S603 (our own tool and arguments)
        ["git", "check-ignore", *paths],  # noqa: S607 (whichever git the person uses)
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert done.stdout.split() == paths
