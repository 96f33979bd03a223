"""MQTT clients are made as the broker's access list and our promises need them."""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import Self

import aiomqtt
import pytest
from aiomqtt.exceptions import MqttConnectError

from domain.clock import pause
from domain.errors import PermanentError, TransientError
from messaging import client as module
from messaging.client import (
    MAX_INFLIGHT,
    BrokerSettings,
    keep_connected,
    make_client,
    take,
)


async def test_private_members_of_aiomqtt_are_there() -> None:
    """What aiomqtt does not promise is still there; if this fails, look for its new way."""
    client = make_client(BrokerSettings(), name="somebody", manual_ack=True)

    for path in module.PRIVATE:
        found: object = client
        for name in path.split("."):
            found = getattr(found, name)
        assert found is not None, path
    assert client._client._manual_ack is True


async def test_client_id_is_the_user_name() -> None:
    """The access list goes by user name, so a client must not be able to be somebody else."""
    assert make_client(BrokerSettings(username="gw-1"), name="other").identifier == "gw-1"
    assert make_client(BrokerSettings(), name="other").identifier == "other"


@pytest.mark.parametrize("mqtt5", [False, True])
async def test_many_messages_may_be_on_their_way(mqtt5: bool) -> None:  # noqa: FBT001
    """The defaults of 10 and 20 would hold a backlog up."""
    client = make_client(BrokerSettings(mqtt5=mqtt5), name="somebody", persistent=True)

    assert client.pending_calls_threshold == MAX_INFLIGHT
    assert client._client.max_inflight_messages == MAX_INFLIGHT


async def test_persistent_session_is_kept_by_the_broker() -> None:
    """A persistent session is not cleaned at connect, and has an end (MQTT 5)."""
    old = make_client(BrokerSettings(), name="somebody", persistent=True)
    new = make_client(BrokerSettings(mqtt5=True), name="somebody", persistent=True)

    assert old._client._clean_session is False
    assert new._clean_start is False
    assert new._properties is not None
    kept_s = new._properties.json()["SessionExpiryInterval"]  # type: ignore[no-untyped-call]
    assert kept_s == module.SESSION_EXPIRY_S


async def test_missing_authority_file_is_named(tmp_path: Path) -> None:
    """Without the file that tells true brokers from false ones nothing is connected."""
    with pytest.raises(PermanentError) as caught:
        make_client(BrokerSettings(ca_file=tmp_path / "none.pem"), name="somebody")

    assert caught.value.problem.code == "MQT-032"


def test_password_is_not_shown() -> None:
    """A password is in no log and no error."""
    assert "hush" not in repr(BrokerSettings(password="hush"))


async def test_full_inbox_ends_the_connection() -> None:
    """What does not fit is not acknowledged, and nothing behind it is taken first."""
    client = make_client(BrokerSettings(), name="somebody")
    inbox = client._queue
    message = aiomqtt.Message("a", b"", 1, False, 1, None)  # noqa: FBT003
    for _ in range(module.MAX_WAITING):
        inbox.put_nowait(message)
    with pytest.raises(asyncio.QueueFull):
        inbox.put_nowait(message)

    with pytest.raises(TransientError) as caught:
        await take(client, 10)

    assert caught.value.problem.code == "MQT-034"


async def test_take_returns_what_waits_up_to_the_most() -> None:
    """A batch is what has come, never more than asked for, in the order in which it came."""
    client = make_client(BrokerSettings(), name="somebody")
    for mid in range(5):
        client._queue.put_nowait(aiomqtt.Message("a", b"", 1, False, mid, None))  # noqa: FBT003

    assert [message.mid for message in await take(client, 3)] == [0, 1, 2]
    assert [message.mid for message in await take(client, 3)] == [3, 4]


