"""The server's own signing key: it signs board entries and confirmations, and decrypts nothing."""

from __future__ import annotations

from pathlib import Path

from ballot_server.services.key_file import KeyFileDamagedError, load_key_file
from crypto.group import RandomBytes
from crypto.signing import SigningSeed

KEY_FILE = "server.key"


class ServerKeyDamagedError(KeyFileDamagedError):
    """The server's key file does not hold a key; field: path."""


def load_server_seed(folder: Path, random_bytes: RandomBytes) -> SigningSeed:
    """Return the signing seed kept in a data folder, making it at the first call. Raises: ServerKeyDamagedError."""
    return load_key_file(folder / KEY_FILE, random_bytes, ServerKeyDamagedError)
