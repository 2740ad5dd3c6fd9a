"""The vectors that this implementation writes and the browser's checks: `python -m tests.support.vectors` writes them.

Everything comes from repeatable randomness, so a test compares the files with what is built here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import crypto
from crypto.ballot import ContestShape, ElectionContext, Selection, encrypt_ballot
from crypto.confirmation import sign_confirmation
from crypto.elgamal import Ciphertext
from crypto.encoding import JsonObject, encode_base64, encode_canonical
from crypto.group import (
    IDENTITY,
    ORDER,
    Element,
    Scalar,
    encode_scalar,
    multiply,
    multiply_base,
    subtract,
)
from crypto.opening import encode_opening
from crypto.proofs.equality import DecryptionStatement, prove_decryption
from crypto.proofs.schnorr import sign_as_credential
from crypto.signing import SigningSeed, derive_verification_key, sign_message
from crypto.slip import MeetingCode
from crypto.tally import build_logarithm_table
from crypto.transcript import hash_to_scalar
from crypto.void import hash_void_context, sign_void
from tests.support.board_vectors import build_archives, build_board, build_manifest, build_paper
from tests.support.crypto_samples import (
    ELECTION_HASH,
    MEETING,
    OTHER_ELECTION_HASH,
    repeat_byte,
    sample_context,
    sample_credential,
    sample_slip_code,
)

FOLDER = Path(crypto.__file__).parent / "vectors"
SOURCE = "made by crypto/; see SPEC.md"
RANDOM = "0b" * 32
VOTER = sample_credential()
SEED = SigningSeed(bytes([7]) * 32)
KEY = derive_verification_key(SEED)


def encode_vectors(name: str) -> str:
    """Return the content of crypto/vectors/NAME.json as this implementation writes it."""
    return json.dumps({"source": SOURCE, **VECTORS[name]()}, indent=1, ensure_ascii=False) + "\n"


def build_signing() -> dict[str, Any]:
    """Return Ed25519 signatures of labelled objects, and what must be refused."""
    objects: list[JsonObject] = [{}, {"number": 3, "text": "phiếu"}, {"b": [1, {"a": -2}], "a": None, "c": True}]
    signed = [
        {
            "label": label,
            "message": encode_canonical(message).decode(),
            "seed": SEED.hex(),
            "key": KEY.hex(),
            "signature": sign_message(label, message, SEED).hex(),
        }
        for label in ("entry", "counts")
        for message in objects
    ]
    good = signed[1]
    signature = bytes.fromhex(good["signature"])
    response = int.from_bytes(signature[32:], "little") + ORDER
    identity = bytes([1]) + bytes(31)
    refused = [
        {**good, "why": "another label", "label": "paper"},
        {**good, "why": "another message", "message": "{}"},
        {**good, "why": "another key", "key": derive_verification_key(SigningSeed(bytes(32))).hex()},
        {**good, "why": "response plus order", "signature": (signature[:32] + response.to_bytes(32, "little")).hex()},
        {**good, "why": "too short", "signature": signature[:-1].hex()},
        {**good, "why": "too long", "signature": (signature + b"\0").hex()},
        {**good, "why": "identity as a key, under which anything is signed", "key": identity.hex()},
        {
            **good,
            "why": "identity as key and commitment, zero response",
            "key": identity.hex(),
            "signature": (identity + bytes(32)).hex(),
        },
    ]
    return {"signed": signed, "refused": [_drop(case, "seed") for case in refused]}


def build_void() -> dict[str, Any]:
    """Return voided slips, and voids that no slip made."""
    contexts = [
        {"meeting": meeting, "slot": slot, "context": hash_void_context(MeetingCode(meeting), slot).hex()}
        for meeting in (MEETING, "00000000")
        for slot in (0, 1, 23)
    ]
    signed = [_sign_void(voter, slot) for voter, slot in ((0, 0), (0, 5), (1, 23))]
    good = signed[0]
    status = sign_as_credential("status", ELECTION_HASH, VOTER, b"", repeat_byte(0x0B))
    refused = [
        {**good, "why": "another slot", "slot": 1},
        {**good, "why": "another meeting", "meeting": "00000000"},
        {**good, "why": "another slip", "public": signed[2]["public"]},
        {**good, "why": "a question of the slip", "signature": status.hex()},
        {**good, "why": "signature of zeros", "signature": "00" * 64},
        {**good, "why": "too short", "signature": good["signature"][2:]},
        {**good, "why": "identity as credential", "public": "00" * 32},
        {**good, "why": "no element as credential", "public": "ff" * 32},
    ]
    return {"contexts": contexts, "signed": signed, "refused": [_drop(case, "code", "random") for case in refused]}


def build_opening() -> dict[str, Any]:
    """Return tested ballots with their openings, and what opens nothing."""
    shapes: list[tuple[tuple[ContestShape, ...], tuple[Selection, ...]]] = [
        ((ContestShape(1, 1),), ((0,),)),
        ((ContestShape(1, 1),), ((),)),
        ((ContestShape(3, 1), ContestShape(4, 2)), ((1,), (0, 3))),
        ((ContestShape(2, 2),), ((0, 1),)),
    ]
    opened = [_open(sample_context(shape), selections) for shape, selections in shapes]
    good, blank = opened[0], opened[1]
    opening = bytes.fromhex(good["opening"])
    first = int.from_bytes(opening[:32], "little")
    cast = encrypt_ballot(sample_context(shapes[0][0]), VOTER, ((0,),), repeat_byte(0x0B)).cast()
    refused = [
        {**good, "why": "opening of another ballot", "opening": blank["opening"]},
        {**good, "why": "two scalars exchanged", "opening": (opening[32:] + opening[:32]).hex()},
        {**good, "why": "scalar plus one", "opening": (_scalar(first + 1) + opening[32:]).hex()},
        {**good, "why": "scalar of zero", "opening": (bytes(32) + opening[32:]).hex()},
        {
            **good,
            "why": "scalar plus order",
            "opening": ((first + ORDER).to_bytes(32, "little") + opening[32:]).hex(),
        },
        {**good, "why": "opening too short", "opening": opening[:-32].hex()},
        {**good, "why": "opening too long", "opening": (opening + bytes(32)).hex()},
        {**good, "why": "a cast ballot", "ballot": encode_base64(cast)},
        {**good, "why": "another election", "election_hash": OTHER_ELECTION_HASH.hex()},
    ]
    return {"opened": opened, "refused": [_drop(case, "secret", "random", "selections") for case in refused]}


def build_confirmation() -> dict[str, Any]:
    """Return what a server answers, and answers that it did not give."""
    confirmation = sign_confirmation(ELECTION_HASH, OTHER_ELECTION_HASH, SEED)
    good = {"seed": SEED.hex(), "key": KEY.hex(), "encoded": confirmation.encode().decode()}
    written = confirmation.to_object()
    changed: dict[str, JsonObject] = {
        "another ballot": {**written, "ballot_hash": "00" * 32},
        "another election": {**written, "election_hash": "00" * 32},
        "hash in capitals": {**written, "ballot_hash": ELECTION_HASH.hex().upper()},
        "one key more": {**written, "more": 1},
    }
    refused = [
        {"why": why, "key": KEY.hex(), "encoded": encode_canonical(item).decode()} for why, item in changed.items()
    ]
    refused.append({"why": "white space", "key": KEY.hex(), "encoded": good["encoded"].replace(",", ", ", 1)})
    return {
        "signed": [{**written, **good}],
        "with_line_feed": [{"key": KEY.hex(), "encoded": good["encoded"] + "\n"}],
        "refused": refused,
    }


def build_tally() -> dict[str, Any]:
    """Return discrete logarithms, and elements that are no count."""
    table = {count: element for element, count in build_logarithm_table(40).items()}
    beyond = multiply_base(Scalar(41))
    minus_one = subtract(IDENTITY, table[1])
    return {
        "ballots": 40,
        "found": [{"element": table[count].hex(), "count": count} for count in (0, 1, 2, 39, 40)],
        "refused": [
            {"why": "one more than there are ballots", "element": beyond.hex()},
            {"why": "minus one", "element": minus_one.hex()},
            {"why": "the joint key of somebody", "element": VOTER.public.hex()},
        ],
    }


def build_oddities() -> dict[str, Any]:
    """Return what looks wrong and is legal: identities inside a computation, and proofs whose nonce is zero."""
    message = b"message"
    challenge = hash_to_scalar("status", ELECTION_HASH, VOTER.public, IDENTITY, message)
    signature = IDENTITY + _scalar(challenge * VOTER.secret)
    possession = hash_to_scalar("possession", b"item", VOTER.public, IDENTITY)
    ciphertext = Ciphertext(VOTER.public, multiply_base(Scalar(5)))
    opposite = Ciphertext(subtract(IDENTITY, ciphertext.alpha), subtract(IDENTITY, ciphertext.beta))
    return {
        "signatures": [
            {
                "why": "commitment is the identity",
                "label": "status",
                "election_hash": ELECTION_HASH.hex(),
                "public": VOTER.public.hex(),
                "message": message.hex(),
                "signature": signature.hex(),
            }
        ],
        "possession": [
            {
                "why": "commitment is the identity",
                "label": "possession",
                "items": [b"item".hex()],
                "public": VOTER.public.hex(),
                "proof": (IDENTITY + _scalar(possession * VOTER.secret)).hex(),
            }
        ],
        "decryptions": [
            _prove_odd("alpha, and with it the decryption, is the identity", IDENTITY),
            _prove_odd("nonce is zero, so both commitments are the identity", VOTER.public, nonce=0),
        ],
        "sums": [
            {
                "why": "a sum whose two halves are the identity",
                "left": (ciphertext.alpha + ciphertext.beta).hex(),
                "right": (opposite.alpha + opposite.beta).hex(),
                "sum": (IDENTITY + IDENTITY).hex(),
            }
        ],
        "products": [
            {"why": "zero times an element", "scalar": "00" * 32, "element": VOTER.public.hex(), "product": "00" * 32},
            {
                "why": "a scalar times the identity",
                "scalar": RANDOM[:62] + "00",
                "element": "00" * 32,
                "product": "00" * 32,
            },
        ],
    }


VECTORS: dict[str, Callable[[], dict[str, Any]]] = {
    "archive": build_archives,
    "board": build_board,
    "confirmation": build_confirmation,
    "manifest": build_manifest,
    "oddities": build_oddities,
    "opening": build_opening,
    "paper": build_paper,
    "signing": build_signing,
    "tally": build_tally,
    "void": build_void,
}


def _drop(members: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in members.items() if key not in keys}


def _scalar(number: int) -> bytes:
    return encode_scalar(Scalar(number % ORDER))


def _sign_void(voter: int, slot: int) -> dict[str, Any]:
    credential = sample_credential(voter, slot)
    return {
        "code": sample_slip_code(voter),
        "meeting": MEETING,
        "slot": slot,
        "random": RANDOM,
        "public": credential.public.hex(),
        "signature": sign_void(credential, MEETING, slot, repeat_byte(0x0B)).hex(),
    }


def _open(context: ElectionContext, selections: tuple[Selection, ...]) -> dict[str, Any]:
    sealed = encrypt_ballot(context, VOTER, selections, repeat_byte(0x0B))
    return {
        "election_hash": context.election_hash.hex(),
        "key": context.key.hex(),
        "shape": [{"options": contest.options, "marks": contest.marks} for contest in context.shape],
        "secret": encode_scalar(VOTER.secret).hex(),
        "public": VOTER.public.hex(),
        "random": RANDOM,
        "selections": [list(selection) for selection in selections],
        "ballot": encode_base64(sealed.test()),
        "opening": encode_opening(sealed.scalars).hex(),
    }


def _prove_odd(why: str, alpha: Element, *, nonce: int | None = None) -> dict[str, Any]:
    statement = DecryptionStatement(
        ceremony_hash=ELECTION_HASH,
        trustee=1,
        public_share=VOTER.public,
        context=b"context",
        ciphertext=Ciphertext(alpha, multiply_base(Scalar(3))),
        decryption=multiply(VOTER.secret, alpha),
    )
    proof = prove_decryption(statement, VOTER.secret, repeat_byte(0x0B))
    if nonce is not None:
        commitments = multiply_base(Scalar(nonce)), multiply(Scalar(nonce), alpha)
        challenge = hash_to_scalar("decryption", *statement.encode_items(), *commitments)
        proof = commitments[0] + commitments[1] + _scalar(nonce + challenge * VOTER.secret)
    return {
        "why": why,
        "ceremony_hash": statement.ceremony_hash.hex(),
        "trustee": statement.trustee,
        "public_share": statement.public_share.hex(),
        "context": statement.context.hex(),
        "alpha": alpha.hex(),
        "beta": statement.ciphertext.beta.hex(),
        "decryption": statement.decryption.hex(),
        "proof": proof.hex(),
    }


def write_vectors() -> None:
    """Write every file."""
    for name in VECTORS:
        (FOLDER / f"{name}.json").write_text(encode_vectors(name), encoding="utf-8")


if __name__ == "__main__":
    write_vectors()
