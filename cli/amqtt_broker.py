"""amqtt in this process, where no Mosquitto is installed: for demonstrations on the loopback only.

It drops unacknowledged messages at a disconnect and forgets its sessions; receipts and resending
make that good. `mimamori up` does not use it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from amqtt.broker import Broker as AmqttServer
from amqtt.contexts import Action, BrokerConfig, ListenerConfig
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from cli.broker import LOOPBACK, AccessRules, Way, free_port

MOST_CONNECTIONS = 200
"""Fifty homes with two brokers each, and some room."""


class PasswordPlugin(BaseAuthPlugin):
    """Lets in whom the given passwords know."""

    @dataclass
    class Config:
        """What amqtt hands over."""

        passwords: Any = field(default_factory=dict)

    async def authenticate(self, *, session: Session) -> bool:
        """Compare in constant time; nobody is anonymous."""
        expected = self.config.passwords.get(session.username or "")
        given = session.password or ""
        return expected is not None and hmac.compare_digest(expected.encode(), given.encode())


class RulesPlugin(BaseTopicPlugin):
    """Holds everybody to the access rules."""

    @dataclass
    class Config:
        """What amqtt hands over."""

        allows: Any = None

    async def topic_filtering(
        self,
        *,
        session: Session | None = None,
        topic: str | None = None,
        action: Action | None = None,
    ) -> bool:
        """Deny unless the rules allow."""
        if session is None or not session.username or topic is None:
            return False
        way = Way.WRITE if action is Action.PUBLISH else Way.READ
        return bool(self.config.allows(session.username, way, topic))


class AmqttBroker:
    """One amqtt server in the running event loop."""

    def __init__(self, rules: AccessRules, *, port: int = 0) -> None:
        """Take the rules; `port` 0: a free one."""
        self._rules = rules
        self.port = port or free_port()
        self._server: AmqttServer | None = None

    @property
    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._server is not None

    async def start(self, passwords: Mapping[str, str]) -> None:
        """Start; returns when connections are accepted."""
        config = BrokerConfig(
            listeners={
                "default": ListenerConfig(
                    bind=f"{LOOPBACK}:{self.port}", max_connections=MOST_CONNECTIONS
                )
            },
            plugins={
                f"{__name__}.PasswordPlugin": {"passwords": dict(passwords)},
                f"{__name__}.RulesPlugin": {"allows": self._rules.allows},
            },
        )
        self._server = AmqttServer(config)
        await self._server.start()

    async def stop(self) -> None:
        """Stop it."""
        server, self._server = self._server, None
        if server is not None:
            await server.shutdown()
