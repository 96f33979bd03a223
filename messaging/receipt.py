"""What a gateway is sent: signed receipts and commands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import msgspec

from domain.errors import InputError, Problem
from domain.ids import GatewayId
from domain.quantity import Lane
from messaging.envelope import VERSION
from messaging.keys import GatewayKey, bad_signature, sign, split_signature
from messaging.senml import MAX_SEQ

T = TypeVar("T")


class Receipt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Our word that all records of lane and epoch up to `seq` are safe in the journal."""

    gateway: GatewayId
    lane: Lane
    epoch: str
    seq: int
    """0: none yet. Lower than before: send again from there."""


class CommandWord(StrEnum):
    """What a gateway can be told."""

    NEW_EPOCH = "new_epoch"
    """Sequence numbers came twice with different content: begin to count anew."""
    RESEND = "resend"
    """Send again what is kept of one lane from one number on, receipted or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One order to one gateway; obeying it twice is harmless."""

    gateway: GatewayId
    word: CommandWord
    epoch: str
    """The epoch it is about. NEW_EPOCH: a gateway in another epoch has obeyed already. RESEND: may
    be one that has ended, of which the gateway keeps records for seven days."""
    lane: Lane | None = None
    """RESEND only: the lane to send again."""
    first_seq: int = 0
    """RESEND only, from 1 on: send again from this number on, itself included."""

    def __post_init__(self) -> None:
        """Refuse an order that cannot be obeyed."""
        if self.word is CommandWord.RESEND:
            if self.lane is None or not 1 <= self.first_seq <= MAX_SEQ:
                raise ValueError(f"resend lane {self.lane} from {self.first_seq}")
        elif self.lane is not None or self.first_seq:
            raise ValueError(f"{self.word} has no lane and no number")


class _Receipt(msgspec.Struct, frozen=True):
    version: int
    gateway: str
    lane: Lane
    epoch: str
    seq: int


class _Command(msgspec.Struct, frozen=True, omit_defaults=True):
    version: int
    gateway: str
    command: CommandWord
    epoch: str
    lane: Lane | None = None
    first: int = 0


def encode_receipt(receipt: Receipt, key: GatewayKey) -> bytes:
    """Return the signed bytes of a receipt."""
    body = _Receipt(
        version=VERSION,
        gateway=receipt.gateway,
        lane=receipt.lane,
        epoch=receipt.epoch,
        seq=receipt.seq,
    )
    return sign(msgspec.json.encode(body), key)


def encode_command(command: Command, key: GatewayKey) -> bytes:
    """Return the signed bytes of a command."""
    body = _Command(
        version=VERSION,
        gateway=command.gateway,
        command=command.word,
        epoch=command.epoch,
        lane=command.lane,
        first=command.first_seq,
    )
    return sign(msgspec.json.encode(body), key)


def decode_receipt(payload: bytes, key: GatewayKey, gateway: GatewayId) -> Receipt:
    """Verify and read a receipt.

    Raises:
        InputError: MQT-019 not signed by `key` or for another gateway, MQT-010 not a receipt.
    """
    body = _decode(payload, key, _receipt_decoder)
    if body.gateway != gateway:
        raise bad_signature("receipt")
    return Receipt(gateway=gateway, lane=body.lane, epoch=body.epoch, seq=body.seq)


def decode_command(payload: bytes, key: GatewayKey, gateway: GatewayId) -> Command:
    """Verify and read a command.

    Raises:
        InputError: MQT-019 not signed by `key` or for another gateway, MQT-010 not a command.
    """
    body = _decode(payload, key, _command_decoder)
    if body.gateway != gateway:
        raise bad_signature("command")
    try:
        return Command(
            gateway=gateway,
            word=body.command,
            epoch=body.epoch,
            lane=body.lane,
            first_seq=body.first,
        )
    except ValueError as error:
        raise _unreadable(str(error)) from error


_receipt_decoder = msgspec.json.Decoder(_Receipt)
_command_decoder = msgspec.json.Decoder(_Command)


def _decode(payload: bytes, key: GatewayKey, decoder: msgspec.json.Decoder[T]) -> T:
    signed = split_signature(payload, where="down")
    if not signed.is_by(key):
        raise bad_signature("down")
    try:
        return decoder.decode(signed.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(str(error)) from error


def _unreadable(found: str) -> InputError:
    return InputError(
        Problem(
            code="MQT-010",
            where="down",
            found=found,
            allowed="a receipt or command, see wire.md",
            do="update the gateway",
        )
    )
