"""The board: what may be appended when, and the head that the minutes print."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crypto.ballot import SealedBallot
from crypto.board import Entry, append_entry, board_head, fold_entries, format_head, matches_head, normalise_head
from crypto.board_state import BoardState
from crypto.bodies import EntryKind
from crypto.encoding import JsonObject
from crypto.errors import BoardError, EncodingError, InvalidSignatureError
from crypto.manifest import Manifest
from crypto.signing import SigningSeed, sign_message
from tests.support.archives import (
    SERVER_KEY,
    SERVER_SEED,
    ArchiveBuilder,
    ElectionPlan,
    begin_board,
    build_archive,
    sample_meeting,
    sum_ballots,
)
from tests.support.board_attacks import forge_ballot

PLAN = ElectionPlan()
SAMPLE = build_archive()
HEAD = bytes.fromhex("00443214c74254b635cf84653a56d7c675be77df0123456789abcdef01234567")


def open_board(plan: ElectionPlan = PLAN) -> tuple[ArchiveBuilder, Manifest, list[SealedBallot]]:
    builder = begin_board([plan])
    manifest = builder.open_election(plan)
    return builder, manifest, builder.cast(plan, manifest)


def test_fold_returns_the_state_that_appending_gave() -> None:
    builder = begin_board([PLAN])
    assert fold_entries(builder.entries) == builder.state


def test_fold_refuses_a_missing_entry() -> None:
    with pytest.raises(BoardError):
        fold_entries(SAMPLE.entries[:3] + SAMPLE.entries[4:])


@pytest.mark.parametrize("entry", SAMPLE.entries, ids=lambda entry: f"{entry.number}-{entry.kind.value}")
def test_entry_read_from_its_bytes_signs_and_hashes_as_one_that_was_made(entry: Entry) -> None:
    read = Entry.decode(entry.encode())
    message: JsonObject = {
        "body": entry.body,
        "kind": entry.kind.value,
        "number": entry.number,
        "previous": entry.previous.hex(),
    }
    assert (read.encode(), read.entry_hash) == (entry.encode(), entry.entry_hash)
    assert sign_message("entry", message, SERVER_SEED) == read.signature
    read.verify_signature(SERVER_KEY)


@pytest.mark.parametrize("change", [{"number": 9}, {"previous": bytes(32)}, {"body": {}}, {"signature": bytes(64)}])
def test_changed_copy_of_a_read_entry_is_encoded_anew_and_no_longer_verifies(change: dict[str, Any]) -> None:
    read = Entry.decode(SAMPLE.entries[3].encode())
    changed = replace(read, **change)
    assert changed.encode() != read.encode()
    with pytest.raises(InvalidSignatureError):
        changed.verify_signature(SERVER_KEY)


def test_final_body_counts_what_a_verifier_checks() -> None:
    final = SAMPLE.entries[-1].body
    assert final == {"entries": 15, "ballots": 3, "proofs": 3 + 3 * 4 + 2 * 3, "signatures": 15 + 3 + 3 + 2 + 3}


def test_append_refuses_another_key_than_the_meetings() -> None:
    builder = begin_board([PLAN])
    body: JsonObject = {"series": "Z", "slot": 0, "credentials": ""}
    with pytest.raises(BoardError):
        append_entry(builder.state, EntryKind.LIST, body, SigningSeed(bytes(32)))


def test_append_refuses_a_body_of_another_form() -> None:
    with pytest.raises(EncodingError):
        append_entry(BoardState(), EntryKind.MEETING, {"code": "x"}, SERVER_SEED)


def test_append_refuses_a_board_that_does_not_begin_with_the_meeting() -> None:
    with pytest.raises(BoardError):
        ArchiveBuilder().publish_list()


def test_append_refuses_a_second_meeting() -> None:
    with pytest.raises(BoardError):
        begin_board([]).append(EntryKind.MEETING, sample_meeting())


def test_append_refuses_a_second_ceremony() -> None:
    builder = begin_board([])
    with pytest.raises(BoardError):
        builder.append(EntryKind.CEREMONY, builder.ceremony.to_body())


def test_append_accepts_a_list_before_the_ceremony() -> None:
    builder = ArchiveBuilder()
    builder.append(EntryKind.MEETING, sample_meeting())
    builder.publish_list()
    builder.append(EntryKind.CEREMONY, builder.ceremony.to_body())
    assert builder.hold_election(PLAN).election in builder.state.elections


def test_append_refuses_a_second_list_of_a_series_and_slot() -> None:
    with pytest.raises(BoardError):
        begin_board([PLAN]).publish_list()


def test_append_refuses_a_manifest_before_the_ceremony() -> None:
    builder = ArchiveBuilder()
    builder.append(EntryKind.MEETING, sample_meeting())
    builder.publish_list()
    with pytest.raises(BoardError):
        builder.open_election(PLAN)


def test_append_refuses_a_manifest_without_its_list() -> None:
    with pytest.raises(BoardError):
        begin_board([PLAN]).open_election(ElectionPlan(slot=1))


def test_append_refuses_a_slot_used_twice() -> None:
    builder, _, _ = open_board()
    with pytest.raises(BoardError):
        builder.open_election(ElectionPlan(election="s2"))


def test_append_refuses_a_second_manifest_of_an_election() -> None:
    builder, _, _ = open_board()
    builder.publish_list(slot=1)
    with pytest.raises(BoardError):
        builder.open_election(ElectionPlan(slot=1))


@pytest.mark.parametrize(
    "write",
    [
        lambda builder, manifest, ballots: builder.publish_aggregate(manifest, ballots),
        lambda builder, manifest, ballots: builder.decide(manifest),
        lambda builder, manifest, ballots: builder.publish_tally(manifest, sum_ballots(manifest, ()), ()),
        lambda builder, manifest, ballots: builder.decrypt(manifest, sum_ballots(manifest, ballots), [1]),
        lambda builder, manifest, ballots: builder.finish(),
    ],
    ids=["aggregate", "outcome", "tally", "partial decryption", "minutes"],
)
def test_append_refuses_what_needs_a_closed_election_while_it_is_open(
    write: Callable[[ArchiveBuilder, Manifest, list[SealedBallot]], object],
) -> None:
    builder, manifest, ballots = open_board()
    with pytest.raises(BoardError):
        write(builder, manifest, ballots)


def test_append_refuses_a_second_closing() -> None:
    builder, manifest, ballots = open_board()
    builder.close(manifest, ballots)
    with pytest.raises(BoardError):
        builder.close(manifest, ballots)


def test_append_refuses_a_second_aggregate() -> None:
    builder, manifest, ballots = open_board()
    builder.close(manifest, ballots)
    builder.publish_aggregate(manifest, ballots)
    with pytest.raises(BoardError):
        builder.publish_aggregate(manifest, ballots)


def test_append_refuses_an_aggregate_of_no_ballots() -> None:
    builder, manifest, _ = open_board()
    builder.close(manifest, ())
    with pytest.raises(BoardError):
        builder.publish_aggregate(manifest, ())


def test_append_refuses_a_second_partial_decryption_by_one_trustee() -> None:
    builder, manifest, ballots = open_board()
    builder.close(manifest, ballots)
    aggregate = builder.publish_aggregate(manifest, ballots)
    with pytest.raises(BoardError):
        builder.decrypt(manifest, aggregate, [1, 1])


def test_append_refuses_a_partial_decryption_by_nobody() -> None:
    builder, manifest, ballots = open_board()
    builder.close(manifest, ballots)
    aggregate = builder.publish_aggregate(manifest, ballots)
    body = {**builder.prepare_partial(manifest, aggregate, 1).to_body(), "trustee": 4}
    with pytest.raises(BoardError):
        builder.append(EntryKind.PARTIAL_DECRYPTION, body)


def test_append_refuses_a_tally_of_too_few_partial_decryptions() -> None:
    builder, manifest, ballots = open_board()
    builder.close(manifest, ballots)
    aggregate = builder.publish_aggregate(manifest, ballots)
    partials = builder.decrypt(manifest, aggregate, [1])
    with pytest.raises(BoardError):
        builder.publish_tally(manifest, aggregate, [*partials, builder.prepare_partial(manifest, aggregate, 2)])


@pytest.mark.parametrize("election", ["s1", "s9"])
def test_append_refuses_annulling_twice_or_an_unknown_election(election: str) -> None:
    builder, _, _ = open_board()
    builder.annul("s1")
    with pytest.raises(BoardError):
        builder.annul(election)


def test_append_refuses_closing_an_annulled_election() -> None:
    builder, manifest, ballots = open_board()
    builder.annul("s1")
    with pytest.raises(BoardError):
        builder.close(manifest, ballots)


def test_append_refuses_an_annulment_after_the_minutes() -> None:
    builder = begin_board([PLAN])
    builder.hold_election(PLAN)
    builder.append(EntryKind.MINUTES, {"sha256": "00" * 32, "numbers": {}})
    with pytest.raises(BoardError):
        builder.annul("s1")


def test_append_refuses_final_without_minutes() -> None:
    builder = begin_board([])
    with pytest.raises(BoardError):
        builder.append(EntryKind.FINAL, builder.state.final_body.to_object())


def test_append_refuses_a_share_destroyed_before_the_minutes() -> None:
    with pytest.raises(BoardError):
        begin_board([]).append(EntryKind.DESTROYED, {"trustee": 1, "signature": "00" * 64})


@pytest.mark.parametrize("trustees", [(1, 1), (4,)])
def test_append_refuses_a_share_destroyed_twice_or_of_nobody(trustees: tuple[int, ...]) -> None:
    builder = begin_board([])
    builder.append(EntryKind.MINUTES, {"sha256": "00" * 32, "numbers": {}})
    *first, last = trustees
    for trustee in first:
        builder.append(EntryKind.DESTROYED, {"trustee": trustee, "signature": "00" * 64})
    with pytest.raises(BoardError):
        builder.append(EntryKind.DESTROYED, {"trustee": last, "signature": "00" * 64})


def test_append_refuses_anything_after_final() -> None:
    state = fold_entries(SAMPLE.entries)
    with pytest.raises(BoardError):
        append_entry(state, EntryKind.FINAL, state.final_body.to_object(), SERVER_SEED)


def test_append_refuses_ballots_that_fill_no_whole_ballot() -> None:
    builder, manifest, ballots = open_board()
    cut = forge_ballot(ballots[0].data[:-1])
    with pytest.raises(EncodingError):
        builder.close(manifest, [cut])


def test_board_head_is_the_last_outcome() -> None:
    outcome = [entry for entry in SAMPLE.entries if entry.kind is EntryKind.OUTCOME][-1]
    assert board_head(SAMPLE.entries) == outcome.entry_hash == SAMPLE.head


def test_board_head_covers_an_annulment_after_the_last_outcome() -> None:
    builder = begin_board([PLAN])
    builder.hold_election(PLAN)
    builder.annul("s1")
    assert board_head(builder.entries) == builder.entries[-1].entry_hash == builder.state.head


def test_board_head_is_missing_before_the_first_outcome() -> None:
    assert board_head(begin_board([PLAN]).entries) is None


def test_format_head_prints_thirty_two_characters_in_groups_of_four() -> None:
    assert [len(group) for group in format_head(HEAD).split("-")] == [4] * 8


@pytest.mark.parametrize(
    "spell",
    [
        format_head,
        lambda head: format_head(head).lower(),
        lambda head: format_head(head).replace("-", " "),
        lambda head: format_head(head).replace("-", ""),
        lambda head: format_head(head).replace("0", "o").replace("1", "l"),
        lambda head: format_head(head).replace("0", "O").replace("1", "I"),
        lambda head: f"  {format_head(head)}\n",
        bytes.hex,
        lambda head: head.hex().upper(),
        lambda head: " ".join(head.hex()[start : start + 8] for start in range(0, 64, 8)),
    ],
)
def test_matches_head_forgives_case_spaces_hyphens_and_lookalikes(spell: Callable[[bytes], str]) -> None:
    assert matches_head(spell(HEAD), HEAD)


@pytest.mark.parametrize(
    "code",
    [
        "",
        format_head(HEAD)[:-1],
        format_head(HEAD) + "0",
        HEAD.hex()[:-1],
        HEAD.hex()[:-1] + "0",
        HEAD.hex()[:32],
        "U" * 32,
        "٣" * 32,
        format_head(HEAD)[:-1] + "0",
    ],
)
def test_matches_head_refuses_another_code(code: str) -> None:
    assert not matches_head(code, HEAD)


def test_normalise_head_refuses_a_code_of_another_length() -> None:
    with pytest.raises(EncodingError):
        normalise_head("ABCD")
