"""Both implementations make the same bytes, and each accepts what the other made."""

from typing import Any

import pytest

from crypto.ballot import ContestShape, ElectionContext, decode_ballot, encrypt_ballot, verify_ballot
from crypto.confirmation import Confirmation, sign_confirmation, verify_confirmation
from crypto.credential import derive_credential, encode_credential_list, hash_credentials
from crypto.elgamal import encrypt
from crypto.encoding import JsonObject, decode_base64, encode_base64, encode_canonical
from crypto.group import Scalar, encode_scalar
from crypto.proofs.membership import MembershipStatement, prove_membership, verify_membership
from crypto.proofs.schnorr import prove_possession, sign_as_credential, verify_credential_signature, verify_possession
from crypto.signing import derive_verification_key, generate_signing_seed, sign_message, verify_message
from crypto.slip import format_slip_url
from crypto.tracker import format_tracker
from tests.support.archives import ArchiveBuilder, ElectionPlan
from tests.support.crypto_samples import (
    ELECTION_HASH,
    ELECTION_KEY,
    MEETING,
    SHAPE,
    SeededRandom,
    sample_context,
    sample_credential,
    sample_slip_code,
    sample_statement,
)
from tests.support.kiosk import BrowserSide

VOTER = {"code": sample_slip_code(), "meeting": MEETING, "slot": 0}
CREDENTIAL = sample_credential()
MESSAGE: JsonObject = {"number": 3, "text": "phiếu"}
SIGNING_SEED = generate_signing_seed(SeededRandom(1))
SIGNING_KEY = derive_verification_key(SIGNING_SEED)
R = Scalar(987_654_321)
ELECTIONS = [
    (SHAPE, ((1,), (0, 3)), 1),
    (SHAPE, ((), ()), 2),
    ((ContestShape(1, 1),), ((0,),), 3),
    ((ContestShape(10, 3),), ((0, 4, 9),), 4),
    ((ContestShape(2, 2), ContestShape(3, 3)), ((0, 1), (2,)), 5),
]


def write_context(context: ElectionContext) -> dict[str, Any]:
    shape = [{"options": contest.options, "marks": contest.marks} for contest in context.shape]
    return {"election_hash": context.election_hash.hex(), "key": context.key.hex(), "shape": shape}


def write_statement(statement: MembershipStatement, proof: bytes) -> dict[str, Any]:
    return {
        "digest": statement.digest.hex(),
        "contest": statement.contest,
        "position": statement.position.hex(),
        "key": statement.key.hex(),
        "alpha": statement.ciphertext.alpha.hex(),
        "beta": statement.ciphertext.beta.hex(),
        "values": list(statement.values),
        "proof": proof.hex(),
    }


@pytest.mark.parametrize(("shape", "selections", "seed"), ELECTIONS)
def test_ballot_of_the_browser_is_that_of_python_byte_for_byte(
    browser_side: BrowserSide, shape: Any, selections: Any, seed: int
) -> None:
    context = sample_context(shape)
    ours = encrypt_ballot(context, CREDENTIAL, selections, SeededRandom(seed))
    request = {"operation": "encrypt_ballot", "context": write_context(context), "selections": selections}
    [theirs] = browser_side.ask_for_values([{**request, **VOTER, "seed": seed}])
    assert theirs == {
        "ballot": encode_base64(ours.data),
        "ballot_hash": ours.ballot_hash.hex(),
        "scalars": [[encode_scalar(r).hex() for r in contest] for contest in ours.scalars],
        "tracker": format_tracker(ours.ballot_hash),
    }


@pytest.mark.parametrize(("shape", "selections", "seed"), ELECTIONS)
def test_ballot_of_the_browser_is_verified_by_python(
    browser_side: BrowserSide, shape: Any, selections: Any, seed: int
) -> None:
    context = sample_context(shape)
    request = {"operation": "encrypt_ballot", "context": write_context(context), "selections": selections}
    [theirs] = browser_side.ask_for_values([{**request, **VOTER, "seed": seed}])
    ballot = decode_ballot(decode_base64(theirs["ballot"]), context)
    verify_ballot(ballot, context)
    assert ballot.credential == CREDENTIAL.public


def test_ballots_of_python_are_verified_by_the_browser(browser_side: BrowserSide) -> None:
    requests, hashes = [], []
    for shape, selections, seed in ELECTIONS:
        context = sample_context(shape)
        sealed = encrypt_ballot(context, CREDENTIAL, selections, SeededRandom(seed))
        data = encode_base64(sealed.data)
        requests.append({"operation": "verify_ballot", "context": write_context(context), "data": data})
        hashes.append(sealed.ballot_hash.hex())
    assert browser_side.ask_for_values(requests) == hashes


def test_credentials_of_a_slip_agree(browser_side: BrowserSide) -> None:
    requests = [{"operation": "derive_credential", **VOTER, "slot": slot} for slot in range(24)]
    here = [derive_credential(sample_slip_code(), MEETING, slot).public.hex() for slot in range(24)]
    assert browser_side.ask_for_values(requests) == here


