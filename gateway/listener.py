"""The ear: hears the local broker, turns messages into readings, commits, then acknowledges.

How far the gateway knows its home is proved, not assumed: a fence is sent through the local broker,
and when it comes back behind everything that was said before it, all of that is committed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiomqtt
import msgspec
from msgspec.structs import replace

from domain.clock import Clock
from domain.errors import Problem
from domain.ids import SensorId, new_id
from domain.moments import from_ms, to_ms
from domain.quantity import Quantity
from domain.reading import ClockQuality, Reading
from gateway.bad_messages import Quarantined
from gateway.config import GatewayConfig
from gateway.drivers.frame import Last, State
from gateway.drivers.zigbee2mqtt import Message, translate
from gateway.keeper import Keeper
from gateway.outbox import Outbox
from messaging.client import acknowledge, make_client, publish, subscribe, take

MAX_BATCH = 2_000
"""Messages of one commit: measured, more gains nothing; fewer come when fewer wait."""
LOOK_TIMEOUT_S = 10.0
"""Real seconds after which a look is not waited for: a backlog is being heard, or the local broker
is frozen or refuses the fence. One that comes back later still counts."""
MOST_FENCES = 8
"""Fences on their way at once; the oldest is given up for a ninth."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Fence:
    instant: datetime
    back: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class _Batch:
    """What came of some messages, to be committed at once."""

    now: datetime
    """When they were read ..."""
    mono_ms: int
    """... by the monotonic clock ..."""
    clock: ClockQuality
    """... and how far the former could be trusted then."""
    readings: list[Reading] = field(default_factory=list)
    states: dict[str, State] = field(default_factory=dict)
    bad: dict[tuple[str, str], Quarantined] = field(default_factory=dict)
    messages: int = 0
    fences: list[_Fence] = field(default_factory=list)

    def refuse(self, message: Message, problem: Problem) -> None:
        """Keep the last of each topic and code: a contact that flaps says the same all the time."""
        key = (message.topic, problem.code)
        times = self.bad[key].times + 1 if key in self.bad else 1
        self.bad[key] = Quarantined(
            topic=message.topic, payload=message.payload, problem=problem, times=times
        )

    @property
    def is_worth_a_commit(self) -> bool:
        return bool(self.readings or self.states or self.bad or self.fences)


