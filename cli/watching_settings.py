"""The operator's settings of how the system watches itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from alerting.notifiers.email import is_usable
from cli.dead_man import Method, Switch

MOST_PORT = 65_535


class WatchingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The check from a synthetic home to a mailbox, and the switch outside."""

    address: str = ""
    """Where the check's mail goes; empty: it ends at the case, and no mail is proved."""
    imap_host: str = ""
    """Where that mailbox can be looked into; empty: the check ends at the mail server's yes."""
    imap_port: Annotated[int, msgspec.Meta(ge=1, le=MOST_PORT)] = 993
    """TLS from the start, nothing else."""
    imap_username: str = ""
    """Empty: the address."""
    imap_password_file: Path | None = None
    """Mode 0600; the password is its first line."""
    switch_url: str = ""
    """Pinged on each proof; empty: nobody outside notices when all of this machine is dead."""
    switch_method: Method = Method.GET

    def __post_init__(self) -> None:
        """Refuse what could never prove anything: the error names the setting."""
        if self.address and not is_usable(self.address):
            raise ValueError("watching.address is one plain address")
        if self.imap_host and not (self.address and self.imap_password_file):
            raise ValueError(
                "watching.imap_host needs watching.address and watching.imap_password_file"
            )
        if self.switch_url and not self.address:
            raise ValueError(
                "watching.switch_url needs watching.address: only a mail that was sent is a proof"
            )
        if self.switch_url:
            _ = self.switch

    @property
    def switch(self) -> Switch | None:
        """The switch outside; None: there is none.

        Raises:
            InputError: CFG-034.
        """
        return Switch(self.switch_url, self.switch_method) if self.switch_url else None
