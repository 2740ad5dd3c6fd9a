"""Paper beside phones and paper alone: what verifies, and what a server or a careless teller may put on the board."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.archive import encode_archive
from crypto.ballot import ContestShape
from crypto.bodies import EntryKind
from crypto.body_form import read_body
from crypto.closed import check_decryptable
from crypto.encoding import JsonObject
from crypto.errors import (
    BoardError,
    CeremonyError,
    DecryptionRefusedError,
    EncodingError,
    InvalidManifestError,
    VerificationError,
)
from crypto.manifest import Counts
from crypto.paper import InvalidReason, PaperCounts
from crypto.verify import Report, check_paper_counts, review_closed_board, verify_archive
from tests.support.archives import (
    ArchiveBuilder,
    ElectionPlan,
    begin_board,
    change_kind,
    hold_key,
    resign,
    sample_credentials,
    sample_meeting,
)
from tests.support.board_attacks import find_failure, setting
from tests.support.paper_boards import (
    COUNTS,
    MIXED,
    PAPER,
    PAPER_ALONE,
    PAPER_ELECTION,
    PLAN,
    build_mixed,
    build_paper_only,
)
from tests.support.trustees import HeldCeremony, hold_ceremony


def rewrite_paper(**members: Any) -> bytes:
    """Return the board as a server would rewrite it that holds its own key, not the tellers'."""
    return resign(MIXED.entries, change_kind(EntryKind.PAPER_COUNTS, setting(**members)))


def change_paper(**members: Any) -> bytes:
    """Return a board whose tellers signed other numbers."""
    return build_mixed(change=lambda paper: replace(paper, **members)).data


def report_mixed() -> Report:
    return verify_archive(MIXED.data)


def test_paper_beside_phones_verifies_and_its_counts_are_added() -> None:
    election = report_mixed().elections[0]
    assert (election.counts, election.totals, election.returned) == (((1, 1, 1),), ((3, 1, 2),), 7)


def test_paper_signatures_are_counted() -> None:
    without = begin_board([PLAN], printed=9)
    without.hold_election(PLAN)
    # Two signatures of the paper counts, one of the void credential, one of the entry.
    assert report_mixed().signatures == verify_archive(without.finish().data).signatures + 4


@pytest.mark.parametrize(
    "members",
    [
        {"ballots": 5},
        {"issued": 3},
        {"invalid": 0},
        {"invalid": 5, "reasons": (InvalidReason("x", 5),)},
        {"reasons": ()},
        {"counts": ((2, 1, 1),)},
        {"counts": ((2, 0, 0),)},
        {"counts": ((0, 0, 4),)},
        {"counts": ((2, 1),)},
        {"counts": ((2, 0, 1), (2, 0, 1))},
        {"exchanged": 2},
        {"issued": 5},
    ],
    ids=[
        "more ballots than issued",
        "fewer issued than ballots",
        "invalid differs from its reasons",
        "more invalid than ballots",
        "no reason for the invalid",
        "more marks than valid ballots",
        "fewer marks than valid ballots",
        "more blanks than valid ballots",
        "an option is missing",
        "a contest too many",
        "more exchanged than void",
        "more issued than present",
    ],
)
def test_paper_counts_that_do_not_balance_are_found(members: dict[str, Any]) -> None:
    assert find_failure(change_paper(**members)).check == "V6"


@pytest.mark.parametrize("signers", [(), (1,)])
def test_paper_counts_signed_by_fewer_than_two_tellers_are_found(signers: tuple[int, ...]) -> None:
    assert find_failure(build_mixed(signers=signers).data).check == "V6"


def test_paper_counts_that_the_server_changes_after_the_tellers_signed_are_found() -> None:
    assert find_failure(rewrite_paper(counts=[[1, 1, 1]])).check == "V6"


def test_paper_counts_of_another_election_are_found() -> None:
    assert find_failure(rewrite_paper(election_hash="00" * 32)).check == "V2"


def test_signature_of_the_paper_counts_under_another_label_is_found() -> None:
    counts = MIXED.manifests[0].count_signatures
    assert find_failure(rewrite_paper(signatures=[each.to_object() for each in counts])).check == "V6"


