"""A signing key of the installation in a file of its own: made at the first call, read ever after."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ballot_server.errors import BallotServerError
from ballot_server.services.durable_file import make_durable
from crypto.group import RandomBytes
from crypto.signing import KEY_BYTES, SigningSeed, generate_signing_seed


class KeyFileDamagedError(BallotServerError):
    """A key file does not hold a key; field: path."""


def load_key_file(
    path: Path, random_bytes: RandomBytes, damaged: type[KeyFileDamagedError] = KeyFileDamagedError
) -> SigningSeed:
    """Return the signing seed that a file keeps, making it at the first call.

    The file is readable by its owner alone, and durable before it is first used.
    Raises: an error of the class `damaged` if the file holds anything but 32 bytes.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return _create_key_file(path, random_bytes, damaged)
    if len(data) != KEY_BYTES:
        raise damaged(path=str(path))
    return SigningSeed(data)


def _create_key_file(path: Path, random_bytes: RandomBytes, damaged: type[KeyFileDamagedError]) -> SigningSeed:
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
        seed = load_key_file(path, random_bytes, damaged)
    finally:
        draft.unlink()
    make_durable(path.parent)
    return seed
