"""The vectors: this implementation writes again what stands in the files, and every algorithm has its file.

Files that the browser's implementation wrote are checked by tests of their own; the browser checks all of these.
"""

import re
from pathlib import Path

import pytest

import crypto
from tests.support.crypto_samples import load_vectors
from tests.support.vectors import FOLDER, VECTORS, encode_vectors

ROOT = Path(crypto.__file__).parents[1]
WRITTEN_BY_THE_BROWSER = {"trustee"}
FILES = {
    "aggregate": "aggregate_ballots encode_aggregate hash_aggregate",
    "archive": "encode_archive decode_archive verify_archive review_closed_board",
    "ballot": "ballot_size count_proofs encrypt_ballot decode_ballot verify_ballot",
    "board": "board_head format_head normalise_head",
    "ceremony": "check_threshold commit_opening check_opening compute_ceremony_hash encrypt_share decrypt_share "
    "list_trial_sets derive_trial_ciphertext check_trial",
    "confirmation": "sign_confirmation verify_confirmation",
    "credential": "derive_credential encode_credential_list decode_credential_list hash_credentials "
    "compute_key_fingerprint format_key_fingerprint",
    "decryption": "partially_decrypt verify_partial_decryption combine_partial_decryptions compute_tally",
    "elgamal": "encrypt",
    "equality": "prove_decryption verify_decryption",
    "group": "decode_element decode_public_element decode_scalar encode_scalar",
    "membership": "prove_membership verify_membership",
    "opening": "encode_opening open_tested_ballot",
    "rfc8785": "encode_canonical decode_canonical",
    "schnorr": "prove_possession verify_possession sign_as_credential verify_credential_signature",
    "signing": "sign_message verify_message",
    "slip": "compute_check_character generate_slip_code normalise_slip_code generate_meeting_code "
    "normalise_meeting_code format_slip_code format_slip_url parse_slip_fragment",
    "tally": "find_logarithm",
    "threshold": "compute_joint_key compute_public_share compute_public_shares compute_lagrange_coefficient",
    "tracker": "format_tracker",
    "transcript": "hash_items hash_to_scalar derive_nonce",
    "void": "hash_void_context sign_void verify_void",
    "whole": "hash_whole commit_whole encode_whole_words check_decryptable",
    "words": "encode_words",
}
HEADINGS = re.findall(r"^#+ (.+)$", (ROOT / "crypto" / "SPEC.md").read_text(encoding="utf-8"), re.MULTILINE)
ALGORITHMS = {
    name for heading in HEADINGS for name in heading.split(", ") if re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", name)
}


@pytest.mark.parametrize("name", VECTORS)
def test_vectors_are_what_this_implementation_writes(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == encode_vectors(name)


def test_every_algorithm_of_the_specification_has_one_file_of_vectors() -> None:
    listed = [name for names in FILES.values() for name in names.split()]
    assert sorted(listed) == sorted(ALGORITHMS)


@pytest.mark.parametrize("name", FILES)
def test_file_of_vectors_exists(name: str) -> None:
    assert (FOLDER / f"{name}.json").is_file()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_vectors_are_checked_by_this_implementation(path: Path) -> None:
    tests = [file.read_text(encoding="utf-8") for file in (ROOT / "tests" / "crypto").glob("*.py")]
    assert path.stem in VECTORS or any(f'load_vectors("{path.stem}")' in text for text in tests)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_vectors_are_checked_by_the_browsers_implementation(path: Path) -> None:
    checks = [file.read_text(encoding="utf-8") for file in (ROOT / "kiosk" / "test" / "checks").glob("*.ts")]
    assert path.stem in WRITTEN_BY_THE_BROWSER or any(f"crypto/vectors/{path.name}" in text for text in checks)


def test_vectors_hold_an_archive_of_every_channel() -> None:
    names = {case["name"] for case in load_vectors("archive")["verified"]}
    assert {"smallest", "paper beside phones", "paper alone"} <= names