class Listener:
    """Hears one home."""

    def __init__(
        self,
        config: GatewayConfig,
        *,
        keeper: Keeper,
        clock: Clock,
        quality: Callable[[], ClockQuality],
        on_connected: Callable[[], None],
        on_committed: Callable[[], None],
        on_seen: Callable[[], None],
    ) -> None:
        """Begin deaf; `load` brings back what was known before.

        Args:
            config: The home.
            keeper: Where readings are kept.
            clock: Time of messages that bring none.
            quality: How far that clock can be trusted.
            on_connected: Called when the local broker can be heard.
            on_committed: Called when readings are committed.
            on_seen: Called when the outbox may claim to know more of its home.
        """
        self.heard = 0
        """Messages taken from the local broker, without our own fences."""
        self.committed = 0
        """Of these, the ones that are committed or needed no commit."""
        self._config, self._keeper, self._clock = config, keeper, clock
        self._quality = quality
        self._on_connected, self._on_committed = on_connected, on_committed
        self._on_seen = on_seen
        self._states: dict[str, State] = {}
        self._client: aiomqtt.Client | None = None
        self._fences: dict[bytes, _Fence] = {}
        self._fence_topic = f"{config.base_topic}/bridge/mimamori/{config.gateway}"
        self._told: set[str] = set()
        self._known_since = clock.now()
        self._last_heard: dict[str, datetime] = {}

    def last_heard(self) -> dict[SensorId, datetime]:
        """Return when each sensor of this home was last heard of, as far as that is known."""
        return {
            self._config.devices[name].sensor: at
            for name, at in self._last_heard.items()
            if name in self._config.devices
        }

    def time_moved(self, shift: timedelta) -> None:
        """Move what was heard in this run by as much as the clock moved when it became known.

        Otherwise a sensor that goes on to see somebody would look as if it had been stuck.
        """
        since_ms, until_ms = to_ms(self._known_since), to_ms(self._clock.now() - shift)
        shift_ms = shift // timedelta(milliseconds=1)
        for name, state in self._states.items():
            self._states[name] = {
                quantity: replace(last, at_ms=last.at_ms + shift_ms)
                if since_ms <= last.at_ms <= until_ms
                else last
                for quantity, last in state.items()
            }
        self._last_heard = {
            name: at + shift if at >= self._known_since else at
            for name, at in self._last_heard.items()
        }
        self._known_since += shift

    async def load(self) -> None:
        """Bring back the last state of each device, so that a restart is no change."""
        for name, raw in (await self._keeper.do(Outbox.states)).items():
            try:
                state = _state_decoder.decode(raw)
                self._states[name] = state
                if state:
                    self._last_heard[name] = from_ms(max(last.at_ms for last in state.values()))
            except msgspec.DecodeError:
                _log.warning("the last state of a device is unreadable and begins anew")

    def make_client(self) -> aiomqtt.Client:
        """Make the connection's client: a persistent session, acknowledged after the commit."""
        name = f"gateway-{self._config.gateway}"
        return make_client(self._config.local, name=name, persistent=True, manual_ack=True)

    async def serve(self, client: aiomqtt.Client) -> None:
        """Hear until the connection breaks."""
        await subscribe(client, f"{self._config.base_topic}/#")
        self._client = client
        self._on_connected()
        try:
            while True:
                messages = await take(client, MAX_BATCH)
                batch = self._read(messages)
                if batch.is_worth_a_commit:
                    await self._commit(batch)
                acknowledge(client, messages)
                self._settle(batch)
        finally:
            self._client = None

    async def look(self) -> bool:
        """Have everything that the local broker has by now heard and committed.

        Returns:
            False when there is no connection or the fence did not come back: then the outbox
            goes on to claim no more than it did.
        """
        client = self._client
        if client is None:
            return False
        fence, token = self._new_fence()
        try:
            async with asyncio.timeout(LOOK_TIMEOUT_S):
                await publish(client, self._fence_topic, token)
                await fence.back.wait()
        except aiomqtt.MqttError:
            return False
        except TimeoutError:
            self._tell(_blind(self._fence_topic))
            return False
        self._told.discard(_BLIND)
        return True

    def _new_fence(self) -> tuple[_Fence, bytes]:
        if len(self._fences) >= MOST_FENCES:
            del self._fences[next(iter(self._fences))]
        fence = _Fence(instant=self._clock.now())
        token = new_id().encode()
        self._fences[token] = fence
        return fence, token

    def _read(self, messages: Sequence[aiomqtt.Message]) -> _Batch:
        now, mono_ms = self._clock.now(), int(self._clock.monotonic() * 1000)
        batch = _Batch(now=now, mono_ms=mono_ms, clock=self._quality())
        for message in messages:
            topic, payload = message.topic.value, bytes(message.payload)
            if topic == self._fence_topic:
                fence = self._fences.pop(payload, None)
                if fence is not None:
                    batch.fences.append(fence)
                continue
            batch.messages += 1
            self._translate(
                Message(topic=topic, payload=payload, retained=message.retain), batch, now
            )
        self.heard += batch.messages
        return batch

    def _translate(self, message: Message, batch: _Batch, now: datetime) -> None:
        told = translate(
            message,
            self._config.devices,
            self._states,
            base_topic=self._config.base_topic,
            now=now,
        )
        batch.readings.extend(told.readings)
        if told.device is not None and not message.retained:
            self._last_heard[told.device] = now
        if told.device is not None and told.state is not None:
            if told.state != self._states.get(told.device):
                batch.states[told.device] = told.state
            self._states[told.device] = told.state
        for problem in told.problems:
            self._tell(problem)
            batch.refuse(message, problem)

    async def _commit(self, batch: _Batch) -> None:
        states = {name: msgspec.json.encode(state) for name, state in batch.states.items()}
        await self._keeper.do(
            lambda outbox: outbox.append(
                batch.readings,
                now=batch.now,
                states=states,
                quarantined=tuple(batch.bad.values()),
                seen_until=batch.fences[-1].instant if batch.fences else None,
                clock=batch.clock,
                mono_ms=batch.mono_ms,
            )
        )

    def _settle(self, batch: _Batch) -> None:
        self.committed += batch.messages
        if batch.readings:
            self._on_committed()
        for fence in batch.fences:
            fence.back.set()
        if batch.fences:
            self._on_seen()

    def _tell(self, problem: Problem) -> None:
        """Log the first of each code: what it is about stays in the home's quarantine."""
        if problem.code not in self._told:
            self._told.add(problem.code)
            _log.warning("%s: see the quarantine of this gateway; told once", problem.code)


_state_decoder = msgspec.json.Decoder(dict[Quantity, Last])
_BLIND = "MQT-046"


def _blind(topic: str) -> Problem:
    return Problem(
        code=_BLIND,
        where=topic,
        found="what we say to the local broker does not come back",
        allowed="read and write for this user on the base topic",
        do="correct the local broker's access list, or restart it if it is frozen",
    )