class _FakeClient:
    """Fails to connect for some times."""

    def __init__(self, errors: list[Exception]) -> None:
        self._errors = errors

    async def __aenter__(self) -> Self:
        if self._errors:
            raise self._errors.pop(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


async def test_loss_and_return_are_told_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log that repeats itself each second hides what else is in it."""
    monkeypatch.setattr(module, "FIRST_BACKOFF_S", 0.0)
    errors: list[Exception] = [aiomqtt.MqttError("away") for _ in range(5)]
    errors.append(MqttConnectError(5))
    served = asyncio.Event()

    async def serve(_client: aiomqtt.Client) -> None:
        served.set()
        await asyncio.Event().wait()

    with caplog.at_level(logging.INFO, "messaging.client"):
        task = asyncio.create_task(
            keep_connected(lambda: _FakeClient(errors), serve, where="the broker")  # type: ignore[arg-type, return-value]
        )
        await asyncio.wait_for(served.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    told = [record.getMessage() for record in caplog.records if record.name == "messaging.client"]
    assert [line[:7] for line in told] == ["MQT-031", "MQT-030", "connect"]


@pytest.mark.parametrize("does", ["publish", "subscribe"])
async def test_cancellation_that_comes_with_the_answer_is_heeded(does: str) -> None:
    """Before Python 3.12 asyncio.wait_for forgets it, and a stopped service would go on."""

    class AnswersAndIsCancelled:
        async def publish(self, *_: object, **__: object) -> None:
            await self._swallow()

        async def subscribe(self, *_: object, **__: object) -> tuple[int, ...]:
            await self._swallow()
            return (1,)

        async def _swallow(self) -> None:
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

    client: aiomqtt.Client = AnswersAndIsCancelled()  # type: ignore[assignment]
    asked = module.publish(client, "a", b"") if does == "publish" else module.subscribe(client, "a")
    task = asyncio.create_task(asked)
    await pause(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_cancellation_is_not_taken_for_a_lost_connection() -> None:
    """A client that fails on its way out must not keep a stopped service alive."""
    served = asyncio.Event()

    class FailsOnTheWayOut(_FakeClient):
        async def __aexit__(self, *_: object) -> None:
            raise aiomqtt.MqttError("unexpected disconnection")

    async def serve(_client: aiomqtt.Client) -> None:
        served.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(
        keep_connected(lambda: FailsOnTheWayOut([]), serve, where="the broker")  # type: ignore[arg-type, return-value]
    )
    await asyncio.wait_for(served.wait(), 10)
    task.cancel()

    assert await asyncio.wait({task}, timeout=10) == ({task}, set())
    assert task.cancelled()


async def test_failed_part_of_a_connection_is_no_cancellation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A connection that breaks inside a TaskGroup is made anew; the service goes on."""
    monkeypatch.setattr(module, "FIRST_BACKOFF_S", 0.0)
    connections = asyncio.Semaphore(0)

    async def break_down() -> None:
        raise aiomqtt.MqttError("gone")

    async def serve(_client: aiomqtt.Client) -> None:
        connections.release()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(break_down())
            tasks.create_task(asyncio.Event().wait())

    task = asyncio.create_task(
        keep_connected(lambda: _FakeClient([]), serve, where="the broker")  # type: ignore[arg-type, return-value]
    )
    for _ in range(3):
        await asyncio.wait_for(connections.acquire(), 10)
    task.cancel()

    assert await asyncio.wait({task}, timeout=10) == ({task}, set())
    assert task.cancelled()


async def test_defect_in_serving_is_not_swallowed() -> None:
    """Only broken connections are waited out; a defect goes up to the supervisor."""

    async def serve(_client: aiomqtt.Client) -> None:
        raise ZeroDivisionError

    with pytest.RaisesGroup(ZeroDivisionError):
        await keep_connected(lambda: _FakeClient([]), serve, where="the broker")  # type: ignore[arg-type, return-value]


def test_backoff_grows_to_its_limit_with_jitter() -> None:
    """Homes that lost their broker together do not come back together, and none waits for long."""
    link = module._Link("the broker")
    longest = 0.0
    for _ in range(30):
        link.down(module._away("the broker", "away"))
        longest = link.backoff_s()
        assert 0 < longest <= module.LONGEST_BACKOFF_S

    assert longest >= module.LONGEST_BACKOFF_S / 2
    assert len({link.backoff_s() for _ in range(20)}) > 1
