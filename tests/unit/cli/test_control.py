"""The way into the running system: bounded, its owner's only, and no more than a command's form."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import cli.control
from cli.control import MAX_LINE_BYTES, SOCKET, Request, ask_running, serve
from cli.desk import lend, open_register, wrong
from cli.journal import open_stores
from cli.lock import exclusive
from cli.requests import COMMANDS, do, perform
from domain.clock import pause
from domain.errors import InputError, PermanentError, TransientError
from storage.stores import Stores
from tests.unit.cli.conftest import Office

BESIDE = Path("beside/me").absolute()


@dataclass(frozen=True, slots=True)
class Thing:
    """An argument of a test's command."""

    path: Path
    count: int


def talk(folder: Path, thing: Thing, ask: Callable[[], str]) -> str:
    """Ask somebody and say everything."""
    return f"{folder.name} {thing.path} {thing.count} {ask()}"


def refuse(folder: Path) -> str:
    """Refuse."""
    raise wrong("GWY-006", str(folder), "nothing", "something")


def fail(folder: Path) -> str:
    """Fail as a defect does."""
    raise ZeroDivisionError(folder)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder, and commands of the test."""
    for name, command in {"test.talk": talk, "test.refuse": refuse, "test.fail": fail}.items():
        monkeypatch.setitem(COMMANDS, name, command)
    made = tmp_path / "data"
    made.mkdir(mode=0o700)
    return made


async def answered(folder: Path, question: Callable[[], Any]) -> Any:
    """Serve a folder while a question is asked in a thread; returns or raises what it does."""

    async def changed(command: str) -> str:
        return "and more" if command == "test.talk" else ""

    serving = asyncio.ensure_future(serve(folder, lambda r, ask: perform(folder, r, ask), changed))
    try:
        for _ in range(500):
            if (folder / SOCKET).exists():
                break
            await pause(0.01)
        return await asyncio.to_thread(question)
    finally:
        serving.cancel()
        await asyncio.wait([serving])


async def test_a_command_runs_there_and_asks_here(folder: Path) -> None:
    """Arguments keep their types, paths are the asker's, and the question comes back to it."""
    thing = Thing(path=Path("beside/me"), count=3)

    told = await answered(folder, lambda: do(folder, "test.talk", thing=thing, ask=lambda: "秘密"))

    assert told == f"data {BESIDE} 3 秘密\nand more"
    assert not (folder / SOCKET).exists()


async def test_a_long_answer_arrives_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list may be longer than what may be asked: it is our own side that speaks."""
    long = "あ" * MAX_LINE_BYTES
    monkeypatch.setitem(COMMANDS, "test.long", lambda _: long)

    assert await answered(folder, lambda: do(folder, "test.long")) == long


async def test_who_asks_says_how_long_to_wait(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work that takes longer is told as not answered, and it may have been done."""
    may_end = threading.Event()

    def slow(folder: Path) -> str:
        may_end.wait(20.0)
        return f"{folder} done"

    def hasty() -> str:
        try:
            return do(folder, "test.slow", longest_s=0.2)
        finally:
            may_end.set()

    monkeypatch.setitem(COMMANDS, "test.slow", slow)

    with pytest.raises(TransientError) as caught:
        await answered(folder, hasty)

    assert caught.value.problem.code == "CTL-001"


async def test_errors_come_back_as_they_are(folder: Path) -> None:
    """A refusal is the same error with the same code; a defect says that there was one, no more."""
    with pytest.raises(InputError) as refused:
        await answered(folder, lambda: do(folder, "test.refuse"))
    with pytest.raises(PermanentError) as failed:
        await answered(folder, lambda: do(folder, "test.fail"))

    assert refused.value.problem.code == "GWY-006"
    assert refused.value.problem.do.startswith("correct it")
    assert failed.value.problem.code == "CTL-003"


@pytest.mark.parametrize(
    "request_",
    [
        Request("os.system", {}),
        Request("test.refuse", {"folder": "/"}),
        Request("test.talk", {}),
        Request("test.talk", {"thing": {"path": "/", "count": "3"}}),
        Request("test.talk", {"thing": {"path": 1, "count": 3}}),
        Request("test.talk", {"thing": {"path": "/", "count": 3}, "ask": 1}),
    ],
)
async def test_what_is_no_command_is_refused(folder: Path, request_: Request) -> None:
    """Nothing but known commands with their own arguments is done."""
    with pytest.raises(InputError) as caught:
        await answered(folder, lambda: ask_running(folder, request_, None))

    assert caught.value.problem.code == "CTL-002"


async def test_an_answer_of_another_type_is_refused(folder: Path) -> None:
    """What a person typed is checked too."""
    thing = Thing(path=Path("x"), count=1)
    with pytest.raises(InputError) as caught:
        await answered(folder, lambda: do(folder, "test.talk", thing=thing, ask=lambda: 5))

    assert caught.value.problem.code == "CTL-002"


async def test_endless_lines_end(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """More than the longest line is refused by name, without a trace of a defect in the log."""

    def flood() -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(folder / SOCKET))
            connection.settimeout(20.0)
            with contextlib.suppress(OSError):  # it ends before all of it was sent
                connection.sendall(b"x" * (MAX_LINE_BYTES * 4))
            return connection.recv(4096)

    def both() -> str:
        assert b"CTL-004" in flood()
        with pytest.raises(InputError):
            do(folder, "test.refuse")
        return "served"

    assert await answered(folder, both) == "served"
    assert "failed" not in caplog.text


async def test_a_request_that_is_too_long_is_not_sent(folder: Path) -> None:
    """Whoever asks is told so, and nothing was begun."""
    with pytest.raises(InputError) as refused:
        await answered(folder, lambda: do(folder, "test.refuse", what="x" * MAX_LINE_BYTES))
    assert refused.value.problem.code == "CTL-004"


async def test_another_user_is_not_heard(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system says who is at the other end; a stranger gets no answer."""

    def nobody(connection: socket.socket) -> None:
        raise PermissionError(connection)

    monkeypatch.setattr(cli.control, "_check_peer", nobody)

    with pytest.raises(TransientError) as caught:
        await answered(folder, lambda: do(folder, "test.refuse"))

    assert caught.value.problem.code == "CTL-001"


async def test_a_long_path_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's limit of 108 bytes is not ours."""
    monkeypatch.setitem(COMMANDS, "test.refuse", refuse)
    deep = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 6)
    deep.mkdir(parents=True)

    with pytest.raises(InputError) as caught:
        await answered(deep, lambda: do(deep, "test.refuse"))

    assert caught.value.problem.code == "GWY-006"


def test_nobody_there_is_no_error(folder: Path) -> None:
    """Without a running system a command is done here; a dead one's socket is nobody."""
    assert ask_running(folder, Request("test.refuse", {}), None) is None
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(folder / SOCKET))
    assert ask_running(folder, Request("test.refuse", {}), None) is None


def test_lent_stores_are_used(office: Office) -> None:
    """Inside the running system a command works on its stores and needs no lock."""
    with (
        exclusive(office.folder),
        Stores.open(office.folder / "stores") as stores,
        lend(office.folder, stores, print),
    ):
        with open_register(office.folder) as register:
            assert register is stores.register
        with open_stores(office.folder) as both:
            assert both == (stores.register, stores.journal)
        assert stores.journal.head() == 0, "what was lent stays open"
    with open_register(office.folder) as other:
        assert other is not register
