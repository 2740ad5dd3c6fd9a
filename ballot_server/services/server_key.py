"""The server's own signing key: it signs board entries and confirmations, and decrypts nothing."""

from __future__ import annotations

import os
import tempfile
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
    # A name of its own each time: a draft that a killed process left behind must stop nobody.
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(seed)
            file.flush()
            os.fsync(file.fileno())
        # Two processes may start at once on a new folder: the first link wins and both read the same key.
        path.hardlink_to(draft)
    except FileExistsError:
        seed = load_server_seed(path.parent, random_bytes)
    finally:
        draft.unlink()
    _make_durable(path.parent)
    return seed


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
