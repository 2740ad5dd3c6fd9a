"""The text alone is enough: ballots and partial decryptions checked by code that knows the specification only."""

import ast
from pathlib import Path
from typing import Any

import pytest

from crypto.encoding import decode_base64
from tests.support import third_reader
from tests.support.crypto_samples import load_vectors
from tests.support.third_reader import Election, RefusedError, check_ballot, check_decryption, decode_point

BALLOTS = load_vectors("ballot")
DECRYPTIONS = load_vectors("equality")
ODDITIES = load_vectors("oddities")
RFC = load_vectors("rfc9496")


def read_election(case: dict[str, Any]) -> Election:
    shape = tuple((contest["options"], contest["marks"]) for contest in case["shape"])
    return Election(bytes.fromhex(case["election_hash"]), bytes.fromhex(case["key"]), shape)


def test_third_reader_knows_nothing_of_ours() -> None:
    tree = ast.parse(Path(third_reader.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported == {"__future__", "dataclasses", "hashlib"}


@pytest.mark.parametrize("case", RFC["invalid"], ids=lambda case: case["encoding"][:12])
def test_third_reader_refuses_the_bad_encodings_of_rfc_9496(case: dict[str, str]) -> None:
    with pytest.raises(RefusedError):
        decode_point(bytes.fromhex(case["encoding"]))


@pytest.mark.parametrize("case", BALLOTS["accepted"], ids=lambda case: case["ballot_hash"][:12])
def test_third_reader_accepts_the_ballots_of_the_vectors(case: dict[str, Any]) -> None:
    assert check_ballot(read_election(case), decode_base64(case["ballot"])).hex() == case["ballot_hash"]


@pytest.mark.parametrize("case", BALLOTS["refused"], ids=lambda case: case["why"])
def test_third_reader_refuses_the_ballots_of_the_vectors(case: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        check_ballot(read_election(case), decode_base64(case["ballot"]))


@pytest.mark.parametrize(
    "case", [*DECRYPTIONS["proved"], *ODDITIES["decryptions"]], ids=lambda case: case["proof"][:12]
)
def test_third_reader_accepts_the_decryptions_of_the_vectors(case: dict[str, Any]) -> None:
    check_decryption(case, case["trustee"])


@pytest.mark.parametrize("case", DECRYPTIONS["refused"], ids=lambda case: case["why"])
def test_third_reader_refuses_the_decryptions_of_the_vectors(case: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        check_decryption(case, case["trustee"])
