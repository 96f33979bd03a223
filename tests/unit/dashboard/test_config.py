"""Settings that would be wrong or unsafe are refused by name."""

import pytest

from dashboard.config import Settings, read
from domain.errors import InputError


def test_defaults_are_loopback_without_tls() -> None:
    """Without settings it listens on this machine only."""
    settings = read({"PATH": "/bin"})

    assert settings == Settings()
    assert not settings.is_https
    assert "localhost" in settings.hosts


def test_https_names_the_only_host() -> None:
    """A public URL says by which name it is reached."""
    settings = read({"MIMAMORI_DASHBOARD_PUBLIC_URL": "https://mimamori.example.jp"})

    assert settings.is_https
    assert settings.hosts == {"mimamori.example.jp"}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("PUBLIC_URL", "http://mimamori.example.jp", "CFG-020"),
        ("PUBLIC_URL", "ftp://x", "CFG-020"),
        ("PORT", "80a", "CFG-020"),
        ("PORT", "65536", "CFG-020"),
        ("DEFAULT_LANGUAGE", "fr", "CFG-020"),
        ("TIME_ZONE", "JST", "CFG-020"),
        ("TIME_NOTE", "x", "CFG-003"),
        ("HOSTS", "x", "CFG-003"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, code: str) -> None:
    """The problem carries its code and the setting."""
    with pytest.raises(InputError) as caught:
        read({f"MIMAMORI_DASHBOARD_{name}": value})

    assert caught.value.problem.code == code
    assert name in caught.value.problem.where
