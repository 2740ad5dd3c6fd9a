"""What the tellers' repository takes and returns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SeatRecord:
    """A teller's place; hashes are 32 bytes, `device_hash` is None until a device has joined."""

    meeting: str
    seat: int
    name: str
    code_hash: bytes
    device_hash: bytes | None = None


@dataclass(frozen=True)
class RequestRecord:
    """One attempt at an occasion; `subject` is canonical JSON that storage does not read."""

    meeting: str
    occasion: str
    attempt: int
    subject: bytes


@dataclass(frozen=True)
class MessageRecord:
    """A message of one round; receiver 0 means everybody."""

    round: str
    sender: int
    receiver: int
    body: bytes
