"""The broker's certificate: made, renewed in time, and refused when no gateway would take it."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.certificates import AUTHORITY_LASTS, RENEW_BEFORE, SERVER_LASTS, check, keep_own, own_files
from domain.errors import InputError

NOW = datetime(2026, 11, 24, tzinfo=UTC)
HOST = "broker.city.example"


@pytest.mark.parametrize("host", [HOST, "192.0.2.7", "2001:db8::7"])
def test_what_we_make_can_be_used(tmp_path: Path, host: str) -> None:
    """Authority and certificate fit each other and the name, and are their owner's only."""
    assert keep_own(tmp_path, host, now=NOW)

    assert check(own_files(tmp_path), host, now=NOW) == NOW + SERVER_LASTS
    assert {path.name for path in tmp_path.iterdir()} == {
        "ca.key",
        "ca.pem",
        "server.key",
        "server.pem",
    }
    assert [path for path in tmp_path.iterdir() if path.stat().st_mode & 0o077] == []


def test_it_is_renewed_in_time_and_the_authority_stays(tmp_path: Path) -> None:
    """The authority, which homes believe, never changes by itself; the certificate does in time."""
    keep_own(tmp_path, HOST, now=NOW)
    authority = own_files(tmp_path).authority.read_bytes()
    soon = NOW + SERVER_LASTS - RENEW_BEFORE

    assert not keep_own(tmp_path, HOST, now=soon - timedelta(days=1))
    assert keep_own(tmp_path, HOST, now=soon + timedelta(days=1))
    assert not keep_own(tmp_path, HOST, now=soon + timedelta(days=1))
    assert own_files(tmp_path).authority.read_bytes() == authority


def test_no_certificate_outlives_its_authority(tmp_path: Path) -> None:
    """At the end of the ten years it is not made anew at every look."""
    keep_own(tmp_path, HOST, now=NOW)
    late = NOW + AUTHORITY_LASTS - timedelta(days=30)

    assert keep_own(tmp_path, HOST, now=late)
    assert not keep_own(tmp_path, HOST, now=late)
    assert check(own_files(tmp_path), HOST, now=late) == NOW + AUTHORITY_LASTS


def test_another_name_makes_another_certificate(tmp_path: Path) -> None:
    """A changed `public_host` needs no new file in the homes."""
    keep_own(tmp_path, HOST, now=NOW)

    assert keep_own(tmp_path, "other.city.example", now=NOW)
    check(own_files(tmp_path), "other.city.example", now=NOW)


def test_a_lost_authority_key_is_told_and_not_replaced(tmp_path: Path) -> None:
    """A new authority would be believed in no home."""
    keep_own(tmp_path, HOST, now=NOW)
    (tmp_path / "ca.key").unlink()

    with pytest.raises(InputError) as caught:
        keep_own(tmp_path, HOST, now=NOW)

    assert caught.value.problem.code == "BRK-004"


@pytest.mark.parametrize(
    "defect", ["expired", "not yet", "name", "key", "no certificate", "no file", "readable"]
)
def test_what_no_gateway_would_take_is_refused(tmp_path: Path, defect: str) -> None:
    """Each defect of an operator's own files is found before a home finds it."""
    keep_own(tmp_path, HOST, now=NOW)
    files, now, host = own_files(tmp_path), NOW, HOST
    if defect == "expired":
        now = NOW + SERVER_LASTS
    elif defect == "not yet":
        now = NOW - timedelta(days=2)
    elif defect == "name":
        host = "x.city.example"
    elif defect == "key":
        files.key.write_bytes((tmp_path / "ca.key").read_bytes())
    elif defect == "no certificate":
        files.certificate.write_text("-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
    elif defect == "no file":
        files.authority.unlink()
    else:
        os.chmod(files.key, 0o644)  # noqa: PTH101 (the defect)

    with pytest.raises(InputError) as caught:
        check(files, host, now=now)

    assert caught.value.problem.code == ("SEC-001" if defect == "readable" else "BRK-004")
