"""An IMAP server of one mailbox that knows just what the check asks; in clear."""

from __future__ import annotations

import io
import socket
import threading


class ScriptedImap:
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
