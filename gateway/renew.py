"""Taking over a new key and password that were carried to the home: `python -m gateway.renew`.

Only key and uplink change; devices, the home's own broker and the outbox stay as they are. The
gateway has to be restarted after it.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from domain.errors import InputError, Problem
from gateway.config import dump_config, load_config

FAILED = 2


def renew(present: Path, carried: Path) -> None:
    """Put key and uplink of `carried` into `present`, whole or not at all, and remove `carried`.

    Raises:
        InputError: CFG-… a file that cannot be read, CFG-013 of another gateway, an older key, or
            a file that is not JSON.
    """
    old, new = load_config(present), load_config(carried)
    if present.suffix == ".toml":
        raise _wrong(present, "TOML", "JSON; write key and uplink into a TOML file by hand")
    if new.gateway != old.gateway:
        raise _wrong(carried, "it is for another gateway", f"one for {old.gateway}")
    if new.key.generation < old.key.generation:
        raise _wrong(carried, "an older key than the present one", "the newest file")
    outbox = Path(os.path.relpath(old.outbox, present.parent))
    content = dump_config(replace(old, key=new.key, uplink=new.uplink, outbox=outbox))
    temporary = present.with_name(f".{present.name}.new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(present)
    carried.unlink()


def main() -> None:
    """Run from the command line; ends the process with 2 when something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m gateway.renew", description=__doc__)
    parser.add_argument("present", type=Path, help="the gateway's file")
    parser.add_argument("carried", type=Path, help="what `mimamori gateway rotate` wrote")
    given = parser.parse_args()
    try:
        renew(given.present, given.carried)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(FAILED)
    sys.stdout.write("taken over; restart the gateway now\n")


def _wrong(path: Path, found: str, allowed: str) -> InputError:
    do = "take the file that was carried to this home; nothing was changed"
    return InputError(Problem(code="CFG-013", where=str(path), found=found, allowed=allowed, do=do))


if __name__ == "__main__":
    main()
