"""What a gateway costs a small computer: installed size, time to start, memory.

    python -m benchmarks.gateway_footprint

It is installed alone into a clean environment from a wheel of this tree, started there as systemd
would start it, and fed through Mosquitto. Times stand beside that of a bare Python of the same
environment, measured in the same run. Prints JSON; the bars are 20 MB, 1 s and 60 MB.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.machine import ROOT, describe
from cli.mosquitto import find_mosquitto
from domain.clock import Clock, RealClock, pause
from domain.ids import GatewayId, SensorId
from gateway.config import ClockSource, GatewayConfig, dump_config
from gateway.drivers.frame import Device
from messaging.client import BrokerSettings, make_client
from messaging.keys import GatewayKey

STARTS = 5
READINGS = 20_000
AT_ONCE = 500
ENOUGH = READINGS * 9 // 10
LONGEST_WAIT_S = 60.0
BARS = {"installed_mb": 20.0, "ready_s": 1.0, "resident_mb": 60.0}
_CLOCK: Clock = RealClock()
_MB = 1024 * 1024


async def measure(folder: Path) -> dict[str, object]:
    """Return the figures; `folder` is empty and may be filled."""
    python = _install(folder)
    bare_s = [await _bare_start(python) for _ in range(STARTS)]
    starts = [await _start_once(python, folder / f"home-{n}") for n in range(STARTS)]
    ready_s = statistics.median(seconds for seconds, _ in starts)
    result: dict[str, object] = {
        "installed_mb": _megabytes(python.parents[1]),
        "ready_s": round(ready_s, 3),
        "ready_s_all": [round(seconds, 3) for seconds, _ in starts],
        "bare_python_s": round(statistics.median(bare_s), 3),
        "ready_to_bare": round(ready_s / statistics.median(bare_s), 1),
        "resident_idle_mb": round(statistics.median(idle for _, idle in starts), 1),
    }
    broker = find_mosquitto()
    result["resident_mb"] = None if broker is None else await _fed(python, folder / "fed", broker)
    return result


def _install(folder: Path) -> Path:
    """Install `mimamori[gateway]` from a wheel of this tree; returns its Python."""
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    environment["MIMAMORI_SKIP_FRONTEND"] = "1"
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv") or "uv"

    def run(*arguments: str) -> None:
        subprocess.run([uv, *arguments], cwd=ROOT, env=environment, check=True, timeout=300)  # noqa: S603

    run("build", "--quiet", "--wheel", "--out-dir", str(folder), ".")
    (wheel,) = folder.glob("mimamori-*.whl")
    run("venv", "--quiet", "--python", sys.executable, str(folder / "venv"))
    python = folder / "venv" / "bin" / "python"
    target = f"mimamori[gateway] @ {wheel.as_uri()}"
    run("pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), target)
    return python


def _megabytes(folder: Path) -> float:
    """Return what the files below a folder take, links not followed."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return round(sum(path.stat().st_size for path in files) / _MB, 1)


async def _bare_start(python: Path) -> float:
    began_s = _CLOCK.monotonic()
    process = await asyncio.create_subprocess_exec(str(python), "-I", "-c", "import asyncio")
    await process.wait()
    return _CLOCK.monotonic() - began_s


async def _start_once(python: Path, home: Path) -> tuple[float, float]:
    """Return seconds until it says READY, which follows its first commit, and megabytes then."""
    async with _running(python, home, port=1) as (process, ready_s):
        return ready_s, _resident_mb(process.pid)


async def _fed(python: Path, home: Path, broker: str) -> float:
    """Return the most memory that it held while it took `READINGS` readings with no server."""
    port = _free_port()
    mosquitto = await asyncio.create_subprocess_exec(broker, "-c", _broker_file(home, port))
    try:
        async with _running(python, home / "gateway", port=port) as (process, _):
            await _publish(port)
            await _until_kept(home / "gateway" / "outbox.db")
            return _resident_mb(process.pid, most=True)
    finally:
        mosquitto.terminate()
        await mosquitto.wait()


@asynccontextmanager
async def _running(
    python: Path, home: Path, *, port: int
) -> AsyncIterator[tuple[asyncio.subprocess.Process, float]]:
    config = _gateway_file(home, port)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(home / "notify"))
        channel.setblocking(False)  # noqa: FBT003 (its only argument)
        began_s = _CLOCK.monotonic()
        process = await asyncio.create_subprocess_exec(
            *(str(python), "-I", "-m", "gateway", config),
            env={"NOTIFY_SOCKET": str(home / "notify")},
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(LONGEST_WAIT_S):
                await asyncio.get_running_loop().sock_recv(channel, 100)
            yield process, _CLOCK.monotonic() - began_s
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()


def _broker_file(home: Path, port: int) -> str:
    home.mkdir()
    path = home / "mosquitto.conf"
    path.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nlog_dest none\n")
    return str(path)


def _gateway_file(home: Path, port: int) -> str:
    home.mkdir()
    path = home / "gateway.json"
    path.write_bytes(dump_config(_config(home, port)))
    path.chmod(0o600)
    return str(path)


def _config(home: Path, port: int) -> GatewayConfig:
    return GatewayConfig(
        gateway=GatewayId("gw-footprint"),
        key=GatewayKey(generation=1, secret=b"k" * 32),
        outbox=home / "outbox.db",
        local=BrokerSettings(port=port),
        uplink=BrokerSettings(port=1),
        devices={"hall": Device(sensor=SensorId("s-hall"))},
        clock=ClockSource.TRUSTED,
    )


async def _publish(port: int) -> None:
    """Say movements, each at its own second, once the gateway listens."""
    start = _CLOCK.now() - timedelta(days=1)
    async with make_client(BrokerSettings(port=port), name="home") as client:
        await pause(1.0)
        for first in range(0, READINGS, AT_ONCE):
            async with asyncio.TaskGroup() as tasks:
                for number in range(first, first + AT_ONCE):
                    seen = (start + timedelta(seconds=number)).isoformat()
                    payload = json.dumps({"occupancy": True, "last_seen": seen})
                    tasks.create_task(client.publish("zigbee2mqtt/hall", payload, qos=1))


async def _until_kept(outbox: Path) -> None:
    """Wait until nearly all is committed: the first may have come before the gateway listened."""
    end_s = _CLOCK.monotonic() + LONGEST_WAIT_S
    with closing(sqlite3.connect(f"file:{outbox}?mode=ro", uri=True)) as connection:
        while connection.execute("SELECT sum(last_seq) FROM position").fetchone()[0] < ENOUGH:
            if _CLOCK.monotonic() > end_s:
                raise TimeoutError("the gateway did not keep what was said")
            await pause(0.2)


def _resident_mb(process: int, *, most: bool = False) -> float:
    name = "VmHWM:" if most else "VmRSS:"
    for line in Path(f"/proc/{process}/status").read_text("ascii").splitlines():
        if line.startswith(name):
            return round(int(line.split()[1]) / 1024, 1)
    raise LookupError(name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Measure and print."""
    with TemporaryDirectory(prefix="mimamori-footprint-") as name:
        found = asyncio.run(measure(Path(name)))
    print(json.dumps({"footprint": found, "bars": BARS, **describe()}, indent=1))


if __name__ == "__main__":
    main()
