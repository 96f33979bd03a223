"""Telegraf as a further control, where it is installed: the same queue, drained into a file."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from benchmarks.local import password_of

TIMEOUT_S = 120.0
LOOK_EACH_S = 0.02
_SIGNATURE = b"hmac-sha256 "
"""Stands once in each envelope, and so once in the file for each message."""
_CONFIG = """
[agent]
  interval = "100ms"
  flush_interval = "100ms"
  metric_batch_size = 1000
  metric_buffer_limit = 200000
  omit_hostname = true
[[inputs.mqtt_consumer]]
  servers = ["tcp://127.0.0.1:{port}"]
  topics = ["mimamori/+/+/up/#"]
  qos = 1
  persistent_session = true
  client_id = "{user}"
  username = "{user}"
  password = "{password}"
  max_undelivered_messages = 4000
  data_format = "value"
  data_type = "string"
[[outputs.file]]
  files = ["{output}"]
  data_format = "influx"
"""


def find() -> str | None:
    """Return the path of Telegraf, None where it is not on the PATH."""
    return shutil.which("telegraf")


def drain(binary: str, folder: Path, *, port: int, user: str, messages: int) -> float:
    """Let Telegraf take what is queued for the session of `user`; returns messages a second.

    Raises:
        TimeoutError: Its file does not hold all messages in time.
    """
    output, config = folder / "telegraf.out", folder / "telegraf.conf"
    config.touch(mode=0o600)
    config.write_text(
        _CONFIG.format(port=port, user=user, password=password_of(user), output=output), "utf-8"
    )
    with (folder / "telegraf.log").open("ab") as log:
        command = [binary, "--config", str(config)]
        process = subprocess.Popen(command, stderr=log, stdout=log)  # noqa: S603 (our own files)
    try:
        return _until_all(output, messages)
    finally:
        process.kill()
        process.wait()


def _until_all(output: Path, messages: int) -> float:
    """Follow the file; the rate is that from its first line to its last."""
    end_s = time.perf_counter() + TIMEOUT_S
    while not output.exists():
        if time.perf_counter() > end_s:
            raise TimeoutError("Telegraf wrote nothing")
        time.sleep(LOOK_EACH_S)
    count, rest, began_s = 0, b"", 0.0
    with output.open("rb") as file:
        while count < messages:
            data = rest + file.read()
            count += data.count(_SIGNATURE)
            rest = data[max(len(data) - len(_SIGNATURE) + 1, 0) :]
            if count and not began_s:
                began_s = time.perf_counter()
            if time.perf_counter() > end_s:
                raise TimeoutError(f"Telegraf wrote {count} of {messages} messages")
            time.sleep(LOOK_EACH_S)
    return messages / max(time.perf_counter() - began_s, LOOK_EACH_S)
