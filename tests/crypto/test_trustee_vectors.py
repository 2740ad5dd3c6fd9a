"""What a table of phones said is what this implementation expects: `vectors/trustee.json`, made by the browser's."""

from __future__ import annotations

from typing import Any

import pytest

from crypto.aggregate import Aggregate, decode_aggregate, hash_aggregate
from crypto.ballot import ContestShape
from crypto.ceremony import Ceremony, Opening, commit_opening
from crypto.closed import hash_whole
from crypto.decryption import PartialDecryption, verify_partial_decryption
from crypto.encoding import decode_base64, decode_canonical, decode_canonical_object
from crypto.group import decode_scalar, multiply_base
from crypto.shares import ShareMessage, decrypt_share
from crypto.signing import VerificationKey, verify_message
from crypto.tally import compute_tally
from crypto.trial import TrialMessage, check_trial
from crypto.whole import commit_whole, encode_whole_words
from crypto.words import encode_words
from tests.support.crypto_samples import load_vectors


@pytest.fixture(scope="module")
def vectors() -> Any:
    return load_vectors("trustee")


@pytest.fixture(scope="module")
def ceremony(vectors: Any) -> Ceremony:
    key = VerificationKey(bytes.fromhex(vectors["server_key"]))
    return Ceremony.from_body(vectors["body"], key, rehearsal=False)


@pytest.fixture(scope="module")
def aggregate(vectors: Any) -> Aggregate:
    shape = tuple(ContestShape(options=options, marks=1) for options in vectors["options"])
    return decode_aggregate(decode_base64(vectors["aggregate"]), shape, vectors["ballots"])


def test_browsers_ceremony_holds(vectors: Any, ceremony: Ceremony) -> None:
    assert ceremony.to_body() == vectors["body"]
    assert list(encode_words(ceremony.ceremony_hash, 4)) == vectors["words"]


def test_browsers_openings_are_what_was_committed_to(vectors: Any) -> None:
    openings = [Opening.from_object(decode_canonical(text.encode())) for text in vectors["opening_messages"]]
    committed = [decode_canonical_object(text.encode())["commitment"] for text in vectors["commitment_messages"]]
    assert [commit_opening(opening).hex() for opening in openings] == committed


def test_browsers_shares_are_decrypted(vectors: Any, ceremony: Ceremony) -> None:
    keys = {secrets["trustee"]: bytes.fromhex(secrets["encryption_key"]) for secrets in vectors["secrets"]}
    messages = [ShareMessage.decode(text.encode()) for text in vectors["share_messages"]]
    assert len(messages) == 20
    for message in messages:
        decrypt_share(ceremony, message, message.receiver, keys[message.receiver])


def test_browsers_shares_fit_the_public_shares(vectors: Any, ceremony: Ceremony) -> None:
    shares = [decode_scalar(bytes.fromhex(secrets["share"])) for secrets in vectors["secrets"]]
    assert tuple(map(multiply_base, shares)) == ceremony.public_shares


def test_browsers_trial_holds(vectors: Any, ceremony: Ceremony) -> None:
    messages = [TrialMessage.decode(text.encode()) for text in vectors["trial_messages"]]
    check_trial(ceremony, {message.trustee: message for message in messages})


def test_browsers_words_of_the_whole_are_the_same_here(vectors: Any, ceremony: Ceremony, aggregate: Aggregate) -> None:
    election_hash, closed_entry_hash = (bytes.fromhex(vectors[name]) for name in ("election_hash", "closed_entry_hash"))
    whole = hash_whole(closed_entry_hash, hash_aggregate(election_hash, aggregate))
    nonces: dict[int, bytes] = {}
    for commitment_text, reveal_text in zip(
        vectors["whole_commitment_messages"], vectors["whole_reveal_messages"], strict=True
    ):
        for label, text in (("whole-round-1", commitment_text), ("whole-round-2", reveal_text)):
            message = decode_canonical_object(text.encode())
            trustee, signature = message["trustee"], message["signature"]
            assert isinstance(trustee, int)
            assert isinstance(signature, str)
            unsigned = {key: value for key, value in message.items() if key != "signature"}
            verify_message(label, unsigned, ceremony.signing_keys[trustee - 1], bytes.fromhex(signature))
        assert isinstance(trustee, int)
        nonces[trustee] = bytes.fromhex(str(message["nonce"]))
        commitment = decode_canonical_object(commitment_text.encode())["commitment"]
        assert commit_whole(whole, trustee, nonces[trustee]).hex() == commitment
    assert list(encode_whole_words(whole, nonces)) == vectors["whole_words"]


def test_browsers_partial_decryptions_hold_and_give_the_counts(
    vectors: Any, ceremony: Ceremony, aggregate: Aggregate
) -> None:
    election_hash = bytes.fromhex(vectors["election_hash"])
    partials = [PartialDecryption.from_body(body) for body in vectors["partial_decryptions"]]
    for partial in partials:
        verify_partial_decryption(ceremony, election_hash, aggregate, partial)
    tally = compute_tally(ceremony, election_hash, aggregate, partials)
    assert [list(row) for row in tally.counts] == vectors["tally"]


def test_browsers_signatures_hold(vectors: Any, ceremony: Ceremony) -> None:
    counts, signatures = vectors["counts"], vectors["count_signatures"]
    found = [ceremony.verify_counts_signature(vectors["election"], 4, counts, signed) for signed in signatures]
    assert found == [1, 2, 3, 4, 5]
    assert [ceremony.verify_destroyed(statement) for statement in vectors["destroyed"]] == [1, 2, 3, 4, 5]
