"""Where a device keeps things: a folder for each ceremony and seat, and the secret that binds it to its seat."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from ballot_server.errors import BallotServerError
from ballot_server.services.trustee_seats import DEVICE_BYTES
from crypto.group import RandomBytes
from crypto.trustee_storage import FileTrusteeStorage


class DeviceUnwritableError(BallotServerError):
    """The device's folder cannot be written or read; fields: path, problem."""


def find_default_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Return the folder that is used unless another is given."""
    data = environment.get("XDG_DATA_HOME", "")
    base = Path(data) if Path(data).is_absolute() else home / ".local" / "share"
    return base / "phieukin" / "trustees"


def open_storage(folder: Path, ceremony: bytes, index: int) -> FileTrusteeStorage:
    """Return the storage of one seat in one ceremony."""
    return FileTrusteeStorage(folder / ceremony.hex() / str(index))


def load_device_secret(folder: Path, code: str, random_bytes: RandomBytes) -> bytes:
    """Return the secret that binds this device to the seat of a join code, making it at the first call.

    Raises: DeviceUnwritableError.
    """
    # Hashed, so that whoever lists the folder does not read the code.
    path = folder / "devices" / hashlib.sha256(code.encode()).hexdigest()[:32]
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            secret = path.read_bytes()
            if len(secret) == DEVICE_BYTES:
                return secret
        secret = random_bytes(DEVICE_BYTES)
        draft = path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise DeviceUnwritableError(path=str(folder), problem=error.strerror or str(error)) from None
    return secret
