"""The broker's certificate: our own authority, the server's certificate, and how long they last.

Gateways believe one authority and no other, so that nobody's certificate but ours opens the line.
The authority's key signs nothing but this broker's certificates; it lies with the other secrets.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificateIssuerPrivateKeyTypes,
    PrivateKeyTypes,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cli.secrets import check_mode, write
from domain.errors import InputError, Problem

AUTHORITY_LASTS = timedelta(days=3650)
"""It is carried to every home, so it should outlive the gateways there."""
SERVER_LASTS = timedelta(days=730)
RENEW_BEFORE = timedelta(days=60)
"""A server that stood still for a month comes back with a certificate that is still good."""
BACKDATED = timedelta(days=1)
"""A gateway's clock may be behind when it starts: a Raspberry Pi has none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFiles:
    """What a TLS listener needs, and what a gateway has to believe."""

    authority: Path
    certificate: Path
    key: Path


def own_files(folder: Path) -> CertificateFiles:
    """Return where our own certificates lie in the folder of secrets."""
    return CertificateFiles(
        authority=folder / "ca.pem",
        certificate=folder / "server.pem",
        key=folder / "server.key",
    )


def keep_own(folder: Path, host: str, *, now: datetime) -> bool:
    """Make authority and server certificate on first use, and the latter anew when it is time.

    Args:
        folder: Where they lie, with the authority's key in `ca.key`.
        host: Name or address under which gateways find the broker.
        now: The present instant.

    Returns:
        Whether the server's certificate is new, so that the broker has to read it again.

    Raises:
        InputError: BRK-004 a file of ours cannot be read; SEC-001 others may read it.
    """
    files, key_file = own_files(folder), folder / "ca.key"
    if not key_file.exists():
        if files.authority.exists():
            raise _unusable(key_file, "missing", "the key of the authority that homes believe")
        _make_authority(files.authority, key_file, now)
    authority, authority_key = _certificate(files.authority), _private_key(key_file)
    if not _is_due(files, host, authority, now):
        return False
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _sign_server(host, key, authority, authority_key, now)
    # The key first: between the two writes the old certificate does not fit, and that is noticed.
    write(files.key, _key_pem(key))
    write(files.certificate, certificate.public_bytes(serialization.Encoding.PEM))
    return True


def check(files: CertificateFiles, host: str, *, now: datetime) -> datetime:
    """Refuse certificates with which no gateway would get in; returns when the first one ends.

    Raises:
        InputError: BRK-004 missing or unreadable, expired, another key, another name, or not
            signed by the authority that gateways believe; SEC-001 others may read the key.
    """
    certificate, key = _certificate(files.certificate), _private_key(files.key)
    authority = _certificate(files.authority)
    if key.public_key() != certificate.public_key():
        raise _unusable(files.key, "it is not the key of the certificate", "the certificate's key")
    for path, one in ((files.certificate, certificate), (files.authority, authority)):
        if not one.not_valid_before_utc <= now < one.not_valid_after_utc:
            found = f"good from {_day(one.not_valid_before_utc)} to {_day(one.not_valid_after_utc)}"
            raise _unusable(path, found, "a certificate that is good today")
    if host not in names(certificate):
        found = f"for {', '.join(sorted(names(certificate))) or 'no name'}"
        raise _unusable(files.certificate, found, f"a certificate for {host}")
    return min(certificate.not_valid_after_utc, authority.not_valid_after_utc)


def ends_of(path: Path) -> datetime:
    """Return until when a certificate is good.

    Raises:
        InputError: BRK-004 it cannot be read.
    """
    return _certificate(path).not_valid_after_utc


def names(certificate: x509.Certificate) -> set[str]:
    """Return the names and addresses that a certificate is for."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return set()
    addresses = extension.value.get_values_for_type(x509.IPAddress)
    return {*extension.value.get_values_for_type(x509.DNSName), *map(str, addresses)}


def _is_due(files: CertificateFiles, host: str, authority: x509.Certificate, now: datetime) -> bool:
    """Tell whether the server needs a new certificate; what is damaged is made anew."""
    try:
        check(files, host, now=now)
        certificate = _certificate(files.certificate)
        certificate.verify_directly_issued_by(authority)
    except (InputError, ValueError, TypeError, InvalidSignature):
        return True
    # Near its own end the authority cannot give more; then only new files for the homes help.
    longest = min(now + RENEW_BEFORE, authority.not_valid_after_utc)
    return certificate.not_valid_after_utc < longest


def _make_authority(path: Path, key_file: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mimamori broker authority")])
    certificate = (
        _builder(name, name, key.public_key(), now, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    write(key_file, _key_pem(key))
    write(path, certificate.public_bytes(serialization.Encoding.PEM))


def _sign_server(
    host: str,
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    authority_key: CertificateIssuerPrivateKeyTypes,
    now: datetime,
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mimamori broker")])
    signer = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    lasts = min(SERVER_LASTS, authority.not_valid_after_utc - now)
    return (
        _builder(name, authority.subject, key.public_key(), now, lasts)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(signer.value),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _certificate(path: Path) -> x509.Certificate:
    """Read the first certificate of a PEM file."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())[0]
    except (OSError, ValueError) as error:
        raise _unreadable(path, error, "a certificate as PEM") from error


def _private_key(path: Path) -> CertificateIssuerPrivateKeyTypes:
    try:
        check_mode(path)
        key: PrivateKeyTypes = serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unreadable(path, error, "a private key as PEM, without a password") from error
    return key  # type: ignore[return-value]  # a key of another kind fits no certificate


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _unreadable(path: Path, error: Exception, allowed: str) -> InputError:
    found = error.strerror if isinstance(error, OSError) else "it cannot be read"
    return _unusable(path, found or type(error).__name__, allowed)


def _unusable(path: Path, found: str, allowed: str) -> InputError:
    do = "restore our own files from the backup, or correct what [broker] names"
    return InputError(Problem(code="BRK-004", where=str(path), found=found, allowed=allowed, do=do))


def _day(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d}"