def test_credential_lists_agree(browser_side: BrowserSide) -> None:
    members = sorted(sample_credential(voter).public for voter in range(20))
    request = {"operation": "decode_credential_list", "data": encode_credential_list(members).hex()}
    assert browser_side.ask_for_values([request]) == [hash_credentials([members]).hex()]


def test_slip_addresses_are_read_back_by_the_browser(browser_side: BrowserSide) -> None:
    url = format_slip_url("http://10.0.0.1:8080", MEETING, sample_slip_code(), "0123456789ABCDEF")
    request = {"operation": "parse_slip_fragment", "data": url.partition("#")[2]}
    assert browser_side.ask_for_values([request]) == [[MEETING, sample_slip_code(), "0123456789ABCDEF"]]


@pytest.mark.parametrize("label", ["cast", "test", "void"])
def test_credential_signatures_agree_in_both_directions(browser_side: BrowserSide, label: Any) -> None:
    ours = sign_as_credential(label, ELECTION_HASH, CREDENTIAL, b"message", SeededRandom(9))
    shared = {"label": label, "election_hash": ELECTION_HASH.hex(), "data": b"message".hex()}
    key = {"key": CREDENTIAL.public.hex()}
    [theirs, _] = browser_side.ask_for_values(
        [
            {"operation": "sign_as_credential", **shared, **VOTER, "seed": 9},
            {"operation": "verify_credential_signature", **shared, **key, "signature": ours.hex()},
        ]
    )
    verify_credential_signature(label, ELECTION_HASH, CREDENTIAL.public, b"message", bytes.fromhex(theirs))
    assert theirs == ours.hex()


def test_possession_proofs_agree_in_both_directions(browser_side: BrowserSide) -> None:
    ours = prove_possession("possession", (b"item",), CREDENTIAL.secret, CREDENTIAL.public, SeededRandom(9))
    shared = {"label": "possession", "data": b"item".hex()}
    key = {"key": CREDENTIAL.public.hex()}
    [theirs, _] = browser_side.ask_for_values(
        [
            {"operation": "prove_possession", **shared, **VOTER, "seed": 9},
            {"operation": "verify_possession", **shared, **key, "signature": ours.hex()},
        ]
    )
    verify_possession("possession", (b"item",), CREDENTIAL.public, bytes.fromhex(theirs))
    assert theirs == ours.hex()


@pytest.mark.parametrize("values", [(0, 1), (1,), (1, 2, 3, 4)])
def test_membership_proofs_agree_in_both_directions(browser_side: BrowserSide, values: tuple[int, ...]) -> None:
    statement = sample_statement(encrypt(ELECTION_KEY, 1, R), values)
    ours = prove_membership(statement, 1, R, SeededRandom(9))
    written = {"statement": write_statement(statement, ours)}
    scalar = encode_scalar(R).hex()
    [theirs, _] = browser_side.ask_for_values(
        [
            {"operation": "prove_membership", **written, "value": 1, "scalar": scalar, "seed": 9},
            {"operation": "verify_membership", **written},
        ]
    )
    verify_membership(statement, bytes.fromhex(theirs))
    assert theirs == ours.hex()


def test_signed_messages_agree_in_both_directions(browser_side: BrowserSide) -> None:
    ours = sign_message("label", MESSAGE, SIGNING_SEED)
    shared = {"label": "label", "data": encode_canonical(MESSAGE).hex()}
    [theirs, _] = browser_side.ask_for_values(
        [
            {"operation": "sign_message", **shared, "seed": 1},
            {"operation": "verify_message", **shared, "key": SIGNING_KEY.hex(), "signature": ours.hex()},
        ]
    )
    verify_message("label", MESSAGE, SIGNING_KEY, bytes.fromhex(theirs))
    assert theirs == ours.hex()


def test_confirmations_agree_in_both_directions(browser_side: BrowserSide) -> None:
    ours = sign_confirmation(bytes(32), ELECTION_HASH, SIGNING_SEED)
    ballot = {"data": bytes(32).hex(), "election_hash": ELECTION_HASH.hex()}
    [theirs, _] = browser_side.ask_for_values(
        [
            {"operation": "sign_confirmation", **ballot, "seed": 1},
            {"operation": "verify_confirmation", "data": ours.encode().hex(), "key": SIGNING_KEY.hex()},
        ]
    )
    verify_confirmation(Confirmation.decode(bytes.fromhex(theirs)), SIGNING_KEY)
    assert theirs == ours.encode().hex()


def test_manifests_have_the_same_hash(browser_side: BrowserSide) -> None:
    plans = [
        ElectionPlan(),
        ElectionPlan(shape=(ContestShape(2, 1), ContestShape(3, 2)), rules={"nested": [1, {"text": "phiếu"}]}),
    ]
    manifests = [ArchiveBuilder().prepare_manifest(plan) for plan in plans]
    requests = [{"operation": "read_manifest", "data": encode_canonical(m.to_object()).hex()} for m in manifests]
    assert browser_side.ask_for_values(requests) == [manifest.election_hash.hex() for manifest in manifests]
