"""The way into a running `mimamori up`: a Unix socket in its data folder, for its owner only.

One line of JSON each way. A request names a command and its arguments; the answer is what the
command prints or its error. A command that asks somebody something sends the question first and
waits for its answer. Nothing but the commands of `cli.requests` can be asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from domain.errors import InputError, MimamoriError, PermanentError, Problem, TransientError

log = logging.getLogger(__name__)

SOCKET = "control"
MAX_LINE_BYTES = 1 << 20
"""Longest that is heard from whoever asks."""
MAX_ANSWER_BYTES = 1 << 26
"""A list of 10,000 quarantined items has a few megabytes, of 5,000 homes half a megabyte."""
MOST_REQUESTS = 4
"""At a time; a fifth waits. Each has a thread, which mostly waits for somebody to type."""
REQUEST_S = 60.0
"""Longest wait for a request, and for a command's work where it is not told another."""
PERSON_S = 600.0
"""Longest wait for what a person types."""
_LONGEST_PATH = 100
"""The system's limit is 108 bytes on Linux, 104 on macOS."""
_ERRORS: dict[str, type[MimamoriError]] = {
    "input": InputError,
    "transient": TransientError,
    "permanent": PermanentError,
}


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A command and its arguments, in the form that JSON can carry."""

    command: str
    arguments: dict[str, Any]


class Message(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What either side says after the request; exactly one of these."""

    asks: bool = False
    """The command wants what only a person can give."""
    answer: Any = None
    printed: str | None = None
    error: dict[str, str] | None = None


Perform = Callable[[Request, Callable[[], Any]], str]
"""Does a request, in a thread; the second argument asks the person and returns what came."""


async def serve(folder: Path, perform: Perform, changed: Callable[[str], Awaitable[str]]) -> None:
    """Answer requests until cancelled.

    Args:
        folder: The data folder, which only its owner may enter.
        perform: Does one request; its errors are answered.
        changed: Called with the command's name after it was done, before its answer goes out;
            returns what the person should be told besides, or nothing.
    """
    with _listening(folder) as listener, ThreadPoolExecutor(MOST_REQUESTS) as threads:
        turns = asyncio.Semaphore(MOST_REQUESTS)

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            async with turns:
                await _serve_one(reader, writer, perform, changed, threads)

        server = await asyncio.start_unix_server(handle, sock=listener, limit=MAX_LINE_BYTES)
        async with server:
            await server.serve_forever()