def leave_out_paper(void: int) -> bytes:
    """Return the board of a server that keeps silent about the votes on paper, so many of them for slips exchanged."""
    mixed = build_mixed(void=void, change=lambda paper: replace(paper, exchanged=void))
    return resign(mixed.entries, change_kind(EntryKind.PAPER_COUNTS, lambda body: None))


def test_server_that_leaves_out_the_votes_of_those_who_exchanged_their_slips_is_found() -> None:
    assert find_failure(leave_out_paper(1)).problem == "void credentials = brought back + exchanged differs"


def test_paper_counts_without_an_exchange_left_out_are_found_by_the_counts_of_the_outcome_only() -> None:
    """V1 to V9 hold without them: which ballots were counted together is the rules' part, V10, and the minutes'."""
    assert verify_archive(leave_out_paper(0)).elections[0].returned == 3


# The floor of each channel: what is left when the public tally of the other is taken away is somebody's vote.


@pytest.mark.parametrize("ballots", [1, 2])
def test_paper_channel_below_the_floor_is_found(ballots: int) -> None:
    counts = ((ballots, 0, 0),)
    data = change_paper(ballots=ballots, invalid=0, reasons=(), counts=counts)
    assert find_failure(data).problem == "each channel has the floor of ballots"


def test_device_refuses_to_decrypt_beside_a_paper_channel_below_the_floor() -> None:
    closed = review_closed_board(MIXED.data, "s1")
    check_decryptable(closed, rehearsal=False)
    with pytest.raises(DecryptionRefusedError):
        check_decryptable(replace(closed, paper_ballots=2), rehearsal=False)


def test_device_learns_from_the_board_how_many_paper_ballots_there_are() -> None:
    assert review_closed_board(MIXED.data, "s1").paper_ballots == 4


def test_server_checks_the_floor_before_it_posts_paper_counts() -> None:
    few = replace(PAPER, ballots=2, invalid=0, reasons=(), counts=((2, 0, 0),))
    with pytest.raises(VerificationError):
        check_paper_counts(few, COUNTS, PLAN.shape, ballots=3, void=1, floor=3)


def test_paper_without_any_ballot_by_phone_needs_no_floor() -> None:
    few = replace(PAPER, ballots=2, invalid=0, reasons=(), counts=((2, 0, 0),))
    check_paper_counts(few, COUNTS, PLAN.shape, ballots=0, void=1, floor=3)


def test_more_ballots_than_slips_left_after_the_exchange_are_found() -> None:
    counts = replace(COUNTS, handed_out=3, left_over=6)
    assert find_failure(build_mixed(replace(PLAN, counts=counts)).data).problem == "ballots ≤ slips issued - exchanged"


def test_more_ballots_together_than_people_present_are_found() -> None:
    counts = replace(COUNTS, present=6, lost=2)
    data = build_mixed(replace(PLAN, counts=counts)).data
    assert find_failure(data).problem == "ballots with paper ≤ present"


# The tellers' own devices.


def hold_devices() -> HeldCeremony:
    return hold_ceremony(3, 2)


def test_device_signs_paper_counts_that_its_ceremony_verifies() -> None:
    held = hold_devices()
    signed = held.trustees[1].sign_paper(PAPER_ALONE)
    assert held.ceremony.verify_paper_signature(PAPER_ALONE.to_signed(), signed) == 2


@pytest.mark.parametrize("changes", [{"ballots": 3}, {"election": "g2"}, {"election_hash": bytes(32)}, {"invalid": 1}])
def test_signature_of_a_device_holds_for_no_other_paper_counts(changes: dict[str, Any]) -> None:
    held = hold_devices()
    signed = held.trustees[0].sign_paper(PAPER_ALONE)
    with pytest.raises(CeremonyError):
        held.ceremony.verify_paper_signature(replace(PAPER_ALONE, **changes).to_signed(), signed)


def test_signature_of_paper_counts_of_the_last_meeting_is_refused() -> None:
    signed = hold_ceremony(3, 2, seed=2).trustees[0].sign_paper(PAPER_ALONE)
    with pytest.raises(CeremonyError):
        hold_devices().ceremony.verify_paper_signature(PAPER_ALONE.to_signed(), signed)


# k of n.


