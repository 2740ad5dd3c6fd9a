"""Dishonest boards: a phone reviews them with its own verifier and refuses what a terminal refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from crypto.archive import encode_archive
from crypto.bodies import EntryKind
from crypto.decryption import verify_partial_decryption
from crypto.signing import SigningSeed, derive_verification_key
from crypto.tally import compute_tally
from crypto.trustee import Trustee
from crypto.verify import review_closed_board
from tests.support.archives import (
    SERVER_KEY,
    ArchiveBuilder,
    ElectionPlan,
    begin_board,
    change_kind,
    hold_key,
    resign,
)
from tests.support.browser_trustees import BrowserTrustee, TrusteeSide, find_outcome, seat_browser
from tests.support.trustees import HeldCeremony, exchange_whole, hold_ceremony

PLAN = ElectionPlan(votes=(((0,),), ((0,),), ((1,),), ((),)))
TWO = ElectionPlan(votes=PLAN.votes[:2])


def close_board(
    plan: ElectionPlan = PLAN, *, without: int = 0, builder: ArchiveBuilder | None = None
) -> ArchiveBuilder:
    """Return a board up to its closed election, the last `without` ballots left out."""
    builder = builder or begin_board([plan])
    manifest = builder.open_election(plan)
    ballots = builder.cast(plan, manifest)
    builder.close(manifest, ballots[: len(ballots) - without])
    return builder


def encode(builder: ArchiveBuilder) -> bytes:
    """Return a board as a device downloads it."""
    return encode_archive(builder.entries)


def review(device: Trustee, archive: bytes) -> None:
    """Let a device review a board with the verifier of its own implementation."""
    if isinstance(device, BrowserTrustee):
        device.review_archive(archive, "s1")
    else:
        device.review_board(archive, "s1", review_closed_board)


def sit_down(side: TrusteeSide, *, rehearsal: bool = False) -> HeldCeremony:
    """Return the table of the sample boards, the first seat a phone's."""
    with seat_browser(side, (1,)):
        return hold_ceremony(server_key=SERVER_KEY, rehearsal=rehearsal)


def test_phone_and_terminals_review_one_board_and_decrypt_it(trustee_side: TrusteeSide) -> None:
    held, builder = sit_down(trustee_side), close_board()
    for device in held.trustees:
        review(device, encode(builder))
    exchange_whole(held.trustees)
    assert len({device.whole_words for device in held.trustees}) == 1
    closed = review_closed_board(builder.entries, "s1")
    partials = [device.make_partial_decryption() for device in held.trustees]
    for made in partials:
        verify_partial_decryption(held.ceremony, closed.election_hash, closed.aggregate, made)
    tally = compute_tally(held.ceremony, closed.election_hash, closed.aggregate, [partials[0], partials[2]])
    assert tally.counts == ((2, 1, 1),)


def test_server_that_leaves_a_ballot_out_for_one_device_is_found_by_both(trustee_side: TrusteeSide) -> None:
    held = sit_down(trustee_side)
    boards = [close_board(), close_board(without=1), close_board()]
    for device, board in zip(held.trustees, boards, strict=True):
        review(device, encode(board))
    commitments = [device.make_whole_commitment() for device in held.trustees]
    for device in held.trustees:
        device.receive_whole_commitments(commitments)
    reveals = [device.make_whole_reveal() for device in held.trustees]
    outcomes = [find_outcome(partial(device.receive_whole_reveals, reveals)) for device in held.trustees]
    found = [outcome and outcome[1] for outcome in outcomes]
    assert found[0] == found[2] == "decryption refused: trustee 2 is about to decrypt something else"
    assert found[1] == "decryption refused: trustee 1 is about to decrypt something else"


def test_phone_that_answered_reviews_no_board_with_a_ballot_less(trustee_side: TrusteeSide) -> None:
    held = sit_down(trustee_side)
    for device in held.trustees:
        review(device, encode(close_board()))
    exchange_whole(held.trustees)
    phone = held.trustees[0]
    phone.make_partial_decryption()
    outcome = find_outcome(partial(review, phone, encode(close_board(without=1))))
    assert outcome is not None
    assert "answered something else" in outcome[1]


def publish_wrong_aggregate() -> bytes:
    builder = begin_board([PLAN])
    manifest = builder.open_election(PLAN)
    ballots = builder.cast(PLAN, manifest)
    builder.close(manifest, ballots)
    builder.publish_aggregate(manifest, ballots[:-1])
    return encode(builder)


def annul() -> bytes:
    builder = close_board()
    builder.annul("s1")
    return encode(builder)


def lower_floor() -> bytes:
    """Return a board whose manifest says that one ballot is enough."""
    builder = close_board(TWO)
    return resign(builder.entries, change_kind(EntryKind.MANIFEST, lambda body: {**body, "floor": 1}))


def drop_entry() -> bytes:
    entries = close_board().entries
    return encode_archive([*entries[:2], *entries[3:]])


def close_under_another_server() -> bytes:
    lines = encode(close_board()).splitlines(keepends=True)
    other = derive_verification_key(SigningSeed(bytes(32))).hex().encode()
    return lines[0].replace(SERVER_KEY.hex().encode(), other) + b"".join(lines[1:])


def rehearse(*, floor: int = 3) -> bytes:
    """Return the board of a rehearsal."""
    builder = ArchiveBuilder(holders=hold_key(rehearsal=True), rehearsal=True)
    builder.begin()
    builder.publish_list()
    return encode(close_board(replace(TWO, floor=floor), builder=builder))


BOARDS: dict[str, tuple[Callable[[], bytes], str]] = {
    "aggregate without a ballot": (publish_wrong_aggregate, "V8"),
    "annulled": (annul, "the election is annulled"),
    "two ballots": (lambda: encode(close_board(TWO)), "2 ballots are fewer than the floor of 3"),
    "a lower floor": (lower_floor, "V2"),
    "an entry less": (drop_entry, "V1"),
    "another server": (close_under_another_server, "V1"),
    "a rehearsal": (lambda: rehearse(floor=1), "another ceremony"),
    "still open": (lambda: encode_archive(close_board().entries[:-1]), ""),
    "nothing": (lambda: b"", "V1"),
    "a half line": (lambda: encode(close_board())[:-40], "V1"),
}


@pytest.mark.parametrize("name", BOARDS)
def test_phone_refuses_a_dishonest_board_as_a_terminal_does(trustee_side: TrusteeSide, name: str) -> None:
    make, reason = BOARDS[name]
    archive = make()
    outcomes = []
    for device in sit_down(trustee_side).trustees[:2]:
        kind, text = find_outcome(partial(review, device, archive)) or ("", "")
        # Of a failed check its name: what it says beside is each implementation's own.
        outcomes.append((kind, text.partition(": ")[0] if kind == "VerificationError" else text))
        no_words = find_outcome(device.make_whole_commitment)
        assert no_words == ("DecryptionRefusedError", "decryption refused: no closed election was reviewed")
    assert outcomes[0] == outcomes[1] != ("", "")
    assert reason in outcomes[0][1]


def test_rehearsal_of_one_ballot_is_decrypted_where_the_table_agreed_on_a_rehearsal(trustee_side: TrusteeSide) -> None:
    held = sit_down(trustee_side, rehearsal=True)
    for device in held.trustees:
        review(device, rehearse(floor=1))
    exchange_whole(held.trustees)
    assert held.trustees[0].make_partial_decryption().trustee == 1
