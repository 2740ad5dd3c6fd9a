"""Attacks on aggregates, tallies and confirmations, each failing the check that is there for it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from crypto.bodies import EntryKind
from crypto.confirmation import sign_confirmation
from crypto.encoding import JsonObject, decode_base64, encode_base64
from crypto.group import GENERATOR, Element, add
from tests.support.archives import (
    SERVER_SEED,
    begin_board,
    build_archive,
    change_kind,
    resign,
)
from tests.support.board_attacks import (
    OTHER_SEED,
    PLAN,
    SAMPLE,
    Change,
    count_archive,
    find_failure,
    join_ballots,
    open_board,
    rewrite,
    setting,
    split_ballots,
)

# One ballot more than the floor, so that dropping one does not fail for that.
FOUR = replace(PLAN, votes=(*PLAN.votes, ((1,),)))

# V8: the aggregate.


def test_ballot_dropped_from_the_closed_ones_is_found() -> None:
    drop = change_kind(EntryKind.CLOSED, lambda body: join_ballots(body, split_ballots(body)[1:]))
    assert find_failure(resign(build_archive([FOUR]).entries, drop)).check == "V8"


def test_aggregate_that_misses_a_ballot_is_found() -> None:
    builder, manifest = open_board()
    ballots = builder.cast(PLAN, manifest)
    builder.close(manifest, ballots)
    assert find_failure(count_archive(builder, manifest, ballots[1:])).check == "V8"


@pytest.mark.parametrize(
    "change", [setting(ballots=4), setting(aggregate_hash="00" * 32), setting(ciphertexts=encode_base64(bytes(192)))]
)
def test_altered_aggregate_is_found(change: Change) -> None:
    assert find_failure(rewrite(EntryKind.AGGREGATE, change)).check == "V8"


# V9: partial decryptions and counts.


def test_ballot_dropped_from_closed_and_aggregate_is_found() -> None:
    builder, manifest = open_board(FOUR)
    ballots = builder.cast(FOUR, manifest)
    builder.close(manifest, ballots[1:])
    whole = begin_board([FOUR])
    whole.close(whole.open_election(FOUR), ballots)
    decrypted = whole.decrypt(manifest, whole.publish_aggregate(manifest, ballots), (1, 2))
    builder.publish_aggregate(manifest, ballots[1:])
    for partial in decrypted:
        builder.append(EntryKind.PARTIAL_DECRYPTION, partial.to_body())
    tally = dict(next(entry.body for entry in build_archive([FOUR]).entries if entry.kind is EntryKind.TALLY))
    tally["aggregate_hash"] = builder.entries[-3].body["aggregate_hash"]
    builder.append(EntryKind.TALLY, tally)
    builder.decide(manifest)
    assert find_failure(builder.finish().data).check == "V9"


@pytest.mark.parametrize("counts", [[[3, 0, 0]], [[1, 1, 2]], [[1, 1]], [[1, 1, 1, 0]], [], [[1, 1, 1], [0]]])
def test_changed_counts_are_found(counts: list[list[int]]) -> None:
    assert find_failure(rewrite(EntryKind.TALLY, setting(counts=counts))).check == "V9"


@pytest.mark.parametrize("trustees", [[], [1], [1, 3], [1, 2, 3], [2, 1], [1, 1], [0, 1], [254, 255]])
def test_tally_that_names_other_trustees_is_found(trustees: list[int]) -> None:
    assert find_failure(rewrite(EntryKind.TALLY, setting(trustees=trustees))).check == "V9"


def test_tally_of_another_aggregate_is_found() -> None:
    assert find_failure(rewrite(EntryKind.TALLY, setting(aggregate_hash="00" * 32))).check == "V9"


def decrypt_with(forge: Callable[[JsonObject, JsonObject], list[JsonObject]]) -> tuple[bytes, int]:
    """Return an archive whose first two partial decryptions are forged from the true ones, and the first's number."""
    builder, manifest = open_board()
    ballots = builder.cast(PLAN, manifest)
    builder.close(manifest, ballots)
    aggregate = builder.publish_aggregate(manifest, ballots)
    true = [builder.prepare_partial(manifest, aggregate, trustee) for trustee in (1, 2)]
    first = len(builder.entries)
    for body in forge(true[0].to_body(), true[1].to_body()):
        builder.append(EntryKind.PARTIAL_DECRYPTION, body)
    builder.publish_tally(manifest, aggregate, true)
    builder.decide(manifest)
    return builder.finish().data, first


def shift_decryption(body: JsonObject) -> JsonObject:
    """The element moved by the generator after its proof was made."""
    data = decode_base64(str(body["decryptions"]))
    shifted = add(Element(data[:32]), GENERATOR)
    return {**body, "decryptions": encode_base64(shifted + data[32:])}


@pytest.mark.parametrize(
    "forge",
    [
        lambda one, two: [{**two, "trustee": 1}, {**one, "trustee": 2}],
        lambda one, two: [one, {**one, "trustee": 2}],
        lambda one, two: [one, shift_decryption(two)],
        lambda one, two: [one, {**two, "aggregate_hash": "00" * 32}],
        lambda one, two: [one, {**two, "decryptions": ""}],
        lambda one, two: [one, {**two, "decryptions": encode_base64(b"\xff" * 384)}],
        lambda one, two: [one, {**two, "decryptions": encode_base64(bytes(256))}],
    ],
    ids=[
        "trustees swapped",
        "by the wrong trustee",
        "shifted after the challenge",
        "of another aggregate",
        "empty",
        "no elements",
        "cut short",
    ],
)
def test_wrong_partial_decryption_is_found(forge: Callable[[JsonObject, JsonObject], list[JsonObject]]) -> None:
    assert find_failure(decrypt_with(forge)[0]).check == "V9"


def test_wrong_partial_decryption_names_its_entry() -> None:
    data, first = decrypt_with(lambda one, two: [one, shift_decryption(two)])
    assert find_failure(data).entry == first + 1


def test_counts_of_an_election_without_ballots_are_found_if_not_zero() -> None:
    sample = build_archive([replace(PLAN, votes=())])
    data = resign(sample.entries, change_kind(EntryKind.TALLY, setting(counts=[[1, 0, 0]])))
    assert find_failure(data).check == "V9"


# V12: confirmations.


def test_confirmed_ballot_that_is_not_counted_is_found() -> None:
    confirmation = sign_confirmation(bytes(32), SAMPLE.manifests[0].election_hash, SERVER_SEED)
    assert find_failure(SAMPLE.data, confirmations=[confirmation.encode()]).check == "V12"


def test_confirmation_of_another_meeting_is_found() -> None:
    confirmation = sign_confirmation(SAMPLE.confirmations[0].ballot_hash, bytes(32), SERVER_SEED)
    assert find_failure(SAMPLE.data, confirmations=[confirmation.encode()]).check == "V12"


def test_confirmation_that_the_server_did_not_sign_is_found() -> None:
    first = SAMPLE.confirmations[0]
    forged = sign_confirmation(first.ballot_hash, first.election_hash, OTHER_SEED)
    assert find_failure(SAMPLE.data, confirmations=[forged.encode()]).check == "V12"


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b"[" * 10_000])
def test_confirmation_of_another_form_is_found(data: bytes) -> None:
    assert find_failure(SAMPLE.data, confirmations=[data]).check == "V12"
