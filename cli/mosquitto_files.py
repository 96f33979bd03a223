"""What a Mosquitto reads: configuration, access list, passwords; the same for ours and yours.

One template makes the files of the broker that `mimamori up` starts and of one that systemd or
compose runs (`mimamori broker export`), so what was tested on the one holds for the other.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from cli.broker import AccessRules
from messaging.topics import ROOT, VERSION
from storage.register.credentials import Credential

PBKDF2_ROUNDS = 101
"""What Mosquitto 2 itself writes; the passwords are 192 random bits, not words."""
CONFIGURATION, ACCESS_LIST, PASSWORDS = "mosquitto.conf", "acl", "passwords"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsListener:
    """The door for gateways in homes."""

    port: int
    address: str
    """Address to listen on; empty: all of this machine, IPv4 and IPv6."""
    certificate: PurePath
    key: PurePath


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where a broker finds its files, and where it listens."""

    folder: PurePath
    """Configuration, access list and passwords, as the broker itself sees the folder."""
    state: PurePath
    """Where it keeps its sessions; readable by nobody else, for queued messages are in there."""
    port: int
    """TCP port on the loopback, in clear: for ingest on the same machine."""
    tls: TlsListener | None
    log: str
    """Where it logs to, as Mosquitto writes it: `file PATH`, `stderr`, `syslog`."""
    user: str | None = None
    """User to run as where it is started as root; None: leave it to Mosquitto."""


_CONFIGURATION = """\
# Made by mimamori; changes are overwritten. Why each number: deploy/mosquitto/README.md

# Who may speak: nobody without a password, nobody beyond the access list.
per_listener_settings false
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
check_retain_source true

# How much is kept and taken. Receipts of our own make good what is dropped here.
max_packet_size 262144
message_size_limit 131072
max_inflight_messages 4000
max_queued_messages 200000
max_queued_bytes 268435456
memory_limit 2147483648
persistent_client_expiration 14d
persistence true
persistence_location {state}/
autosave_interval 60

set_tcp_nodelay true
log_dest {log}
log_type error
log_type warning
log_type notice
connection_messages false
"""
_LOOPBACK = """
# This machine only: ingest.
listener {port} 127.0.0.1
use_username_as_clientid true
max_connections 20000
"""
_TLS = """
# Gateways in homes.
listener {port}{address}
use_username_as_clientid true
max_connections 20000
certfile {certificate}
keyfile {key}
tls_version tlsv1.2
"""


def configuration(layout: Layout) -> str:
    """Return `mosquitto.conf`."""
    parts = [_CONFIGURATION.format(folder=layout.folder, state=layout.state, log=layout.log)]
    if layout.user is not None:
        parts.append(f"user {layout.user}\n")
    parts.append(_LOOPBACK.format(port=layout.port))
    if layout.tls is not None:
        tls = layout.tls
        address = f" {tls.address}" if tls.address else ""
        parts.append(
            _TLS.format(port=tls.port, address=address, certificate=tls.certificate, key=tls.key)
        )
    return "".join(parts)


def access_list(rules: AccessRules, members: Iterable[Credential] = ()) -> str:
    """Return `acl`: the rules, and a section for each user whose name is not its gateway's id.

    A rotated credential has a name of its own (`GATEWAY-g2`), while topics keep the gateway's id.
    """
    sections = [
        f"\nuser {one.username}\n"
        f"topic write {ROOT}/{VERSION}/{one.gateway}/up/#\n"
        f"topic read {ROOT}/{VERSION}/{one.gateway}/down/#\n"
        for one in members
        if one.username != one.gateway
    ]
    return rules.mosquitto + "".join(sections)


def password_file(hashes: Mapping[str, str]) -> str:
    """Return `passwords` from hashes by user name."""
    return "".join(f"{user}:{hashed}\n" for user, hashed in sorted(hashes.items()))


def users_in(password_lines: str) -> set[str]:
    """Return the user names of a password file."""
    names = (line.partition(":") for line in password_lines.splitlines())
    return {user for user, colon, _ in names if colon}


def hash_password(password: str) -> str:
    """Return a password as a Mosquitto password file holds it ($7$: PBKDF2-HMAC-SHA512)."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, PBKDF2_ROUNDS, 64)
    salt_64, digest_64 = base64.b64encode(salt).decode(), base64.b64encode(digest).decode()
    return f"$7${PBKDF2_ROUNDS}${salt_64}${digest_64}"
