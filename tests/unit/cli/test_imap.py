"""The mailbox of the check: a message is recognised by its id, taken out, and nothing else is."""

import io
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from cli.imap import ImapInbox
from domain.ids import NotificationId

MESSAGE = NotificationId("abcdef")


class Mailbox:
    """An IMAP server of one mailbox on loopback, one connection after the other."""

    def __init__(self) -> None:
        """Hold no mail."""
        self.ids: list[str] = []
        self.password = "word"
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as lines:
                self._talk(lines)

    def _talk(self, lines: io.BufferedRWPair) -> None:
        marked: list[str] = []

        def say(text: str) -> None:
            lines.write(text.encode() + b"\r\n")
            lines.flush()

        say("* OK ready")
        for raw in lines:
            tag, _, told = raw.decode().strip().partition(" ")
            word, _, rest = told.partition(" ")
            match word.upper():
                case "CAPABILITY":
                    say("* CAPABILITY IMAP4rev1")
                case "LOGIN" if f'"{self.password}"' not in rest:
                    say(f"{tag} NO wrong")
                    continue
                case "SELECT":
                    say(f"* {len(self.ids)} EXISTS")
                case "SEARCH":
                    found = [str(n) for n, one in enumerate(self.ids, 1) if f'"{one}"' in rest]
                    say(" ".join(["* SEARCH", *found]))
                case "STORE":
                    marked.append(self.ids[int(rest.split()[0]) - 1])
                case "EXPUNGE":
                    self.ids = [one for one in self.ids if one not in marked]
                case "LOGOUT":
                    say("* BYE")
                    say(f"{tag} OK done")
                    return
            say(f"{tag} OK done")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """Return a running server."""
    made = Mailbox()
    yield made
    made.close()


def inbox(mailbox: Mailbox) -> ImapInbox:
    """Point at it, in clear."""
    return ImapInbox(
        host="127.0.0.1",
        port=mailbox.port,
        username="check@city.example",
        password="word",
        domain="city.example",
        is_tls=False,
    )


async def test_a_message_that_is_there_is_taken_out_and_no_other(mailbox: Mailbox) -> None:
    """It is recognised by the id that delivery gave it; the mailbox does not grow."""
    mailbox.ids = ["<other@city.example>", "<abcdef@city.example>"]

    assert await inbox(mailbox).take(MESSAGE)
    assert mailbox.ids == ["<other@city.example>"]
    assert not await inbox(mailbox).take(MESSAGE)


async def test_a_mailbox_that_fails_is_a_no(mailbox: Mailbox) -> None:
    """A wrong password and a server that is away raise nothing."""
    mailbox.ids = ["<abcdef@city.example>"]
    mailbox.password = "another"
    assert not await inbox(mailbox).take(MESSAGE)

    away = inbox(mailbox)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert not await replace(away, port=port).take(MESSAGE)
