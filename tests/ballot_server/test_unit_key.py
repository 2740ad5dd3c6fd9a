"""The unit's key and its fingerprint: made once, other than the server's, read as people type it."""

from __future__ import annotations

import os
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from ballot_server.services.installation import open_installation
from ballot_server.services.unit_key import (
    UNIT_KEY_FILE,
    FingerprintError,
    UnitKeyDamagedError,
    format_unit_fingerprint,
    load_unit_seed,
    normalise_unit_fingerprint,
)
from crypto.signing import VerificationKey
from tests.support.crypto_samples import SeededRandom

KEY = VerificationKey(bytes(range(32)))


def test_opening_makes_a_unit_key_other_than_the_servers_and_keeps_it(tmp_path: Path) -> None:
    first = open_installation(tmp_path, os.urandom)
    first.close()
    again = open_installation(tmp_path, os.urandom)
    again.close()
    assert first.unit_key == again.unit_key != first.server_key


def test_load_makes_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    seed = load_unit_seed(tmp_path, SeededRandom(1))
    assert (tmp_path / UNIT_KEY_FILE).read_bytes() == seed
    assert stat.S_IMODE((tmp_path / UNIT_KEY_FILE).stat().st_mode) == 0o600


def test_load_refuses_a_damaged_file_and_keeps_it(tmp_path: Path) -> None:
    (tmp_path / UNIT_KEY_FILE).write_bytes(b"short")
    with pytest.raises(UnitKeyDamagedError):
        load_unit_seed(tmp_path, SeededRandom(1))
    assert (tmp_path / UNIT_KEY_FILE).read_bytes() == b"short"


def test_installation_shows_no_seed(tmp_path: Path) -> None:
    installation = open_installation(tmp_path, os.urandom)
    installation.close()
    assert repr(installation.unit_seed) not in repr(installation)


def test_fingerprint_is_the_first_hundred_bits_of_a_labelled_digest() -> None:
    digest = int.from_bytes(sha256(b"phieukin unit key 1\n" + KEY).digest(), "big")
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    characters = "".join(alphabet[digest >> (256 - 5 * place) & 31] for place in range(1, 21))
    assert format_unit_fingerprint(KEY).replace("-", "") == characters


@pytest.mark.parametrize("typed", [str.lower, lambda text: text.replace("-", " "), lambda text: text.replace("-", "")])
def test_fingerprint_is_read_as_people_type_it(typed: object) -> None:
    assert callable(typed)
    fingerprint = format_unit_fingerprint(KEY)
    assert normalise_unit_fingerprint(typed(fingerprint)) == fingerprint


def test_lookalikes_are_read_as_the_digits_that_they_look_like() -> None:
    assert normalise_unit_fingerprint("OIL0-0000-0000-0000-oil0") == "0110-0000-0000-0000-0110"


@pytest.mark.parametrize("text", ["", "0000-0000-0000-0000-000", "0000-0000-0000-0000-000U", "０" * 20, "0" * 21])
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(FingerprintError):
        normalise_unit_fingerprint(text)
