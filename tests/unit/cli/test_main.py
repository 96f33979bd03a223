"""How the command line ends: which code, on which stream."""

import pytest

import cli.requests
from cli.main import app
from domain.errors import InputError, PermanentError, Problem, TransientError
from tests.unit.cli.conftest import Office

PROBLEM = Problem(code="CLI-000", where="here", found="x", allowed="y", do="z")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError(PROBLEM), 2),
        (TransientError(PROBLEM), 1),
        (PermanentError(PROBLEM), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_end_has_its_code(
    office: Office, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    """Wrong input 2, our own failures 1, Ctrl-C 130; a known error is its one line."""

    def fail(*_: object) -> str:
        raise error

    monkeypatch.setitem(cli.requests.COMMANDS, "users.list", fail)

    result = office.run("users", "list")

    assert result.exit_code == code
    assert result.stderr == ("" if code == 130 else f"{PROBLEM}\n")
    assert result.stdout == ""


def test_an_unknown_command_is_wrong_input(office: Office) -> None:
    """Typer's own refusals end with 2 as well."""
    assert office.runner.invoke(app, ["users", "drop"]).exit_code == 2
