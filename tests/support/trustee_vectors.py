"""What a table of phones says in a whole evening, as `crypto/vectors/trustee.json` has it."""

from __future__ import annotations

from typing import Any

from crypto.aggregate import encode_aggregate
from crypto.encoding import JsonObject, encode_base64
from crypto.group import encode_scalar
from crypto.participant import CeremonyStep
from crypto.signing import generate_signing_seed
from crypto.threshold import generate_polynomial
from tests.support.crypto_samples import ELECTION_HASH, SeededRandom
from tests.support.trustees import HeldCeremony, advance, create_trustees, list_shares_for, sample_closed, sample_terms

COUNT, THRESHOLD, SEED = 5, 3, 7
CEREMONY = bytes(range(32, 48))
COUNTS: JsonObject = {"printed": 9, "handed_out": 8, "brought_back": 1, "lost": 1, "left_over": 1, "present": 7}


def record_evening() -> dict[str, Any]:
    """Return everything that devices made by `create_trustees` say, from the commitments to the destruction."""
    devices = create_trustees(sample_terms(COUNT, THRESHOLD, ceremony=CEREMONY), seed=SEED)
    commitments = [device.make_commitment() for device in devices]
    for device in devices:
        device.receive_commitments(commitments)
    openings = advance(devices, CeremonyStep.WORDS_CONFIRMED)
    shares = {device.index: device.make_shares() for device in devices}
    for device in devices:
        for message in list_shares_for(shares, device.index):
            device.receive_share(message)
    trials = [device.make_trial_decryptions() for device in devices]
    for device in devices:
        device.receive_trial_decryptions(trials)
    confirmations = [device.make_confirmation() for device in devices]
    ceremony = devices[0].receive_confirmations(confirmations)
    return {
        "source": "made by kiosk/src/crypto; see SPEC.md",
        "server_key": ceremony.terms.server_key.hex(),
        "words": list(devices[0].words),
        "body": ceremony.to_body(),
        "commitment_messages": _decode(commitments),
        "opening_messages": _decode(openings),
        "share_messages": _decode(message for row in shares.values() for message in row),
        "trial_messages": _decode(trials),
        "secrets": [
            {
                "trustee": device.index,
                "encryption_key": _find_encryption_key(device.index).hex(),
                "share": encode_scalar(device._held.share).hex(),
            }
            for device in devices
        ],
        **_record_decryption(HeldCeremony(ceremony, devices, openings)),
    }


def _record_decryption(held: HeldCeremony) -> dict[str, Any]:
    closed = sample_closed(held)
    present = held.trustees[1:]
    missing = frozenset({1})
    signatures = [device.sign_counts(closed.election, 4, dict(COUNTS)) for device in held.trustees]
    for device in present:
        device.prepare_decryption(closed)
    commitments = [device.make_whole_commitment() for device in present]
    for device in present:
        device.receive_whole_commitments(commitments, missing=missing)
    reveals = [device.make_whole_reveal() for device in present]
    for device in present:
        device.receive_whole_reveals(reveals)
        device.confirm_whole()
    return {
        "election": closed.election,
        "election_hash": ELECTION_HASH.hex(),
        "closed_entry_hash": closed.closed_entry_hash.hex(),
        "ballots": closed.ballots,
        "options": [len(row) - 1 for row in closed.aggregate.ciphertexts],
        "aggregate": encode_base64(encode_aggregate(closed.aggregate)),
        "counts": COUNTS,
        "count_signatures": signatures,
        "whole_commitment_messages": _decode(commitments),
        "whole_reveal_messages": _decode(reveals),
        "whole_words": list(present[0].whole_words),
        "partial_decryptions": [device.make_partial_decryption().to_body() for device in present],
        "tally": [[3, 2, 0], [1, 4]],
        "destroyed": [device.destroy() for device in held.trustees],
    }


def _decode(messages: Any) -> list[str]:
    return [message.decode() for message in messages]


def _find_encryption_key(index: int) -> bytes:
    random_bytes = SeededRandom(SEED * 1000 + index)
    generate_polynomial(THRESHOLD, random_bytes)
    key = random_bytes(32)
    generate_signing_seed(random_bytes)
    return key
