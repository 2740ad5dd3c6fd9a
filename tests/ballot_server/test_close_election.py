"""Closing and annulling: one event each, and what the files keep afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ballot_server.domain.election import ElectionState, IllegalTransitionError
from ballot_server.services.cast_ballot import ElectionAnnulledError, ElectionClosedError
from ballot_server.services.close_election import ElectionFollowedError, repeat_rewrite
from ballot_server.storage.errors import ElectionMissingError, RewriteIncompleteError
from ballot_server.storage.repositories import BallotRepository, CredentialRepository
from crypto.bodies import ClosedBody, EntryKind
from crypto.body_form import read_body
from crypto.errors import EncodingError
from crypto.void import VoidCredential, sign_void
from tests.support.evenings import (
    AGREE,
    DISAGREE,
    MEETING,
    SCREENING,
    Evening,
    make_plan,
    make_roll,
    prepare_evening,
)

SQLITE_HEADER_BYTES = 100
"""The header counts changes, which differ with the locks that were waited for."""


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with prepare_evening(tmp_path, (make_plan("s1"), make_plan("s2"))) as prepared:
        prepared.open("s1")
        yield prepared


def read_closed(evening: Evening) -> ClosedBody:
    body = read_body(EntryKind.CLOSED, evening.list_entries(EntryKind.CLOSED)[-1].body)
    assert isinstance(body, ClosedBody)
    return body


def count_digests(evening: Evening) -> int:
    with evening.database.read() as session:
        connection = session.connection()
        return int(connection.exec_driver_sql("SELECT count(*) FROM ballot_ciphertext").scalar_one())


def test_close_posts_the_ballots_sorted_by_hash(evening: Evening) -> None:
    ballots = [evening.seal("s1", voter, AGREE) for voter in range(5)]
    for ballot in ballots:
        evening.send("s1", ballot.data)
    assert evening.close("s1") == 5
    expected = sorted(ballots, key=lambda ballot: ballot.ballot_hash)
    assert read_closed(evening).ballots == b"".join(ballot.data for ballot in expected)


def test_close_without_a_ballot_posts_none(evening: Evening) -> None:
    assert evening.close("s1") == 0
    assert read_closed(evening).ballots == b""


def test_close_posts_void_credentials_and_tested_ballots(evening: Evening) -> None:
    slip = evening.list_voters("s1")[0]
    void = VoidCredential(slip.public, sign_void(slip, MEETING, 0, evening.random_source.randbytes))
    tested = evening.seal("s1", 1, AGREE)
    with evening.database.write() as session:
        CredentialRepository(session).add_void(MEETING, "A", 0, void.credential, void.signature)
        BallotRepository(session).add_tested(evening.manifests["s1"].election_hash, tested.ballot_hash)
    evening.close("s1")
    body = read_closed(evening)
    assert (body.void, body.tested) == ((void,), (tested.ballot_hash,))


def test_close_ends_casting(evening: Evening) -> None:
    evening.close("s1")
    with pytest.raises(ElectionClosedError):
        evening.cast("s1", AGREE)


def test_close_forgets_the_digests_of_ciphertexts(evening: Evening) -> None:
    evening.cast("s1", AGREE, AGREE)
    assert count_digests(evening) == 6
    evening.close("s1")
    assert count_digests(evening) == 0


def test_close_empties_the_journal(evening: Evening) -> None:
    evening.cast("s1", AGREE, AGREE)
    evening.close("s1")
    assert (evening.folder / "phieukin.sqlite3-wal").stat().st_size == 0


def test_close_of_an_open_election_leaves_another_open(evening: Evening) -> None:
    evening.open("s2")
    evening.close("s1")
    evening.cast("s2", AGREE)
    assert evening.count_ballots("s2") == 1


@pytest.mark.parametrize("state", [ElectionState.READY, ElectionState.ANNULLED, ElectionState.TALLIED])
def test_close_refuses_every_state_but_open(evening: Evening, state: ElectionState) -> None:
    election = "s2" if state is ElectionState.READY else "s1"
    if state is ElectionState.ANNULLED:
        evening.annul("s1")
    if state is ElectionState.TALLIED:
        evening.close("s1")
        evening.tally("s1")
    before = evening.list_entries()
    with pytest.raises(IllegalTransitionError):
        evening.close(election)
    assert (evening.state(election), evening.list_entries()) == (state, before)


def test_close_refuses_an_unknown_election(evening: Evening) -> None:
    with pytest.raises(ElectionMissingError):
        evening.close("s9")


def test_close_again_posts_nothing_and_counts_the_same(evening: Evening) -> None:
    evening.cast("s1", AGREE, DISAGREE)
    evening.close("s1")
    before = evening.list_entries()
    assert evening.close("s1") == 2
    assert evening.list_entries() == before


def test_close_again_finishes_a_rewrite_that_a_reader_held_up(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold(_database: object) -> None:
        raise RewriteIncompleteError

    evening.cast("s1", AGREE, DISAGREE)
    with monkeypatch.context() as patched:
        patched.setattr("ballot_server.services.close_election.rewrite_ballots_sorted", hold)
        with pytest.raises(RewriteIncompleteError):
            evening.close("s1")
    assert evening.state("s1") is ElectionState.CLOSED
    assert evening.close("s1") == 2
    assert (evening.folder / "phieukin.sqlite3-wal").stat().st_size == 0


def test_rewrite_that_a_dead_server_left_undone_is_repeated_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_database: object) -> None:
        raise RewriteIncompleteError

    def hold(folder: Path, *, is_reversed: bool) -> bytes:
        with prepare_evening(folder, roll=make_roll(12)) as evening:
            evening.open("s1")
            ballots = [evening.seal("s1", voter, AGREE).data for voter in range(12)]
            for ballot in reversed(ballots) if is_reversed else ballots:
                evening.send("s1", ballot)
            with monkeypatch.context() as patched:
                patched.setattr("ballot_server.services.close_election.rewrite_ballots_sorted", die)
                with pytest.raises(RewriteIncompleteError):
                    evening.close("s1")
            repeat_rewrite(evening.database)
            assert (folder / "phieukin.sqlite3-wal").stat().st_size == 0
            return (folder / "phieukin.sqlite3").read_bytes()[SQLITE_HEADER_BYTES:]

    assert hold(tmp_path / "one", is_reversed=False) == hold(tmp_path / "other", is_reversed=True)


def test_close_that_cannot_be_posted_leaves_the_election_open(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening.cast("s1", AGREE)

    def fail(*_arguments: object) -> None:
        raise RuntimeError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr("ballot_server.services.noticeboard.BoardRepository.append", fail)
        with pytest.raises(RuntimeError):
            evening.close("s1")
    assert evening.state("s1") is ElectionState.OPEN
    assert evening.close("s1") == 1


def test_annul_posts_the_ground(evening: Evening) -> None:
    evening.annul("s1", "Sai mẫu số: thiếu một đảng viên")
    [entry] = evening.list_entries(EntryKind.ANNULLED)
    assert entry.body == {"election": "s1", "ground": "Sai mẫu số: thiếu một đảng viên"}


def test_annul_ends_casting(evening: Evening) -> None:
    evening.annul("s1")
    with pytest.raises(ElectionAnnulledError):
        evening.cast("s1", AGREE)


def test_annul_of_an_election_never_opened_posts_nothing(evening: Evening) -> None:
    before = evening.list_entries()
    evening.annul("s2")
    assert evening.state("s2") is ElectionState.ANNULLED
    assert evening.list_entries() == before


def test_annul_refuses_an_empty_ground_and_leaves_the_election_open(evening: Evening) -> None:
    with pytest.raises(EncodingError):
        evening.annul("s1", "")
    assert evening.state("s1") is ElectionState.OPEN


def test_annul_refuses_a_published_election(evening: Evening) -> None:
    evening.cast("s1", AGREE)
    evening.close("s1")
    evening.tally("s1")
    evening.publish("s1")
    with pytest.raises(IllegalTransitionError):
        evening.annul("s1")


def test_annul_refuses_to_annul_twice(evening: Evening) -> None:
    evening.annul("s1")
    with pytest.raises(IllegalTransitionError):
        evening.annul("s1")
    assert len(evening.list_entries(EntryKind.ANNULLED)) == 1


def test_annul_forgets_digests_and_empties_the_journal(evening: Evening) -> None:
    evening.cast("s1", AGREE, AGREE)
    evening.annul("s1")
    assert count_digests(evening) == 0
    assert (evening.folder / "phieukin.sqlite3-wal").stat().st_size == 0


@pytest.mark.parametrize("act", ["close", "annul"])
def test_files_are_the_same_after_the_end_whatever_the_order_of_arrival(tmp_path: Path, act: str) -> None:
    def hold(folder: Path, *, is_reversed: bool) -> bytes:
        with prepare_evening(folder, roll=make_roll(12)) as evening:
            evening.open("s1")
            ballots = [evening.seal("s1", voter, AGREE).data for voter in range(12)]
            for ballot in reversed(ballots) if is_reversed else ballots:
                evening.send("s1", ballot)
            getattr(evening, act)("s1")
            assert (folder / "phieukin.sqlite3-wal").stat().st_size == 0
            return (folder / "phieukin.sqlite3").read_bytes()[SQLITE_HEADER_BYTES:]

    assert hold(tmp_path / "one", is_reversed=False) == hold(tmp_path / "other", is_reversed=True)


def test_annul_refuses_an_election_that_another_open_one_follows(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, SCREENING) as evening:
        evening.open("s3a")
        evening.open("s3b")
        with pytest.raises(ElectionFollowedError) as caught:
            evening.annul("s3a")
        assert caught.value.fields == {"election": "s3a", "following": "s3b"}
        assert evening.state("s3a") is ElectionState.OPEN


def test_annul_takes_a_followed_election_once_what_follows_is_annulled(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, SCREENING) as evening:
        evening.open("s3a")
        evening.open("s3b")
        evening.annul("s3b")
        evening.annul("s3a")
        assert evening.state("s3a") is ElectionState.ANNULLED


def test_annul_takes_an_election_whose_follower_was_never_opened(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, SCREENING) as evening:
        evening.open("s3a")
        evening.annul("s3a")
        assert evening.state("s3b") is ElectionState.READY
