"""The buffered socket under paho: what comes is what was sent, in whatever pieces."""

import socket
from collections.abc import Iterator

import pytest

from ingest.buffered_socket import BufferedSocket


@pytest.fixture
def pair() -> Iterator[tuple[BufferedSocket, socket.socket]]:
    """Return a buffered socket and its plain peer."""
    ours, theirs = socket.socketpair()
    buffered = BufferedSocket(ours)
    buffered.setblocking(False)  # noqa: FBT003 (a socket's own method)
    yield buffered, theirs
    ours.close()
    theirs.close()


def test_one_read_of_the_network_serves_many_small_ones(
    pair: tuple[BufferedSocket, socket.socket],
) -> None:
    """Paho asks for a byte, then for another, then for the rest."""
    buffered, peer = pair
    peer.sendall(b"abcdef")

    assert buffered.wait(5.0)
    assert [buffered.recv(1), buffered.recv(2)] == [b"a", b"bc"]
    assert buffered.holds == 3
    assert buffered.recv(100) == b"def"


def test_nothing_there_says_so_instead_of_waiting(
    pair: tuple[BufferedSocket, socket.socket],
) -> None:
    """A socket that has nothing raises, as paho expects."""
    buffered, _ = pair

    assert not buffered.wait(0.0)
    with pytest.raises(BlockingIOError):
        buffered.recv(1)


def test_what_is_held_needs_no_waiting(pair: tuple[BufferedSocket, socket.socket]) -> None:
    """The network may be silent for ever: the rest of what came is here."""
    buffered, peer = pair
    peer.sendall(b"ab")
    assert buffered.wait(5.0)
    buffered.recv(1)

    assert buffered.wait(0.0)
    assert buffered.recv(1) == b"b"


def test_what_is_sent_goes_with_the_flush(pair: tuple[BufferedSocket, socket.socket]) -> None:
    """Many small packets are one system call; before the flush nothing is on its way."""
    buffered, peer = pair
    peer.settimeout(0)
    assert [buffered.send(b"abc"), buffered.send(b"def")] == [3, 3]
    with pytest.raises(BlockingIOError):
        peer.recv(10)

    buffered.flush()
    buffered.flush()

    assert peer.recv(10) == b"abcdef"


def test_the_end_of_the_connection_is_an_empty_read(
    pair: tuple[BufferedSocket, socket.socket],
) -> None:
    """As with any socket."""
    buffered, peer = pair
    peer.close()

    assert buffered.wait(5.0)
    assert buffered.recv(10) == b""


def test_sending_to_nobody_is_an_error_and_is_not_tried_for_ever(
    pair: tuple[BufferedSocket, socket.socket],
) -> None:
    """The bytes are given up: they belonged to a connection that is gone."""
    buffered, peer = pair
    peer.close()
    buffered.send(b"x" * 100)
    with pytest.raises(OSError, match=r"(?i)pipe|reset|connection"):
        buffered.flush()

    buffered.flush()


def test_the_head_of_what_was_read_is_taken_or_left(
    pair: tuple[BufferedSocket, socket.socket],
) -> None:
    """Whoever knows the packets looks at it; what it does not take stays for `recv`."""
    buffered, peer = pair
    peer.sendall(b"abcdef")
    assert buffered.wait(5.0)
    assert buffered.recv(1) == b"a"

    assert buffered.take(lambda read, at: (read[at : at + 2], at + 2)) == b"bc"
    assert buffered.take(lambda *_: None) is None
    assert buffered.recv(100) == b"def"
