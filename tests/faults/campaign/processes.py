"""The processes of the kill campaign: real programs, each forked from one that has them loaded.

A fresh Python needs a second to load them; a fork needs a hundredth. What is killed is killed with
SIGKILL, whichever way it was started.
"""

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import ingest.service
from domain.clock import RealClock
from gateway import window
from gateway.__main__ import main as gateway_main
from ingest.config import IngestConfig
from storage.stores import Stores
from tests.faults.campaign.crash_points import arm
from tests.faults.campaign.player import PlayerPlan, play

RESEND_AFTER_S = 1.0
"""Instead of 15 s, and at most 4 s instead of 120 s: else a campaign would mostly wait."""
_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""
Process = ForkServerProcess
Crash = tuple[str, int]
"""A point and the how manieth passing kills; see `crash_points`."""


def fork_server() -> ForkServerContext:
    """Return what starts processes that have everything loaded."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def run_gateway(config: Path, log: Path, crash: Crash | None) -> None:
    """Be the gateway's program."""
    _begin(log, crash)
    window.RESEND_AFTER_S, window.LONGEST_RESEND_S = RESEND_AFTER_S, 4 * RESEND_AFTER_S
    sys.exit(gateway_main([str(config)]))


def run_ingest(config: IngestConfig, stores: Path, log: Path, crash: Crash | None) -> None:
    """Be the ingest service: admission and projector over the stores in a folder."""
    _begin(log, crash)
    with Stores.open(stores) as opened:
        asyncio.run(ingest.service.run(config, opened, RealClock()))


def run_player(
    plan: PlayerPlan, log: Path, allowed: "Synchronized[float]", published: "Synchronized[int]"
) -> None:
    """Be the sensors of all homes."""
    _begin(log, None)
    play(plan, allowed, published)


def _begin(log: Path, crash: Crash | None) -> None:
    """Die with the campaign, write into the log, be armed."""
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, sys.stderr.fileno())
    if crash is not None:
        arm(*crash)
