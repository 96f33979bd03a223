"""A real IMAP server, Dovecot, on a port of loopback: TLS only, one mailbox, a maildir."""

from __future__ import annotations

import os
import pwd
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.broker import free_port
from cli.certificates import keep_own, own_files
from domain.clock import RealClock
from tests.support.process import Process

HOST = "localhost"
USER, PASSWORD = "check@city.example", "four words and a half"
STARTS_WITHIN_S = 30.0
_CONFIG = """
base_dir = {run}
state_dir = {run}
log_path = {log}
protocols = imap
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
default_internal_user = {inner}
default_internal_group = {inner}
default_login_user = {login}
first_valid_uid = 0
disable_plaintext_auth = yes
mail_location = maildir:{maildir}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {users}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder} allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
"""


class Dovecot:
    """The server while it runs."""

    def __init__(self, folder: Path, *, port: int) -> None:
        """Use `dovecot`."""
        self.port, self.maildir = port, folder / "maildir"
        self.authority = own_files(folder / "certificates").authority
        self._users = folder / "users"

    def set_password(self, password: str) -> None:
        """Let another password open the mailbox."""
        self._users.write_text(f"{USER}:{password}\n")

    def put(self, message: bytes) -> None:
        """Deliver a message."""
        path = self.maildir / "new" / f"{len(self.contents())}.{os.urandom(8).hex()}"
        path.write_bytes(message)
        os.chown(path, *_mail_owner())

    def contents(self) -> list[bytes]:
        """Return all messages, in no order."""
        return [
            path.read_bytes() for name in ("new", "cur") for path in (self.maildir / name).iterdir()
        ]


@contextmanager
def dovecot(binary: str) -> Iterator[Dovecot]:
    """Run a Dovecot inside the block; its certificate is signed by an authority of its own."""
    with TemporaryDirectory(prefix="dovecot-") as made:
        folder = Path(made)
        folder.chmod(0o755)  # as root it works under other users
        with _running(binary, folder) as server:
            yield server


@contextmanager
def _running(binary: str, folder: Path) -> Iterator[Dovecot]:
    keep_own(folder / "certificates", HOST, now=datetime.now(UTC))  # noqa: TID251 (OpenSSL's clock)
    server = Dovecot(folder, port=free_port())
    server.set_password(PASSWORD)
    config = folder / "dovecot.conf"
    config.write_text(_text(folder, server))
    for name in ("new", "cur", "tmp"):
        (server.maildir / name).mkdir(parents=True)
    for path in (server.maildir, *server.maildir.iterdir()):
        os.chown(path, *_mail_owner())
    process = Process([binary, "-F", "-c", str(config)], log=folder / "stderr.log")
    try:
        _await(server, process, folder / "dovecot.log")
        yield server
    finally:
        process.stop()


def _text(folder: Path, server: Dovecot) -> str:
    files, me = own_files(folder / "certificates"), pwd.getpwuid(os.getuid()).pw_name
    inner, login = (me, me) if os.getuid() else ("dovecot", "dovenull")
    uid, gid = _mail_owner()
    return _CONFIG.format(
        run=folder / "run",
        log=folder / "dovecot.log",
        certificate=files.certificate,
        key=files.key,
        inner=inner,
        login=login,
        maildir=server.maildir,
        users=folder / "users",
        uid=uid,
        gid=gid,
        folder=folder,
        port=server.port,
    )


def _mail_owner() -> tuple[int, int]:
    """Return whose the mail is: Dovecot opens no mailbox of root's."""
    if os.getuid():
        return os.getuid(), os.getgid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _await(server: Dovecot, process: Process, log: Path) -> None:
    """Wait until it greets over TLS."""
    clock = RealClock()
    end_s = clock.monotonic() + STARTS_WITHIN_S
    context = ssl.create_default_context(cafile=str(server.authority))
    while clock.monotonic() < end_s and process.is_running:
        try:
            with (
                socket.create_connection((HOST, server.port), timeout=5) as plain,
                context.wrap_socket(plain, server_hostname=HOST) as secure,
            ):
                if secure.recv(4).startswith(b"* OK"):
                    return
        except OSError:
            threading.Event().wait(0.05)
    said = log.read_text("utf-8", "replace") if log.exists() else ""
    raise AssertionError(f"dovecot does not serve: {process.said()} {said}")
