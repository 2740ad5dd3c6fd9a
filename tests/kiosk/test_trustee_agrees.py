"""Phones and terminals at one table: the same ceremony from either, the same answers, the same refusals."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from functools import cache, partial
from itertools import combinations
from typing import Any

import pytest

from crypto.ceremony import Ceremony
from crypto.decryption import combine_partial_decryptions, verify_partial_decryption
from crypto.encoding import JsonObject
from crypto.group import encode_scalar
from crypto.paper import InvalidReason, PaperCounts
from crypto.participant import CeremonyStep
from crypto.signing import generate_signing_seed
from crypto.tally import compute_tally
from crypto.threshold import evaluate_polynomial, generate_polynomial
from crypto.trustee import Trustee
from crypto.trustee_storage import MemoryTrusteeStorage
from kiosk.toolchain import KIOSK
from tests.support.browser_trustees import BrowserFunctions, TrusteeSide, find_outcome, seat_browser
from tests.support.crypto_samples import ELECTION_HASH, SeededRandom, load_vectors
from tests.support.trustee_vectors import record_evening
from tests.support.trustees import (
    HeldCeremony,
    advance,
    create_trustees,
    decrypt_closed,
    hold_ceremony,
    sample_closed,
    sample_terms,
)

PAPER = PaperCounts("bi-thu", ELECTION_HASH, 9, 1, 8, 1, (InvalidReason("rách", 1),), ((4, 2, 1),), ())
COUNTS: JsonObject = {"printed": 9, "handed_out": 8, "brought_back": 0, "lost": 0, "left_over": 1, "present": 8}


def list_compositions(count: int) -> list[tuple[int, ...]]:
    """Return every choice of seats that the browser may have."""
    return [seats for size in range(count + 1) for seats in combinations(range(1, count + 1), size)]


@cache
def hold_alone(count: int, threshold: int) -> Ceremony:
    """Return the ceremony of Python's devices alone."""
    return hold_ceremony(count, threshold).ceremony


@pytest.mark.parametrize(
    ("count", "threshold", "seats"),
    [
        *((3, 2, seats) for seats in list_compositions(3)),
        *((5, 3, seats) for seats in list_compositions(5)),
    ],
)
def test_every_mixed_table_makes_one_key_and_decrypts_with_any_of_its_trustees(
    trustee_side: TrusteeSide, count: int, threshold: int, seats: tuple[int, ...]
) -> None:
    with seat_browser(trustee_side, seats):
        held = hold_ceremony(count, threshold)
        closed = sample_closed(held, ((2, 1),))
        partials = decrypt_closed(held.trustees, closed)
    # The same seeds give the same bytes from either implementation, so the ceremony is that of Python's devices alone.
    assert held.ceremony == hold_alone(count, threshold)
    assert len({trustee.words for trustee in held.trustees}) == 1
    assert len({trustee.whole_words for trustee in held.trustees}) == 1
    for chosen in (partials[:threshold], partials[-threshold:]):
        tally = compute_tally(held.ceremony, ELECTION_HASH, closed.aggregate, chosen)
        assert (tally.counts, tally.rejected) == (((2, 1),), ())


def test_same_random_bytes_give_the_same_messages_from_either_device(trustee_side: TrusteeSide) -> None:
    made = []
    for seats in ((), (1, 2, 3)):
        with seat_browser(trustee_side, seats):
            devices = create_trustees(sample_terms())
            openings = advance(devices, CeremonyStep.WORDS_CONFIRMED)
            made.append((openings, [device.make_shares() for device in devices]))
    assert made[0] == made[1]


def test_either_side_verifies_the_partial_decryptions_of_the_other(trustee_side: TrusteeSide) -> None:
    functions = BrowserFunctions(trustee_side)
    with seat_browser(trustee_side, (1, 3)):
        held = hold_ceremony(5, 3)
        closed = sample_closed(held)
        for made in decrypt_closed(held.trustees, closed):
            verify_partial_decryption(held.ceremony, ELECTION_HASH, closed.aggregate, made)
            functions.verify_partial_decryption(held.ceremony, ELECTION_HASH, closed.aggregate, made)


def test_either_side_verifies_the_signatures_of_the_other(trustee_side: TrusteeSide) -> None:
    with seat_browser(trustee_side, (1, 3)):
        held = hold_ceremony()
        terms = {"server_key": held.ceremony.terms.server_key.hex(), "rehearsal": False}
        record = {"ceremony": held.ceremony.to_body(), "terms": terms}
        for trustee in held.trustees:
            signed = trustee.sign_counts("bi-thu", 3, dict(COUNTS))
            subject = {"election": "bi-thu", "slot": 3, "counts": COUNTS, "partials": [signed]}
            assert held.ceremony.verify_counts_signature("bi-thu", 3, dict(COUNTS), signed) == trustee.index
            assert trustee_side.ask("verify_counts_signature", **record, **subject) == trustee.index
            paper = trustee.sign_paper(PAPER)
            assert held.ceremony.verify_paper_signature(PAPER.to_signed(), paper) == trustee.index
            statement = trustee.destroy()
            assert held.ceremony.verify_destroyed(statement) == trustee.index
            assert trustee_side.ask("verify_destroyed", **record, counts=statement) == trustee.index


