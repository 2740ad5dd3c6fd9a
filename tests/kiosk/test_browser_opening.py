"""Tested ballots and void slips: what one implementation makes the other accepts, and both refuse the same."""

from functools import partial
from typing import Any

import pytest

from crypto.ballot import ContestShape, encrypt_ballot
from crypto.encoding import decode_base64, encode_base64
from crypto.group import ORDER
from crypto.opening import encode_opening, open_tested_ballot
from crypto.void import hash_void_context, sign_void, verify_void
from tests.kiosk.test_browser_agrees import compare
from tests.kiosk.test_browser_vectors import ELECTIONS, VOTER, write_context
from tests.support.crypto_samples import (
    MEETING,
    SMALL_SHAPE,
    SeededRandom,
    sample_context,
    sample_credential,
    sign_unsigned,
)
from tests.support.kiosk import BrowserSide

CREDENTIAL = sample_credential()
CONTEXT = sample_context(SMALL_SHAPE)
SIXTY = (ContestShape(60, 15),)


def list_marks(tested_ballot: bytes, opening: bytes) -> list[list[int]]:
    return [list(selection) for selection in open_tested_ballot(CONTEXT, tested_ballot, opening)]


@pytest.mark.parametrize(("shape", "selections", "seed"), ELECTIONS)
def test_tested_ballot_of_the_browser_is_that_of_python_byte_for_byte(
    browser_side: BrowserSide, shape: Any, selections: Any, seed: int
) -> None:
    context = sample_context(shape)
    ours = encrypt_ballot(context, CREDENTIAL, selections, SeededRandom(seed))
    request = {"operation": "test_ballot", "context": write_context(context), "selections": selections}
    [theirs] = browser_side.ask_for_values([{**request, **VOTER, "seed": seed}])
    assert theirs == {"ballot": encode_base64(ours.test()), "opening": encode_opening(ours.scalars).hex()}


@pytest.mark.parametrize(("shape", "selections", "seed"), [*ELECTIONS, (SIXTY, (tuple(range(0, 60, 4)),), 6)])
def test_ballot_that_the_browser_tests_is_opened_by_python(
    browser_side: BrowserSide, shape: Any, selections: Any, seed: int
) -> None:
    context = sample_context(shape)
    request = {"operation": "test_ballot", "context": write_context(context), "selections": selections}
    [theirs] = browser_side.ask_for_values([{**request, **VOTER, "seed": seed}])
    ballot, opening = decode_base64(theirs["ballot"]), bytes.fromhex(theirs["opening"])
    assert open_tested_ballot(context, ballot, opening) == selections


@pytest.mark.parametrize(("shape", "selections", "seed"), [*ELECTIONS, (SIXTY, (tuple(range(0, 60, 4)),), 6)])
def test_ballot_that_python_tests_is_opened_by_the_browser(
    browser_side: BrowserSide, shape: Any, selections: Any, seed: int
) -> None:
    context = sample_context(shape)
    sealed = encrypt_ballot(context, CREDENTIAL, selections, SeededRandom(seed))
    request = {
        "operation": "open_tested_ballot",
        "context": write_context(context),
        "data": encode_base64(sealed.test()),
        "opening": encode_opening(sealed.scalars).hex(),
    }
    assert browser_side.ask_for_values([request]) == [[list(selection) for selection in selections]]


def test_openings_that_lie_are_refused_by_both_for_the_same_cause(browser_side: BrowserSide) -> None:
    sealed = encrypt_ballot(CONTEXT, CREDENTIAL, ((0,),), SeededRandom(1))
    other = encrypt_ballot(CONTEXT, CREDENTIAL, ((0,),), SeededRandom(2))
    tested, opening = sealed.test(), encode_opening(sealed.scalars)
    one_more = ((sealed.scalars[0][0] + 1) % ORDER).to_bytes(32, "little")
    openings = [opening, b"", opening[:-1], opening + bytes(32), opening[32:] + opening[:32], one_more + opening[32:]]
    openings += [encode_opening(other.scalars), bytes(len(opening)), b"\xff" * len(opening), bytes(32) + opening[32:]]
    openings += [opening[:at] + bytes([opening[at] ^ 1]) + opening[at + 1 :] for at in range(0, len(opening), 5)]
    cases = [(tested, each) for each in openings]
    ballots = [tested[:at] + bytes([tested[at] ^ 1]) + tested[at + 1 :] for at in range(0, len(tested), 16)]
    cast = sign_unsigned(CONTEXT.election_hash, CREDENTIAL, sealed.unsigned)
    cases += [(ballot, opening) for ballot in (*ballots, cast, other.test(), tested[1:], b"")]
    compare(
        browser_side,
        [
            (
                {
                    "operation": "open_tested_ballot",
                    "context": write_context(CONTEXT),
                    "data": encode_base64(ballot),
                    "opening": each.hex(),
                },
                partial(list_marks, ballot, each),
            )
            for ballot, each in cases
        ],
    )


def test_voiding_is_the_same_bytes_in_both(browser_side: BrowserSide) -> None:
    requests: list[dict[str, Any]] = []
    here = []
    for slot in (0, 1, 23):
        credential = sample_credential(slot=slot)
        requests.append({"operation": "hash_void_context", "meeting": MEETING, "slot": slot})
        here.append(hash_void_context(MEETING, slot).hex())
        requests.append({"operation": "sign_void", **VOTER, "slot": slot, "seed": 7})
        here.append(sign_void(credential, MEETING, slot, SeededRandom(7)).hex())
    assert browser_side.ask_for_values(requests) == here


def test_voiding_is_refused_by_both_for_the_same_cause(browser_side: BrowserSide) -> None:
    signature = sign_void(CREDENTIAL, MEETING, 0, SeededRandom(7))
    public = CREDENTIAL.public
    other = sample_credential(1).public
    cases = [(public, 0, signature), (public, 1, signature), (other, 0, signature), (bytes(32), 0, signature)]
    cases += [(public, 0, signature[:-1]), (public[1:], 0, signature), (b"\xff" * 32, 0, signature)]
    cases += [(public, 0, signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :]) for at in range(64)]
    compare(
        browser_side,
        [
            (
                {
                    "operation": "verify_void",
                    "meeting": MEETING,
                    "slot": slot,
                    "key": key.hex(),
                    "signature": signed.hex(),
                },
                partial(verify_void, key, MEETING, slot, signed),
            )
            for key, slot, signed in cases
        ],
    )
