"""What a program did to its files, read from strace: each write, sync and change of a name.

A call stands where it ended. A sync also knows where it began: what was written in between by
another thread is not covered by it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CALLS = (
    "openat,creat,write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,fallocate,"
    "fsync,fdatasync,sync_file_range,ftruncate,truncate,rename,renameat,renameat2,unlink,unlinkat,"
    "link,linkat,symlink,symlinkat,mmap,mkdir,rmdir"
)
_SILENT = frozenset({"mkdir", "rmdir"})
_LINE = re.compile(rb"^(\d+) +(?:<\.\.\. (\w+) resumed>)?(.*)$", re.DOTALL)
_CALL = re.compile(rb"^(\w+)\((.*)\) += (-?\d+)", re.DOTALL)
_UNFINISHED = b" <unfinished ...>"
_TEXT = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')
_PATH = re.compile(rb"^\d+<((?:\\x[0-9a-f]{2})*)>")


@dataclass(frozen=True, slots=True)
class Create:
    """A new name for a new file."""

    path: Path


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes into a file."""

    path: Path
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """Another length of a file."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Allocate:
    """Room for a file that is to be at least so long."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Rename:
    """Another name of a file."""

    path: Path
    target: Path


@dataclass(frozen=True, slots=True)
class Unlink:
    """A name that goes."""

    path: Path


@dataclass(frozen=True, slots=True)
class Sync:
    """A file or folder was synced: what was done before operation `began` is on the disk."""

    path: Path
    began: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What the program itself said."""

    text: str


Operation = Create | Write | Truncate | Allocate | Rename | Unlink | Sync | Mark


class TraceError(Exception):
    """The program did something that the model does not know: its result would prove nothing."""


def read_trace(trace: Path, *, disk: Path, marks: Path) -> list[Operation]:
    """Return what was done below `disk`, and what was written to the file `marks`, in order.

    Raises:
        TraceError: A call that the model does not know, below `disk`.
    """
    reader = _Reader(disk, marks)
    for call, began in _calls(trace, reader.operations):
        reader.take(call, began)
    return reader.operations


def _calls(trace: Path, operations: list[Operation]) -> Iterator[tuple[bytes, int]]:
    """Yield each call whole, at its end, with how many operations were done when it began."""
    begun: dict[bytes, tuple[bytes, int]] = {}
    with trace.open("rb") as lines:
        for line in lines:
            found = _LINE.match(line.rstrip(b"\n"))
            if found is None:
                continue
            process, resumed, rest = found.groups()
            if rest.endswith(_UNFINISHED):
                begun[process] = (rest.removesuffix(_UNFINISHED), len(operations))
            elif resumed is not None:
                head, began = begun.pop(process)
                yield head + rest, began
            else:
                yield rest, len(operations)


class _Reader:
    def __init__(self, disk: Path, marks: Path) -> None:
        self.operations: list[Operation] = []
        self._disk, self._marks = disk, marks
        self._names: set[Path] = set()

    def take(self, line: bytes, began: int) -> None:
        found = _CALL.match(line)
        if found is None or int(found[3]) < 0:
            return
        name, arguments = found[1].decode(), found[2]
        if name == "mmap" and (b"MAP_SHARED" not in arguments or b"PROT_WRITE" not in arguments):
            return
        path = self._path(name, arguments)
        if path is None:
            return
        if path == self._marks:
            if name == "write":
                self.operations.append(Mark(_data(arguments).decode()))
            return
        self._change(name, path, arguments, began)

    def _path(self, name: str, arguments: bytes) -> Path | None:
        """Return the path that a call is about; None when it is none of ours."""
        if name in ("openat", "creat") or name.startswith(("rename", "unlink", "truncate")):
            found = _TEXT.search(arguments)
        else:
            found = _PATH.match(arguments) if name != "mmap" else _PATH_INSIDE.search(arguments)
        if found is None:
            return None
        path = Path(_unescaped(found[1]).decode("utf-8", "surrogateescape"))
        is_ours = self._disk in (path, *path.parents) or path == self._marks
        return path if is_ours else None

    def _change(self, name: str, path: Path, arguments: bytes, began: int) -> None:
        add = self.operations.append
        if name == "openat":
            self._open(path, arguments)
        elif name == "pwrite64":
            offset = int(arguments.rpartition(b", ")[2])
            add(Write(path, offset, _data(arguments)))
        elif name == "ftruncate":
            add(Truncate(path, int(arguments.rpartition(b", ")[2])))
        elif name == "fallocate" and (room := _ROOM.search(arguments)):
            add(Allocate(path, int(room[1]) + int(room[2])))
        elif name in ("fsync", "fdatasync"):
            add(Sync(path, began))
        elif name == "unlink":
            self._names.discard(path)
            add(Unlink(path))
        elif name == "rename":
            self._rename(path, Path(_unescaped(_TEXT.findall(arguments)[1]).decode()))
        elif name == "mmap" and path.name.endswith("-shm"):
            return  # the wal-index: rebuilt from the write-ahead log after a power cut
        elif name not in _SILENT:
            message = f"{name} on {path.name} is not in the model"
            raise TraceError(message)

    def _open(self, path: Path, arguments: bytes) -> None:
        if b"O_CREAT" in arguments and path not in self._names:
            self._names.add(path)
            self.operations.append(Create(path))
        if b"O_TRUNC" in arguments:
            self.operations.append(Truncate(path, 0))

    def _rename(self, path: Path, target: Path) -> None:
        self._names.discard(path)
        self._names.add(target)
        self.operations.append(Rename(path, target))


_ROOM = re.compile(rb"^[^,]*, 0, (\d+), (\d+)$")
"""Arguments of a fallocate that only makes room."""
_PATH_INSIDE = re.compile(rb"\d+<((?:\\x[0-9a-f]{2})*)>")


def _data(arguments: bytes) -> bytes:
    """Return the bytes of a write; all of them, or the trace is not whole."""
    start = arguments.index(b'"') + 1
    end = arguments.index(b'"', start)
    if arguments[end + 1 : end + 4] == b"...":
        message = "strace cut the data of a write short"
        raise TraceError(message)
    return _unescaped(arguments[start:end])


def _unescaped(text: bytes) -> bytes:
    return bytes.fromhex(text.replace(b"\\x", b"").decode("ascii"))
