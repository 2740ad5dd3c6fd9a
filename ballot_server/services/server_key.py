"""The server's own signing key: it signs board entries and confirmations, and decrypts nothing."""

from __future__ import annotations

import os
from pathlib import Path

from ballot_server.errors import BallotServerError
from crypto.group import RandomBytes
from crypto.signing import KEY_BYTES, SigningSeed, generate_signing_seed

KEY_FILE = "server.key"


class ServerKeyDamagedError(BallotServerError):
    """The key file does not hold a key; field: path."""


def load_server_seed(folder: Path, random_bytes: RandomBytes) -> SigningSeed:
    """Return the signing seed kept in a data folder, making it at the first call.

    The file is readable by its owner alone, and durable before it is first used.
    Raises: ServerKeyDamagedError if the file holds anything but 32 bytes.
    """
    path = folder / KEY_FILE
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return _create_server_seed(path, random_bytes)
    if len(data) != KEY_BYTES:
        raise ServerKeyDamagedError(path=str(path))
    return SigningSeed(data)


def _create_server_seed(path: Path, random_bytes: RandomBytes) -> SigningSeed:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    seed = generate_signing_seed(random_bytes)
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(seed)
        file.flush()
        os.fsync(file.fileno())
    try:
        # Two processes may start at once on a new folder: the first link wins and both read the same key.
        path.hardlink_to(draft)
    except FileExistsError:
        return load_server_seed(path.parent, random_bytes)
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return seed
