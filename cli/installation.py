"""One installation on this machine: where its files lie, and the secrets it was given."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cli.secrets import random_password, read_or_make, write
from messaging.keys import MASTER_BYTES
from storage.register.vault import Vault

VARIABLE = "MIMAMORI_DATA"


def default_folder() -> Path:
    """Return where data lies unless told otherwise: `$MIMAMORI_DATA`, else ./var."""
    return Path(os.environ.get(VARIABLE, "var"))


@dataclass(frozen=True, slots=True)
class Installation:
    """A data folder. Everything in it is owner-only."""

    folder: Path

    @property
    def stores(self) -> Path:
        """Folder of journal, readings and register."""
        return self.folder / "stores"

    @property
    def city_broker(self) -> Path:
        """Folder of the embedded broker that gateways speak to."""
        return self.folder / "broker"

    @property
    def certificates(self) -> Path:
        """Folder of our own authority, and of the broker's certificate."""
        return self.folder / "secrets" / "tls"

    @property
    def home_broker(self) -> Path:
        """Folder of the broker that stands for the homes' own brokers in simulations."""
        return self.folder / "home-broker"

    @property
    def gateways(self) -> Path:
        """Folder of the files that are carried to homes, and of simulated gateways' outboxes."""
        return self.folder / "gateways"

    @property
    def ledger(self) -> Path:
        """The truth ledger of a simulation or replay; the system never reads it."""
        return self.folder / "truth.db"

    @property
    def mailbox(self) -> Path:
        """Mails that a demonstration or replay has received."""
        return self.folder / "mailbox"

    def master_key(self) -> bytes:
        """Return the key from which gateway keys are derived; made on first use."""
        return read_or_make(self.folder / "secrets" / "master.key", MASTER_BYTES)

    def vault(self) -> Vault:
        """Return what opens personal fields; its key file is made on first use."""
        return Vault.open_or_create(self.folder / "secrets" / "vault.keys")

    def broker_password(self, user: str) -> str:
        """Return the password of `user` at the city's broker; made on first use."""
        return _password(self.folder / "secrets" / "broker" / user)

    def broker_passwords(self) -> dict[str, str]:
        """Return all passwords of the city's broker by user; `ingest` is always among them."""
        self.broker_password("ingest")
        return _passwords(self.folder / "secrets" / "broker")

    def forget_broker_password(self, user: str) -> None:
        """Remove the password of `user` at the city's broker; harmless where there is none."""
        (self.folder / "secrets" / "broker" / user).unlink(missing_ok=True)

    def home_broker_password(self, user: str) -> str:
        """Return the password of `user` at the simulated homes' broker; made on first use."""
        return _password(self.folder / "secrets" / "home-broker" / user)

    def home_broker_passwords(self) -> dict[str, str]:
        """Return all passwords of the simulated homes' broker by user."""
        return _passwords(self.folder / "secrets" / "home-broker")


def _password(path: Path) -> str:
    if not path.exists():
        write(path, random_password().encode())
    return path.read_text()


def _passwords(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}