@given(st.data())
def test_paper_sums_of_any_honest_ballots_balance(data: st.DataObject) -> None:
    options = data.draw(st.integers(1, 4))
    marks = data.draw(st.integers(1, options))
    votes = data.draw(st.lists(st.sets(st.integers(0, options - 1), max_size=marks), max_size=8))
    row = (*(sum(option in vote for vote in votes) for option in range(options)), sum(not vote for vote in votes))
    number = len(votes)
    paper = replace(PAPER, issued=number, exchanged=0, ballots=number, invalid=0, reasons=(), counts=(row,))
    counts = Counts(printed=0, handed_out=0, brought_back=0, lost=0, left_over=0, present=number)
    check_paper_counts(paper, counts, (ContestShape(options, marks),), ballots=0, void=0, floor=3)


def test_option_with_more_marks_than_marked_ballots_is_found() -> None:
    paper = replace(PAPER, ballots=3, invalid=0, reasons=(), counts=((4, 0, 1),))
    with pytest.raises(VerificationError):
        check_paper_counts(paper, COUNTS, (ContestShape(2, 2),), ballots=0, void=1, floor=3)


# Order.


def open_mixed() -> tuple[ArchiveBuilder, PaperCounts, Any, Any]:
    builder = begin_board([PLAN], printed=9)
    manifest = builder.open_election(PLAN)
    return builder, replace(PAPER, election_hash=manifest.election_hash), manifest, builder.cast(PLAN, manifest)


def test_paper_counts_before_the_close_are_refused() -> None:
    builder, paper, _, _ = open_mixed()
    with pytest.raises(BoardError):
        builder.publish_paper(paper)


def test_paper_counts_after_the_aggregate_are_refused() -> None:
    builder, paper, manifest, ballots = open_mixed()
    builder.close(manifest, ballots)
    builder.publish_aggregate(manifest, ballots)
    with pytest.raises(BoardError):
        builder.publish_paper(paper)


def test_second_paper_counts_are_refused() -> None:
    builder, paper, manifest, ballots = open_mixed()
    builder.close(manifest, ballots, void=sample_credentials(9)[4:5])
    builder.publish_paper(paper)
    with pytest.raises(BoardError):
        builder.publish_paper(paper)


def test_paper_counts_without_any_ballot_by_phone_precede_the_tally() -> None:
    plan = replace(PLAN, votes=())
    assert verify_archive(build_mixed(plan).data).elections[0].totals == ((2, 0, 1),)


# Paper alone.


def test_election_on_paper_alone_verifies_without_any_key() -> None:
    election = verify_archive(build_paper_only()).elections[0]
    assert (election.ballots, election.totals, election.returned) == (None, ((1, 1),), 2)


def test_election_on_paper_alone_verifies_with_tellers_signatures() -> None:
    assert verify_archive(build_paper_only(with_key=True, signers=(1, 3))).elections[0].returned == 2


def test_signatures_that_no_ceremony_stands_behind_are_found() -> None:
    assert find_failure(build_paper_only(signers=(1, 2))).check == "V3"


@pytest.mark.parametrize(
    "changes",
    [{"issued": 5}, {"exchanged": 1}, {"ballots": 5, "counts": ((4, 1),)}, {"counts": ((2, 1),)}, {"counts": ((2,),)}],
)
def test_counts_of_an_election_on_paper_alone_that_do_not_balance_are_found(changes: dict[str, Any]) -> None:
    assert find_failure(build_paper_only(**changes)).check == "V6"


def test_six_counts_of_an_election_on_paper_alone_that_do_not_balance_are_found() -> None:
    counts = replace(PAPER_ELECTION.counts, left_over=2)
    assert find_failure(build_paper_only(replace(PAPER_ELECTION, counts=counts))).check == "V6"


@pytest.mark.parametrize("changes", [{"meeting": "00000000"}, {"rehearsal": True}])
def test_paper_election_that_disagrees_with_the_board_is_found(changes: dict[str, Any]) -> None:
    assert find_failure(build_paper_only(replace(PAPER_ELECTION, **changes))).check == "V2"


