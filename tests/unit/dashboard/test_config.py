"""Settings that would be wrong or unsafe are refused by name."""

import pytest

from dashboard.config import Settings
from domain.errors import InputError


def test_defaults_are_loopback_without_tls() -> None:
    """Without settings it listens on this machine only."""
    settings = Settings()

    assert not settings.is_https
    assert settings.host == "127.0.0.1"
    assert settings.hosts == {"127.0.0.1", "localhost", "[::1]"}


def test_https_names_the_only_host() -> None:
    """A public URL says by which name it is reached."""
    settings = Settings(public_url="https://Mimamori.example.jp:8443/")

    assert settings.is_https
    assert settings.hosts == {"mimamori.example.jp"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("public_url", "http://mimamori.example.jp"),
        ("public_url", "ftp://x"),
        ("public_url", "https://"),
        ("default_language", "fr"),
        ("time_zone", "JST"),
        ("time_zone", "Asia/Tokyo "),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    """The problem carries its code and the setting; a session never travels in the clear."""
    with pytest.raises(InputError) as caught:
        Settings(**{name: value})  # type: ignore[arg-type]

    assert caught.value.problem.code == "CFG-020"
    assert name in caught.value.problem.where
