"""Attacks on closed ballots, each failing the check that is there for it."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from crypto.archive import encode_archive
from crypto.ballot import SealedBallot, ballot_size, encrypt_ballot, hash_ballot
from crypto.bodies import EntryKind
from crypto.credential import Credential
from crypto.encoding import JsonObject, JsonValue, decode_base64, encode_base64
from crypto.errors import VerificationError
from crypto.group import GENERATOR, Scalar
from crypto.manifest import Counts, Manifest
from crypto.proofs.schnorr import sign_as_credential
from crypto.slip import MeetingCode
from crypto.verify import review_closed_board, verify_archive
from crypto.void import VoidCredential, hash_void_context, sign_void
from tests.support.archives import (
    ArchiveBuilder,
    ElectionPlan,
    begin_board,
    sample_credentials,
)
from tests.support.board_attacks import (
    PLAN,
    SAMPLE,
    count_archive,
    find_failure,
    find_review_failure,
    forge_ballot,
    join_ballots,
    open_board,
    rewrite,
    setting,
    split_ballots,
)
from tests.support.crypto_samples import MEETING, SeededRandom, cast_plaintexts

RANDOM = SeededRandom(77)

# V5: ballots.


def void_slips(*slips: Credential) -> list[JsonValue]:
    """Return slips as voided in the sample's slot by their holders."""
    members = sorted(
        (VoidCredential(each.public, sign_void(each, MEETING, PLAN.slot, RANDOM)) for each in slips),
        key=lambda member: member.credential,
    )
    return [member.to_object() for member in members]


def close_with(forge: Callable[[ArchiveBuilder, Manifest, list[SealedBallot]], list[SealedBallot]]) -> bytes:
    plan = replace(PLAN, counts=Counts(printed=4, handed_out=4, brought_back=0, lost=0, left_over=0, present=4))
    builder, manifest = open_board(plan)
    ballots = forge(builder, manifest, builder.cast(plan, manifest))
    builder.close(manifest, ballots)
    return encode_archive(builder.entries)


def cast_as(builder: ArchiveBuilder, manifest: Manifest, **changes: Any) -> SealedBallot:
    return builder.cast(replace(PLAN, votes=(((0,),),), **changes), manifest)[0]


def copy_ciphertexts(builder: ArchiveBuilder, manifest: Manifest, ballots: list[SealedBallot]) -> list[SealedBallot]:
    """Two voters whose phones draw the same scalars for the same choice."""
    voters = sample_credentials(2)
    forged = [cast_plaintexts(manifest.context, voter, ((1, 0, 0),), SeededRandom(9)) for voter in voters]
    return [forge_ballot(data) for data in forged]


@pytest.mark.parametrize(
    "forge",
    [
        lambda builder, manifest, ballots: [*ballots, cast_as(builder, manifest, series=("Z",))],
        lambda builder, manifest, ballots: [*ballots, cast_as(builder, manifest, slot=1)],
        lambda builder, manifest, ballots: [*ballots, cast_as(builder, manifest)],
        lambda builder, manifest, ballots: [*ballots, ballots[0]],
        copy_ciphertexts,
        lambda builder, manifest, ballots: [
            cast_as(builder, replace(manifest, slot=manifest.slot + 1)),
            *ballots[1:],
        ],
        lambda builder, manifest, ballots: [forge_ballot(ballots[0].data[:-64] + ballots[1].data[-64:])],
    ],
    ids=[
        "credential of another series",
        "credential of another slot",
        "credential used twice",
        "ballot counted twice",
        "ciphertexts of another ballot",
        "ballot of another election",
        "signature of another ballot",
    ],
)
def test_ballot_that_may_not_count_is_found(
    forge: Callable[[ArchiveBuilder, Manifest, list[SealedBallot]], list[SealedBallot]],
) -> None:
    assert find_review_failure(close_with(forge)).check == "V5"


@pytest.mark.parametrize(
    "plaintexts",
    [((1, 1, 0),), ((2, -1, 0),), ((0, 0, 0),), ((1, 0, 1),), ((0, 0, 2),)],
    ids=["two marks", "two and minus one", "nothing", "mark and blank", "two blanks"],
)
def test_ballot_of_false_marks_is_found(plaintexts: tuple[tuple[int, ...], ...]) -> None:
    def forge(builder: ArchiveBuilder, manifest: Manifest, ballots: list[SealedBallot]) -> list[SealedBallot]:
        data = cast_plaintexts(manifest.context, sample_credentials(1)[0], plaintexts, SeededRandom(9))
        return [forge_ballot(data)]

    assert find_review_failure(close_with(forge)).check == "V5"


def test_ballots_out_of_order_are_found() -> None:
    data = rewrite(EntryKind.CLOSED, lambda body: join_ballots(body, split_ballots(body)[::-1]))
    assert find_failure(data).check == "V5"


def test_ballot_cut_short_is_found() -> None:
    def change(body: JsonObject) -> JsonObject:
        return {**body, "ballots": encode_base64(decode_base64(str(body["ballots"]))[:-1])}

    assert find_failure(rewrite(EntryKind.CLOSED, change)).check == "V5"


def test_void_credential_that_is_counted_is_found() -> None:
    assert find_failure(rewrite(EntryKind.CLOSED, setting(void=void_slips(*sample_credentials(1))))).check == "V5"


def test_void_credential_that_is_not_listed_is_found() -> None:
    stranger = Credential(Scalar(1), GENERATOR)
    error = find_failure(rewrite(EntryKind.CLOSED, setting(void=void_slips(stranger))))
    assert (error.check, error.problem) == ("V5", "a void credential is not listed")


