"""The keys to personal fields: one random key per resident, wrapped by a vault key from a file.

The vault key never enters the database; a stolen copy of the database opens nothing. To erase a
resident is to delete the wrapped key: every copy of the sealed fields is noise from then on.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import InputError, PermanentError, Problem, shown
from domain.ids import ResidentId, new_id

KEY_BYTES = 32
NONCE_BYTES = 12
"""96 random bits. A data key seals a handful of fields a year, so no two are ever the same."""
_LINE = re.compile(r"(?P<id>[a-z0-9-]{3,32}) (?P<key>[A-Za-z0-9+/]+=*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedKey:
    """A resident's data key as it may be stored."""

    key_id: str
    """Which vault key wrapped it."""
    wrapped: bytes


class DataKey:
    """The opened key of one resident; seals and opens this resident's fields only."""

    def __init__(self, resident: ResidentId, key: bytes) -> None:
        """Take 32 bytes."""
        self._resident, self._cipher = resident, AESGCM(key)

    def seal(self, column: str, text: str) -> bytes:
        """Seal the text of one column; never the same bytes twice."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), self._bound_to(column))

    def open(self, column: str, sealed: bytes) -> str:
        """Open what `seal` made for the same resident and column.

        Raises:
            PermanentError: The bytes were changed, or belong to another resident or column.
        """
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, body, self._bound_to(column)).decode()
        except InvalidTag:
            raise _not_opened(f"column {column} of resident {self._resident}") from None

    def _bound_to(self, column: str) -> bytes:
        return f"personal|{self._resident}|{column}".encode()


class Vault:
    """The vault keys, of which the newest wraps and all unwrap."""

    def __init__(self, keys: Mapping[str, bytes], *, newest: str) -> None:
        """Take keys of 32 bytes by their ids."""
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._newest = newest

    @classmethod
    def open(cls, path: Path) -> Vault:
        """Read the vault keys: lines `<id> <base64 of 32 bytes>`, the newest last.

        Raises:
            InputError: VLT-001 no such file, VLT-002 others may read it, VLT-003 not its form.
        """
        _require_private(path)
        keys: dict[str, bytes] = {}
        for number, line in enumerate(path.read_text("ascii", "replace").splitlines(), start=1):
            if line.strip() and not line.startswith("#"):
                key_id, key = _parsed(line, f"{path} line {number}")
                keys[key_id] = key
        if not keys:
            raise _wrong_form(str(path), "no key")
        return cls(keys, newest=next(reversed(keys)))

    @classmethod
    def open_or_create(cls, path: Path) -> Vault:
        """Read the vault keys, making a file with one new key where there is none."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(
                    f"# The keys to names and addresses: keep a copy apart.\n{new_id()} {key}\n"
                )
                file.flush()
                os.fsync(file.fileno())
        return cls.open(path)

    def new_key(self, resident: ResidentId) -> tuple[DataKey, WrappedKey]:
        """Make a resident's data key, open and wrapped."""
        key, nonce = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(NONCE_BYTES)
        wrapped = self._ciphers[self._newest].encrypt(nonce, key, _wrapping_of(resident))
        return DataKey(resident, key), WrappedKey(key_id=self._newest, wrapped=nonce + wrapped)

    def unwrap(self, resident: ResidentId, wrapped: WrappedKey) -> DataKey:
        """Open a resident's data key.

        Raises:
            PermanentError: This vault has not the key that wrapped it.
        """
        cipher = self._ciphers.get(wrapped.key_id)
        where = f"data key of resident {resident}, wrapped by vault key {wrapped.key_id}"
        if cipher is None:
            raise _not_opened(where)
        nonce, body = wrapped.wrapped[:NONCE_BYTES], wrapped.wrapped[NONCE_BYTES:]
        try:
            return DataKey(resident, cipher.decrypt(nonce, body, _wrapping_of(resident)))
        except InvalidTag:
            raise _not_opened(where) from None


def _wrapping_of(resident: ResidentId) -> bytes:
    return f"data-key|{resident}".encode()


def _require_private(path: Path) -> None:
    if not path.is_file():
        raise InputError(
            Problem(
                code="VLT-001",
                where=str(path),
                found="there is no such file",
                allowed="it holds the keys to names and addresses",
                do="restore it from its copy; a new one cannot open what an old one sealed",
            )
        )
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise InputError(
            Problem(
                code="VLT-002",
                where=str(path),
                found=f"mode {mode:04o} lets others read it",
                allowed="only its owner may (0600)",
                do=f"chmod 600 {path}",
            )
        )


def _parsed(line: str, where: str) -> tuple[str, bytes]:
    match = _LINE.fullmatch(line.strip())
    if match is None:
        raise _wrong_form(where, "another form")
    try:
        key = base64.b64decode(match["key"], validate=True)
    except binascii.Error:
        raise _wrong_form(where, "a key that is not base64") from None
    if len(key) != KEY_BYTES:
        raise _wrong_form(where, f"a key of {len(key)} bytes")
    return match["id"], key


def _wrong_form(where: str, found: str) -> InputError:
    return InputError(
        Problem(
            code="VLT-003",
            where=where,
            found=found,
            allowed="each line is <id> <base64 of 32 bytes>",
            do="restore the file from its copy",
        )
    )


def _not_opened(where: str) -> PermanentError:
    return PermanentError(
        Problem(
            code="VLT-004",
            where=where,
            found="the key does not fit, or the bytes were changed",
            allowed="only the vault file that sealed it opens it",
            do=f"check that the vault file belongs to this database ({shown('vault.key')})",
        )
    )