def test_lost_phone_stops_nothing_at_a_mixed_table(trustee_side: TrusteeSide) -> None:
    with seat_browser(trustee_side, (2, 3)):
        held = hold_ceremony()
        closed = sample_closed(held)
        partials = decrypt_closed(held.trustees[:2], closed, missing=frozenset({3}))
    assert combine_partial_decryptions(held.ceremony, ELECTION_HASH, closed.aggregate, partials).trustees == (1, 2)


def test_terminal_continues_with_what_a_phone_stored(trustee_side: TrusteeSide) -> None:
    storages = [MemoryTrusteeStorage() for _ in range(3)]
    with seat_browser(trustee_side, (1, 2, 3)):
        held = hold_ceremony(storages=storages)
        closed = sample_closed(held)
        decrypt_closed(held.trustees, closed)
    device = Trustee(2, sample_terms(), SeededRandom(7), storages[1])
    device.prepare_decryption(closed)
    verify_partial_decryption(held.ceremony, ELECTION_HASH, closed.aggregate, device.make_partial_decryption())


def test_vectors_are_what_phones_say(trustee_side: TrusteeSide) -> None:
    with seat_browser(trustee_side, range(1, 6)):
        assert record_evening() == load_vectors("trustee")


# What leaves a phone


def list_spellings(secret: bytes) -> list[str]:
    """Return the ways in which a secret could stand in a line of text."""
    number = int.from_bytes(secret, "little")
    return [
        *(secret.hex(), secret[::-1].hex(), str(number), f"{number:x}"),
        *(base64.b64encode(secret).decode().rstrip("="), base64.urlsafe_b64encode(secret).decode().rstrip("=")),
        *(",".join(str(byte) for byte in secret), ",".join(f'"{place}":{byte}' for place, byte in enumerate(secret))),
        *(secret.hex().encode().hex(), ",".join(str(byte) for byte in secret.hex().encode())),
    ]


def find_secrets_of_ceremony(index: int) -> list[bytes]:
    """Return what a device of `create_trustees` draws and makes of it before its share is complete."""
    random_bytes = SeededRandom(1000 + index)
    polynomial = generate_polynomial(2, random_bytes)
    shares = [evaluate_polynomial(polynomial, receiver) for receiver in (1, 2, 3)]
    encryption_key, seed = random_bytes(32), generate_signing_seed(random_bytes)
    return [*map(encode_scalar, (*polynomial, *shares)), encryption_key, seed]


def live_a_whole_life(held: HeldCeremony) -> None:
    """Decrypt, sign, refuse, be looked at at every stage, and be destroyed."""
    device: Any = held.trustees[0]
    closed = sample_closed(held)
    device.describe()
    decrypt_closed(held.trustees, closed)
    device.sign_counts("bi-thu", 3, dict(COUNTS))
    for wrong in (replace(closed, closed_entry_hash=bytes(32)), replace(closed, annulled=True)):
        assert find_outcome(partial(device.prepare_decryption, wrong)) is not None
    assert find_outcome(device.make_trial_decryptions) is not None
    device.describe()
    device.destroy()
    assert find_outcome(device.make_partial_decryption) is not None


def test_nothing_that_leaves_a_phone_holds_a_secret(trustee_side: TrusteeSide) -> None:
    start = len(trustee_side.said), len(trustee_side.kept)
    storages = [MemoryTrusteeStorage() for _ in range(3)]
    with seat_browser(trustee_side, (1, 2, 3)):
        held = hold_ceremony(storages=storages)
        shares = [encode_scalar(trustee._held.share) for trustee in held.trustees]
        live_a_whole_life(held)
    said, kept = "".join(trustee_side.said[start[0] :]), trustee_side.kept[start[1] :]
    secrets = [*shares, *(secret for index in (1, 2, 3) for secret in find_secrets_of_ceremony(index))]
    assert [place for place, secret in enumerate(secrets) if any(text in said for text in list_spellings(secret))] == []
    saved = "".join(line for line in kept if '"save_holding"' in line)
    others = "".join(line for line in kept if '"save_holding"' not in line)
    assert all(share.hex().encode().hex() in saved for share in shares)
    assert not any(text in others for share in shares for text in list_spellings(share))


def test_share_leaves_its_object_for_the_storage_only() -> None:
    uses = {
        (path.relative_to(KIOSK / "src").as_posix(), line.strip())
        for path in (KIOSK / "src").rglob("*.ts")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\b(share|held|holding|secret)\)?\.encode\(", line)
    }
    assert uses == {
        ("crypto/holding.ts", "share: encodeHex(this.share.encode()),"),
        ("crypto/participant.ts", "await this.storage.saveHolding(this.held.encode());"),
    }


def test_page_knows_the_class_of_secrets_nowhere() -> None:
    importers = {
        path.relative_to(KIOSK / "src").as_posix()
        for path in (KIOSK / "src").rglob("*.ts")
        if re.search(r"from \"[^\"]*/(secret|holding|ceremony_secrets)\"", path.read_text(encoding="utf-8"))
    }
    assert {path.partition("/")[0] for path in importers} == {"crypto"}
