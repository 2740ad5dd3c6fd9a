"""Passphrases: four words that are offered, Argon2id for what was chosen."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from ballot_server.domain.staff import MAXIMUM_PASSPHRASE, normalise_passphrase
from crypto.group import RandomBytes
from crypto.words import WORD_BITS, encode_words

WORDS = 4
_SALT_BYTES = 16
_HASH_BYTES = 32


@dataclass(frozen=True)
class PassphraseCost:
    """What one guess costs.

    Source: RFC 9106, section 4, the second recommended option: 64 MiB, three passes, four lanes.
    """

    memory_kibibytes: int = 65_536
    passes: int = 3
    lanes: int = 4


def generate_passphrase(random_bytes: RandomBytes) -> str:
    """Return four random words with their adjectives, 44 bits, for somebody who does not want to invent one."""
    digest = random_bytes((WORDS * WORD_BITS + 7) // 8)
    return " ".join(encode_words(digest, WORDS))


def hash_passphrase(passphrase: str, cost: PassphraseCost, random_bytes: RandomBytes) -> str:
    """Return what is stored instead of a passphrase: its Argon2id hash with salt and cost, as one line of text."""
    encoded: str = _prepare(cost, random_bytes(_SALT_BYTES)).derive_phc_encoded(
        normalise_passphrase(passphrase).encode()
    )
    return encoded


def is_passphrase(passphrase: str, stored: str | None, cost: PassphraseCost) -> bool:
    """Tell whether a passphrase is the stored one; without a stored one the work is done all the same.

    So neither the answer's content nor its time says whether an account exists.
    """
    attempt = normalise_passphrase(passphrase[: 2 * MAXIMUM_PASSPHRASE]).encode()
    if stored is None:
        _prepare(cost, bytes(_SALT_BYTES)).derive(attempt)
        return False
    try:
        Argon2id.verify_phc_encoded(attempt, stored)
    except InvalidKey:
        return False
    return True


def _prepare(cost: PassphraseCost, salt: bytes) -> Argon2id:
    return Argon2id(
        salt=salt,
        length=_HASH_BYTES,
        iterations=cost.passes,
        lanes=cost.lanes,
        memory_cost=cost.memory_kibibytes,
    )
