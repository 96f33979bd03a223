"""A mailbox on this machine: an SMTP server that keeps mails as files, and a page to read them.

Only for demonstrations and replays; real mails go to a real server.
"""

from __future__ import annotations

import email
import email.policy
import html
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from cli.broker import LOOPBACK, free_port
from domain.ids import new_id

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="refresh" content="3"><title>Mailbox</title>
<link rel="stylesheet" href="/style.css"></head>
<body><h1>Mailbox ({count})</h1>{mails}</body></html>
"""
_MAIL = """<article><h2>{subject}</h2><p>To {to}, {date}</p><pre>{body}</pre></article>
"""
_STYLE = """body{font:16px/1.7 "Noto Sans CJK JP","Noto Sans JP",sans-serif;max-width:46rem;
margin:2rem auto;padding:0 1rem;color:#1a1a1a}article{border:1px solid #767676;border-radius:8px;
padding:0 1rem;margin:1rem 0}pre{white-space:pre-wrap;font:inherit}"""
_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One delivered copy."""

    message_id: str
    to: str
    subject: str
    date: str
    body: str


class Mailbox:
    """An SMTP server and a page on loopback ports of their own; mails survive a kill."""

    def __init__(self, folder: Path) -> None:
        """Keep mails in `folder`, one file each."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._smtp = Controller(_Keeper(folder), hostname=LOOPBACK, port=free_port())
        self._http = ThreadingHTTPServer((LOOPBACK, 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    @property
    def smtp_port(self) -> int:
        """Where mails are taken in."""
        return int(self._smtp.port)

    @property
    def url(self) -> str:
        """Where mails can be read."""
        return f"http://{LOOPBACK}:{self._http.server_address[1]}/"

    def start(self) -> None:
        """Begin to take mails and to show them."""
        self._smtp.start()
        self._thread.start()

    def stop(self) -> None:
        """End both servers; the mails stay."""
        self._smtp.stop()
        self._http.shutdown()
        self._http.server_close()

    def mails(self) -> list[Mail]:
        """Return all mails, newest first."""
        return read_mails(self._folder)


@contextmanager
def mailbox_in(folder: Path) -> Iterator[Mailbox]:
    """Take mails into a folder, and show them, for the block."""
    mailbox = Mailbox(folder)
    mailbox.start()
    try:
        yield mailbox
    finally:
        mailbox.stop()


def read_mails(folder: Path) -> list[Mail]:
    """Return the mails kept in a folder, newest first; an absent folder holds none."""
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [_read(path.read_bytes()) for path in files]


class _Keeper:
    """Takes a mail only when it is durable: 250 after fsync."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        del server, session
        name = new_id()
        temporary = self._folder / f"{name}.new"
        with temporary.open("wb") as file:
            file.write(envelope.original_content or b"")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._folder / f"{name}.eml")
        return "250 kept"


def _read(raw: bytes) -> Mail:
    parsed = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)
    part = parsed.get_body(("plain",))
    return Mail(
        message_id=str(parsed.get("Message-ID", "")).strip(),
        to=str(parsed.get("To", "")),
        subject=str(parsed.get("Subject", "")),
        date=str(parsed.get("Date", "")),
        body=str(part.get_content()) if part is not None else "",
    )


def _render(mails: list[Mail]) -> str:
    rows = [
        _MAIL.format(
            subject=html.escape(mail.subject),
            to=html.escape(mail.to),
            date=html.escape(mail.date),
            body=html.escape(mail.body),
        )
        for mail in mails
    ]
    return _PAGE.format(count=len(mails), mails="".join(rows) or "<p>No mail yet.</p>")


def _handler(mailbox: Mailbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Shows the mails."""

        def do_GET(self) -> None:
            """Answer with the page or its style."""
            is_style = self.path == "/style.css"
            content = _STYLE if is_style else _render(mailbox.mails())
            self.send_response(200)
            kind = "text/css" if is_style else "text/html"
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Security-Policy", _POLICY)
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            """Keep the terminal quiet."""
            del format, args

    return Handler