def ask_running(
    folder: Path,
    request: Request,
    ask: Callable[[], Any] | None,
    *,
    longest_s: float = REQUEST_S,
) -> str | None:
    """Let the running system do a request; returns what it printed, None when none runs.

    It has `longest_s` for its work, in seconds.

    Raises:
        MimamoriError: What the command raised there; CTL-001 no answer, or none of the known form.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        if not _connect(connection, folder):
            return None
        connection.settimeout(longest_s)
        return _hear_out(connection, folder, request, ask)


def _hear_out(
    connection: socket.socket, folder: Path, request: Request, ask: Callable[[], Any] | None
) -> str:
    try:
        return _converse(connection, request, ask)
    except UnicodeEncodeError as error:
        raise _not_understood("bytes that are no text") from error
    except (OSError, msgspec.DecodeError, EOFError) as error:
        raise _no_answer(folder, error) from error


def _converse(connection: socket.socket, request: Request, ask: Callable[[], Any] | None) -> str:
    with connection.makefile("rb") as lines:
        connection.sendall(_encoded(request))
        while True:
            message = msgspec.json.decode(_line(lines.readline(MAX_ANSWER_BYTES)), type=Message)
            if message.error is not None:
                raise _as_error(message.error)
            if not message.asks:
                return message.printed or ""
            if ask is None:
                raise EOFError
            answer = Message(answer=msgspec.to_builtins(ask()))
            connection.sendall(_encoded(answer))


def _encoded(said: Request | Message) -> bytes:
    """Return the line to be sent; what the other side would not hear is refused here."""
    line = msgspec.json.encode(said) + b"\n"
    if len(line) > MAX_LINE_BYTES:
        raise _too_long()
    return line


async def _serve_one(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    perform: Perform,
    changed: Callable[[str], Awaitable[str]],
    threads: ThreadPoolExecutor,
) -> None:
    try:
        _check_peer(writer.get_extra_info("socket"))
        message = await _answer(reader, writer, perform, changed, threads)
        await _send(writer, message)
    except (OSError, EOFError, ValueError, TimeoutError) as error:
        log.info("a request over the control channel was not heard out: %s", type(error).__name__)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _answer(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    perform: Perform,
    changed: Callable[[str], Awaitable[str]],
    threads: ThreadPoolExecutor,
) -> Message:
    loop = asyncio.get_running_loop()

    async def put_question() -> Any:
        await _send(writer, Message(asks=True))
        line = await _read(reader, PERSON_S)
        return msgspec.json.decode(line, type=Message).answer

    def ask() -> Any:
        return asyncio.run_coroutine_threadsafe(put_question(), loop).result(PERSON_S + REQUEST_S)

    try:
        request = msgspec.json.decode(await _read(reader, REQUEST_S), type=Request)
        printed = await loop.run_in_executor(threads, perform, request, ask)
        more = await changed(request.command)
        return Message(printed="\n".join(filter(None, (printed, more))))
    except msgspec.MsgspecError as error:
        return _as_message(_not_understood(str(error)))
    except MimamoriError as error:
        return _as_message(error)
    except (OSError, EOFError, TimeoutError):
        raise
    except Exception:
        log.exception("a command over the control channel failed")
        return _as_message(_failed())


async def _read(reader: asyncio.StreamReader, timeout_s: float) -> bytes:
    async with asyncio.timeout(timeout_s):
        try:
            return _line(await reader.readline())
        except ValueError:
            raise _too_long() from None


async def _send(writer: asyncio.StreamWriter, message: Message) -> None:
    writer.write(msgspec.json.encode(message) + b"\n")
    async with asyncio.timeout(REQUEST_S):
        await writer.drain()


def _line(raw: bytes) -> bytes:
    if not raw.endswith(b"\n"):
        raise EOFError
    return raw


def _check_peer(connection: socket.socket) -> None:
    """Refuse other users, should the modes of folder and socket ever be wrong.

    Raises:
        PermissionError: Another user.
    """
    if hasattr(socket, "SO_PEERCRED"):
        form = struct.Struct("3i")
        raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, form.size)
        if form.unpack(raw)[1] not in (os.geteuid(), 0):
            raise PermissionError


@contextmanager
def _listening(folder: Path) -> Iterator[socket.socket]:
    """Listen in a folder that we hold alone: a socket there is a dead process's."""
    with _address(folder) as address:
        Path(address).unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listener:
            before = os.umask(0o177)
            try:
                listener.bind(address)
            finally:
                os.umask(before)
            listener.listen(MOST_REQUESTS)
            listener.setblocking(False)  # noqa: FBT003 (the name of the call says it)
            try:
                yield listener
            finally:
                Path(address).unlink(missing_ok=True)


def _connect(connection: socket.socket, folder: Path) -> bool:
    """Tell whether somebody listens; a folder that is none is for the command itself to refuse."""
    try:
        with _address(folder) as address:
            connection.connect(address)
    except OSError:
        return False
    return True


@contextmanager
def _address(folder: Path) -> Iterator[str]:
    """Return a path to the socket that is short enough for the system, whatever the folder's is."""
    path = str(folder.absolute() / SOCKET)
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield path
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET}"
    finally:
        os.close(handle)


def _as_message(error: MimamoriError) -> Message:
    kind = next(name for name, kind in _ERRORS.items() if isinstance(error, kind))
    return Message(error={"kind": kind, **msgspec.to_builtins(error.problem)})


def _as_error(told: dict[str, str]) -> MimamoriError:
    kind = _ERRORS[told["kind"]]
    return kind(Problem(**{name: text for name, text in told.items() if name != "kind"}))


def _no_answer(folder: Path, error: Exception) -> TransientError:
    return TransientError(
        Problem(
            code="CTL-001",
            where=str(folder / SOCKET),
            found=f"the running system gave no answer ({type(error).__name__})",
            allowed="an answer in time",
            do="look with the matching `list` whether it was done, then try again",
        )
    )


def _not_understood(found: str) -> InputError:
    return InputError(
        Problem(
            code="CTL-002",
            where="request to the running system",
            found=found,
            allowed="a command of its own version",
            do="restart `mimamori up` after an upgrade, then try again; nothing was changed",
        )
    )


def _too_long() -> InputError:
    return InputError(
        Problem(
            code="CTL-004",
            where="request to the running system",
            found="a line that is too long",
            allowed=f"at most {MAX_LINE_BYTES} bytes",
            do="ask for less at a time; nothing was changed",
        )
    )


def _failed() -> PermanentError:
    return PermanentError(
        Problem(
            code="CTL-003",
            where="request to the running system",
            found="the command failed there",
            allowed="a command that ends",
            do="read the log of `mimamori up`, and report it as a defect",
        )
    )
