"""Runs the dashboard's web server until it is cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Mapping

import uvicorn
from fastapi import FastAPI

from alerting.ports import Notifier
from dashboard.app import create_app
from dashboard.config import Settings
from domain.access import service
from domain.channel import Channel
from domain.clock import Clock, pause
from domain.errors import PermanentError, Problem
from storage.readings.port import Readings
from storage.register import services
from storage.register.database import Register
from storage.register.vault import Vault
from storage.signals import Signals

ACCESS = service("dashboard")
STOP_WITHIN_S = 3
"""Open streams hold up a stop no longer."""
PROGRESS_EVERY_S = 10.0


class _Server(uvicorn.Server):
    """A server within a larger process: signals are that process's matter."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


async def run(  # noqa: PLR0917 (as `create_app`)
    register: Register,
    readings: Readings,
    signals: Signals,
    clock: Clock,
    settings: Settings,
    vault: Vault,
    *,
    notifiers: Mapping[Channel, Notifier] | None = None,
) -> None:
    """Serve the pages until cancelled; returns only by an exception.

    Books `started` and, while the server answers, `progressed`.

    Raises:
        PermanentError: SRV-001, the address or port cannot be had.
    """
    app = create_app(register, readings, signals, clock, settings, vault, notifiers=notifiers)
    listener = _listen(settings)
    server = _Server(_config(app, settings))
    try:
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(server.serve(sockets=[listener]))
            tasks.create_task(_book(register, clock))
            try:
                await asyncio.shield(serving)
            except asyncio.CancelledError:
                app.state.parts.streams.close()
                server.should_exit = True
                async with asyncio.timeout(STOP_WITHIN_S + 2):
                    await serving
                raise
            raise _stopped(settings)
    finally:
        listener.close()


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,  # addresses of pages hold ids; the audit log says who looked
        server_header=False,
        date_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=STOP_WITHIN_S,
        timeout_keep_alive=75,
        h11_max_incomplete_event_size=16 * 1024,
        limit_concurrency=1_000,
    )


async def _book(register: Register, clock: Clock) -> None:
    await register.write(lambda c: services.started(c, ACCESS, now=clock.now()))
    while True:
        await pause(PROGRESS_EVERY_S)
        await register.write(lambda c: services.progressed(c, ACCESS, now=clock.now()))


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise PermanentError(
            Problem(
                code="SRV-001",
                where=f"dashboard at {settings.host} port {settings.port}",
                found=error.strerror or type(error).__name__,
                allowed="the port is free and the address is this machine's",
                do="choose another port, or stop what uses it",
            )
        ) from error
    listener.set_inheritable(False)
    return listener


def _stopped(settings: Settings) -> PermanentError:
    return PermanentError(
        Problem(
            code="SRV-002",
            where=f"dashboard at {settings.host} port {settings.port}",
            found="the web server stopped by itself",
            allowed="it serves until it is cancelled",
            do="read the log above; it is started again",
        )
    )
