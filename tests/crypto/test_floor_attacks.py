"""Sums of so few ballots that they show votes."""

import pytest

from crypto.bodies import EntryKind
from crypto.encoding import encode_base64
from crypto.errors import BoardError
from tests.support.archives import ArchiveBuilder, ElectionPlan, Vote, begin_board, change_kind, hold_key, resign
from tests.support.board_attacks import find_failure

ONE: tuple[Vote, ...] = (((0,),),)
TWO: tuple[Vote, ...] = (((0,),), ((),))


def hold_rehearsal(votes: tuple[Vote, ...], floor: int) -> ArchiveBuilder:
    builder = ArchiveBuilder(holders=hold_key(rehearsal=True), rehearsal=True)
    builder.begin()
    builder.publish_list()
    builder.hold_election(ElectionPlan(votes=votes, floor=floor))
    return builder


@pytest.mark.parametrize("votes", [ONE, TWO], ids=["one", "two"])
def test_partial_decryption_below_the_floor_is_not_appended(votes: tuple[Vote, ...]) -> None:
    plan = ElectionPlan(votes=votes)
    builder = begin_board([plan])
    manifest = builder.open_election(plan)
    ballots = builder.cast(plan, manifest)
    builder.close(manifest, ballots)
    aggregate = builder.publish_aggregate(manifest, ballots)
    with pytest.raises(BoardError, match="floor"):
        builder.decrypt(manifest, aggregate, [1])


def test_election_that_colluding_trustees_decrypted_below_the_floor_is_found() -> None:
    builder = hold_rehearsal(TWO, floor=1)
    sample = builder.finish()
    raised = resign(sample.entries, change_kind(EntryKind.MANIFEST, lambda body: {**body, "floor": 3}))
    failure = find_failure(raised)
    first = next(entry.number for entry in sample.entries if entry.kind is EntryKind.PARTIAL_DECRYPTION)
    assert (failure.check, failure.entry) == ("V1", first)


def test_partial_decryption_of_broken_length_is_found_though_no_tally_names_it() -> None:
    plan = ElectionPlan()
    builder = begin_board([plan])
    manifest = builder.open_election(plan)
    ballots = builder.cast(plan, manifest)
    builder.close(manifest, ballots)
    aggregate = builder.publish_aggregate(manifest, ballots)
    partials = builder.decrypt(manifest, aggregate, [1, 2, 3])
    builder.publish_tally(manifest, aggregate, partials)
    builder.decide(manifest)
    sample = builder.finish()
    third = [entry for entry in sample.entries if entry.kind is EntryKind.PARTIAL_DECRYPTION][2]
    broken = resign(
        sample.entries,
        lambda entry: {**entry.body, "decryptions": encode_base64(bytes(127))} if entry is third else entry.body,
    )
    failure = find_failure(broken)
    assert (failure.check, failure.entry) == ("V9", third.number)
