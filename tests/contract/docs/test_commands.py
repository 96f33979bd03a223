"""The page of commands and the command line agree, and no document names what does not exist."""

from pathlib import Path

import pytest

from tests.contract.docs.pages import ROOT, calls, commands, documents, read, table_rows

COMMANDS = commands()
EVERYWHERE = {"--help"}


def described() -> dict[str, dict[str, str]]:
    """Return what the page says: by command, by option, its default."""
    sections = read("docs/reference/commands.md").split("\n## mimamori ")[1:]
    return {
        section.partition("\n")[0]: {row[0]: row[1] for row in table_rows(section)}
        for section in sections
    }


def wrong(call: list[str]) -> str | None:
    """Say what in a call does not exist; None when all of it does."""
    depth = next((n for n in (2, 1) if " ".join(call[:n]) in COMMANDS), 0)
    if depth == 0:
        is_whole = not call or call[0] in EVERYWHERE | {"COMMAND"}
        is_group = any(name.startswith(f"{' '.join(call)} ") for name in COMMANDS)
        return None if is_whole or is_group else " ".join(call[:2])
    known = COMMANDS[" ".join(call[:depth])].keys() | EVERYWHERE
    given = [word.partition("=")[0] for word in call[depth:] if word.startswith("--")]
    return next((option for option in given if option not in known), None)


def test_every_command_and_option_is_described() -> None:
    """The page has a section for each command, with each option and its default, and no other."""
    assert described() == COMMANDS


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_documents_name_only_commands_that_exist(path: Path) -> None:
    """A command or option that a document tells people to type exists."""
    found = {problem for call in calls(path.read_text("utf-8")) if (problem := wrong(call))}

    assert found == set()


def test_a_command_that_does_not_exist_is_found() -> None:
    """The check sees wrong commands, wrong options and groups without their command."""
    text = (
        "`mimamori users drop` and\n```\nmimamori up --fast\n```\n`mimamori users add a --role x`"
    )

    assert [wrong(call) for call in calls(text)] == ["--fast", "users drop", None]


def test_guides_call_every_command() -> None:
    """Each command is shown in a guide, in both languages."""
    for language in ("en", "ja"):
        guides = "\n".join(
            read(f"docs/guides/{who}.{language}.md") for who in ("technician", "operator")
        )
        called = {
            name
            for name in COMMANDS
            for call in calls(guides)
            if name == " ".join(call[: len(name.split())])
        }

        assert COMMANDS.keys() - called == set()
