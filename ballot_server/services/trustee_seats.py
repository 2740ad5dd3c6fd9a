"""The tellers' seats: join codes that one device may use, and who speaks when a device calls.

A code is printed once and stored as a digest. The first device that joins binds a secret of its own to the seat; from
then on the code alone opens nothing, so a photograph of the chair's screen is worth nothing either.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hmac import compare_digest

from ballot_server.errors import BallotServerError
from ballot_server.services.trustee_view import SeatCode
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories.trustees import TrusteeRepository
from ballot_server.storage.session import Session
from ballot_server.storage.trustee_records import SeatRecord
from crypto.base32 import ALPHABET, encode_base32
from crypto.group import RandomBytes

CODE_CHARACTERS = 16
DEVICE_BYTES = 32
_CODE_BYTES = 10
_LONGEST_NAME = 80


class SeatUnknownError(BallotServerError):
    """No seat has this join code, or the chair gave out another one since."""


class SeatTakenError(BallotServerError):
    """Another device joined with this code before."""


class SeatNamesError(BallotServerError):
    """A teller's name is empty, too long, or there twice; field: name."""


class SeatMissingError(BallotServerError):
    """The meeting has no seat of this number; field: seat."""


@dataclass(frozen=True)
class Seat:
    """The seat that a calling device holds."""

    meeting: str
    index: int
    name: str


def assign_seats(
    session: Session, meeting: str, names: Sequence[str], random_bytes: RandomBytes
) -> tuple[SeatCode, ...]:
    """Seat these tellers in place of those before and return their new codes. Raises: SeatNamesError."""
    cleaned = [" ".join(name.split()) for name in names]
    for name in cleaned:
        if not 0 < len(name) <= _LONGEST_NAME or cleaned.count(name) > 1:
            raise SeatNamesError(name=name[:_LONGEST_NAME])
    codes = tuple(SeatCode(index, name, _draw_code(random_bytes)) for index, name in enumerate(cleaned, start=1))
    seats = [SeatRecord(meeting, code.index, code.name, _hash_code(code.code)) for code in codes]
    TrusteeRepository(session).replace_seats(meeting, seats)
    return codes


def renew_code(session: Session, meeting: str, index: int, random_bytes: RandomBytes) -> SeatCode:
    """Give a seat a new code; the old one and the device that used it are forgotten. Raises: SeatMissingError."""
    repository = TrusteeRepository(session)
    for seat in repository.list_seats(meeting):
        if seat.seat == index:
            code = SeatCode(index, seat.name, _draw_code(random_bytes))
            repository.save_seat(replace(seat, code_hash=_hash_code(code.code), device_hash=None))
            return code
    raise SeatMissingError(seat=index)


def join(database: Database, *, code: str, device: bytes) -> Seat:
    """Bind a device to the seat of a code, or find it bound already; return the seat.

    device: 32 random bytes that this device made and keeps.
    Raises: SeatUnknownError, SeatTakenError.
    """
    with database.write() as session:
        repository = TrusteeRepository(session)
        record = repository.find_seat(_hash_code(code))
        if record is None:
            raise SeatUnknownError
        if record.device_hash is None:
            record = replace(record, device_hash=_hash_device(device))
            repository.save_seat(record)
        return _check_device(record, device)


def identify(database: Database, *, code: str, device: bytes) -> Seat:
    """Return the seat of a device that joined. Raises: SeatUnknownError, SeatTakenError."""
    with database.read() as session:
        record = TrusteeRepository(session).find_seat(_hash_code(code))
    if record is None or record.device_hash is None:
        raise SeatUnknownError
    return _check_device(record, device)


def is_known_code(database: Database, code: str) -> bool:
    """Tell whether a code opens a seat, whichever device may use it."""
    with database.read() as session:
        return is_join_code(code) and TrusteeRepository(session).find_seat(_hash_code(code)) is not None


def is_join_code(text: str) -> bool:
    """Tell whether a text has the form of a join code."""
    return len(text) == CODE_CHARACTERS and set(text) <= set(ALPHABET)


def _check_device(record: SeatRecord, device: bytes) -> Seat:
    if record.device_hash is None or not compare_digest(record.device_hash, _hash_device(device)):
        raise SeatTakenError
    return Seat(record.meeting, record.seat, record.name)


def _draw_code(random_bytes: RandomBytes) -> str:
    return encode_base32(random_bytes(_CODE_BYTES), CODE_CHARACTERS)


def _hash_code(code: str) -> bytes:
    # 80 random bits need no slow hash.
    return hashlib.sha256(b"phieukin trustee code\0" + code.encode()).digest()


def _hash_device(device: bytes) -> bytes:
    return hashlib.sha256(b"phieukin trustee device\0" + device).digest()
