"""The unit's key: it signs the reports that go up, and nothing in the room.

The superior committee keeps a list of its units with each key's fingerprint: 20 characters of 5 bits, so 100 bits of a
SHA-256. Nobody finds a second key with the fingerprint of a given one; whoever holds the data folder holds the key.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from ballot_server.errors import BallotServerError
from ballot_server.services.key_file import KeyFileDamagedError, load_key_file
from crypto.base32 import ALPHABET, encode_base32
from crypto.group import RandomBytes
from crypto.signing import SigningSeed, VerificationKey

UNIT_KEY_FILE = "unit.key"
FINGERPRINT_CHARACTERS = 20

_LABEL = b"phieukin unit key 1\n"
_GROUP = 4
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})


class UnitKeyDamagedError(KeyFileDamagedError):
    """The unit's key file does not hold a key; field: path."""


class FingerprintError(BallotServerError):
    """A text is no fingerprint of a unit's key; field: text."""


def load_unit_seed(folder: Path, random_bytes: RandomBytes) -> SigningSeed:
    """Return the unit's signing seed, kept in a data folder and made at the first call. Raises: UnitKeyDamagedError."""
    return load_key_file(folder / UNIT_KEY_FILE, random_bytes, UnitKeyDamagedError)


def format_unit_fingerprint(key: VerificationKey) -> str:
    """Return the fingerprint of a unit's key: 20 characters in groups of four, joined by hyphens."""
    return _group(encode_base32(sha256(_LABEL + key).digest(), FINGERPRINT_CHARACTERS))


def normalise_unit_fingerprint(text: str) -> str:
    """Return the one form of a fingerprint as somebody typed it: case, spaces, hyphens, O for 0 and I, L for 1 pass.

    Raises: FingerprintError.
    """
    # Only ASCII is folded: upper-casing elsewhere turns a dotless i into I and a long s into S.
    characters = text.upper().translate(_LOOKALIKES) if text.isascii() else ""
    if len(characters) != FINGERPRINT_CHARACTERS or not set(characters) <= set(ALPHABET):
        raise FingerprintError(text=text)
    return _group(characters)


def _group(characters: str) -> str:
    return "-".join(characters[start : start + _GROUP] for start in range(0, len(characters), _GROUP))