@pytest.mark.parametrize("kind", [EntryKind.CLOSED, EntryKind.AGGREGATE, EntryKind.TALLY, EntryKind.PARTIAL_DECRYPTION])
def test_electronic_entries_of_an_election_on_paper_alone_are_refused(kind: EntryKind) -> None:
    builder = begin_board([ElectionPlan()])
    builder.append(EntryKind.PAPER_ELECTION, PAPER_ELECTION.to_object())
    bodies: dict[EntryKind, JsonObject] = {
        EntryKind.CLOSED: {"election_hash": "00" * 32, "ballots": "", "tested": [], "void": []},
        EntryKind.AGGREGATE: {"election_hash": "00" * 32, "ballots": 0, "ciphertexts": "", "aggregate_hash": "00" * 32},
        EntryKind.TALLY: {"aggregate_hash": "00" * 32, "trustees": [], "counts": [[0, 0]]},
        EntryKind.PARTIAL_DECRYPTION: {"aggregate_hash": "00" * 32, "trustee": 1, "decryptions": ""},
    }
    with pytest.raises(BoardError):
        builder.append(kind, {"election": "g1", **bodies[kind]})


def test_election_id_of_a_paper_election_is_not_used_again() -> None:
    builder = begin_board([ElectionPlan()])
    builder.append(EntryKind.PAPER_ELECTION, PAPER_ELECTION.to_object())
    with pytest.raises(BoardError):
        builder.append(EntryKind.PAPER_ELECTION, PAPER_ELECTION.to_object())
    with pytest.raises(BoardError):
        builder.open_election(ElectionPlan(election="g1"))


def test_outcome_of_an_election_on_paper_before_its_counts_is_refused() -> None:
    builder = ArchiveBuilder()
    builder.append(EntryKind.MEETING, sample_meeting())
    builder.append(EntryKind.PAPER_ELECTION, PAPER_ELECTION.to_object())
    with pytest.raises(BoardError):
        builder.decide(PAPER_ELECTION)


def test_device_reviews_no_election_on_paper_alone() -> None:
    with pytest.raises(VerificationError):
        review_closed_board(build_paper_only(with_key=True), "g1")


def test_rehearsal_with_one_trustee_needs_its_signature_only() -> None:
    builder = ArchiveBuilder(printed=9, holders=hold_key(1, 1, rehearsal=True), rehearsal=True)
    builder.begin()
    builder.publish_list()
    plan = replace(PLAN, signers=(1,), floor=1)
    manifest = builder.open_election(plan)
    ballots = builder.cast(plan, manifest)
    builder.close(manifest, ballots, void=sample_credentials(9)[4:5])
    builder.publish_paper(replace(PAPER, election_hash=manifest.election_hash), signers=(1,))
    builder.count(manifest, ballots)
    assert verify_archive(builder.finish().data).elections[0].returned == 7


# Form.


@pytest.mark.parametrize(
    "members",
    [
        {"issued": -1},
        {"issued": True},
        {"reasons": [{"reason": "", "count": 1}]},
        {"reasons": [{"reason": "x", "count": 0}]},
        {"reasons": [{"reason": "x", "count": 1}, {"reason": "x", "count": 1}]},
        {"reasons": [{"reason": "x\ny", "count": 1}]},
        {"counts": [1, 2, 3]},
        {"signatures": [{"trustee": 2, "signature": "00" * 64}, {"trustee": 1, "signature": "00" * 64}]},
        {"more": 1},
    ],
)
def test_read_body_refuses_paper_counts_of_another_form(members: JsonObject) -> None:
    with pytest.raises(EncodingError):
        read_body(EntryKind.PAPER_COUNTS, {**PAPER_ALONE.to_object(), **members})


@pytest.mark.parametrize("members", [{"protocol": "phieukin/2"}, {"contests": []}, {"counts": {}}, {"key": "00" * 32}])
def test_read_body_refuses_a_paper_election_of_another_form(members: JsonObject) -> None:
    with pytest.raises(InvalidManifestError):
        read_body(EntryKind.PAPER_ELECTION, {**PAPER_ELECTION.to_object(), **members})


def test_paper_bodies_come_back_as_they_were_written() -> None:
    assert read_body(EntryKind.PAPER_COUNTS, PAPER_ALONE.to_object()) == PAPER_ALONE
    assert read_body(EntryKind.PAPER_ELECTION, PAPER_ELECTION.to_object()) == PAPER_ELECTION


def test_archive_that_ends_with_paper_counts_is_no_whole_one() -> None:
    cut = [entry for entry in MIXED.entries if entry.kind is not EntryKind.FINAL]
    assert find_failure(encode_archive(cut)).check == "V1"
