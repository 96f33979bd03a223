"""The page of settings and the operator's settings agree, key by key."""

import re
import tomllib
from enum import Enum
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from msgspec.structs import FieldInfo, fields

from cli.installation import VARIABLE
from cli.settings import FILE, OperatorSettings, read_settings
from tests.contract.docs.pages import read, table_rows

TOML = re.compile(r"```toml\n(.*?)```", re.DOTALL)


def known(struct: type[msgspec.Struct], prefix: str = "") -> dict[str, str]:
    """Return each key that may be set, with its default as the page shows it."""
    found: dict[str, str] = {}
    for field in fields(struct):
        inner = _struct(field)
        if inner is not None:
            found |= known(inner, f"{prefix}{field.encode_name}.")
        else:
            found[prefix + field.encode_name] = _default(field)
    return found


def _struct(field: FieldInfo) -> type[msgspec.Struct] | None:
    for kind in (field.type, *get_args(field.type)):
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return kind
    return None


def _default(field: FieldInfo) -> str:
    if field.required:
        return "required"
    value = field.default.value if isinstance(field.default, Enum) else field.default
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def test_every_key_is_described() -> None:
    """The page has one row for each key of `mimamori.toml`, with its default, and no other."""
    rows = {row[0]: row[1] for row in table_rows(read("docs/reference/settings.md"))}

    assert rows.pop(VARIABLE) == "var"
    assert rows == known(OperatorSettings)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_example_of_the_guide_is_read(language: str, tmp_path: Path) -> None:
    """The `mimamori.toml` that the operator's guide shows is accepted, and shows every key."""
    (example,) = TOML.findall(read(f"docs/guides/operator.{language}.md"))
    (tmp_path / FILE).write_text(example, "utf-8")
    tree = tomllib.loads(example)

    settings = read_settings(tmp_path)

    assert settings.mail is not None
    assert str(settings.mail.password_file) == tree["mail"]["password_file"]
    assert {f"{table}.{key}" for table in tree for key in tree[table]} == known(
        OperatorSettings
    ).keys()