@pytest.mark.parametrize(
    "signature",
    [
        lambda voter, other: sign_void(other, MEETING, PLAN.slot, RANDOM),
        lambda voter, other: sign_void(voter, MEETING, PLAN.slot + 1, RANDOM),
        lambda voter, other: sign_void(voter, MeetingCode("00000000"), PLAN.slot, RANDOM),
        lambda voter, other: sign_as_credential("status", SAMPLE.manifests[0].election_hash, voter, b"", RANDOM),
        lambda voter, other: sign_as_credential("test", hash_void_context(MEETING, PLAN.slot), voter, b"", RANDOM),
        lambda voter, other: bytes(64),
    ],
    ids=["another slip", "another slot", "another meeting", "a question of the slip", "another label", "zeros"],
)
def test_credential_that_the_server_voids_without_its_slip_is_found(
    signature: Callable[[Credential, Credential], bytes],
) -> None:
    other, unused = sample_credentials(4)[2:]
    void = [{"credential": unused.public.hex(), "signature": signature(unused, other).hex()}]
    assert find_failure(rewrite(EntryKind.CLOSED, setting(void=void))).check == "V5"


GAVE_ONE_BACK = Counts(printed=4, handed_out=4, brought_back=1, lost=0, left_over=0, present=3)


def archive_with_void(plan: ElectionPlan, voters: slice, void: int) -> bytes:
    """Return the archive of an election that counts these voters' ballots and has one voter's slip void."""
    builder, manifest = open_board(plan)
    ballots = builder.cast(plan, manifest)[voters]
    builder.close(manifest, ballots, void=sample_credentials(4)[void : void + 1])
    return count_archive(builder, manifest, ballots)


def test_credential_voided_by_its_own_slip_verifies() -> None:
    archive = archive_with_void(replace(PLAN, counts=GAVE_ONE_BACK), slice(3), void=3)
    assert verify_archive(archive).signatures == verify_archive(SAMPLE.data).signatures + 1


def test_server_that_kept_slips_and_voids_one_that_voted_is_found() -> None:
    plan = replace(PLAN, votes=(((0,),), ((1,),), ((),), ((0,),)))
    error = find_failure(archive_with_void(plan, slice(1, 4), void=0))
    assert (error.check, error.problem) == ("V6", "void credentials = brought back + exchanged differs")


def test_slip_counted_as_brought_back_that_is_not_void_is_found() -> None:
    builder, manifest = open_board(replace(PLAN, counts=GAVE_ONE_BACK))
    ballots = builder.cast(PLAN, manifest)
    builder.close(manifest, ballots)
    assert find_failure(count_archive(builder, manifest, ballots)).check == "V6"


def test_void_credentials_out_of_order_are_found() -> None:
    slips = void_slips(*sample_credentials(4)[2:])
    assert find_failure(rewrite(EntryKind.CLOSED, setting(void=slips[::-1]))).check == "V5"


@pytest.mark.parametrize("byte", range(0, ballot_size(SAMPLE.manifests[0].shape), 7))
def test_altered_byte_of_a_ballot_under_a_new_signature_is_found(byte: int) -> None:
    def change(body: JsonObject) -> JsonObject:
        first, *others = split_ballots(body)
        altered = first[:byte] + bytes([first[byte] ^ 1]) + first[byte + 1 :]
        return join_ballots(body, sorted([altered, *others], key=hash_ballot))

    assert find_failure(rewrite(EntryKind.CLOSED, change)).check == "V5"


def test_altered_ballot_is_found_in_another_process() -> None:
    def change(body: JsonObject) -> JsonObject:
        first, *others = split_ballots(body)
        return join_ballots(body, [first[:-1] + b"\xff", *others])

    with ProcessPoolExecutor(1) as pool:
        failure = find_failure(rewrite(EntryKind.CLOSED, change), map_ballots=pool.map)
    assert failure.check == "V5"


def test_cancelled_elections_ballots_under_a_sealed_again_manifest_are_found() -> None:
    again = ElectionPlan(election="s2", slot=1)
    builder = begin_board([PLAN, again])
    cancelled = builder.open_election(PLAN)
    ballots = builder.cast(PLAN, cancelled)
    builder.annul("s1")
    builder.close(builder.open_election(again), ballots)
    with pytest.raises(VerificationError) as caught:
        review_closed_board(builder.entries, "s2")
    assert caught.value.check == "V5"


# V7: tested ballots.


def test_tested_ballot_that_is_counted_is_found() -> None:
    tested = [SAMPLE.confirmations[0].ballot_hash.hex()]
    assert find_failure(rewrite(EntryKind.CLOSED, setting(tested=tested))).check == "V7"


def test_openings_of_tested_ballots_stay_off_the_board() -> None:
    assert find_failure(rewrite(EntryKind.CLOSED, setting(openings=["00" * 32]))).check == "V5"


def test_tested_trackers_cut_to_the_shown_length_are_found() -> None:
    short = SAMPLE.confirmations[0].ballot_hash[:13].hex()
    assert find_failure(rewrite(EntryKind.CLOSED, setting(tested=[short]))).check == "V5"


def test_tested_ballot_whose_signature_was_made_for_a_test_is_found_among_the_cast() -> None:
    def cast_a_test(builder: ArchiveBuilder, manifest: Manifest, ballots: list[SealedBallot]) -> list[SealedBallot]:
        voter = sample_credentials(4)[3]
        tested = encrypt_ballot(manifest.context, voter, ((0,),), builder.random_bytes).test()
        return [*ballots, forge_ballot(tested)]

    assert find_review_failure(close_with(cast_a_test)).check == "V5"
