"""Counting: who decrypted, what is posted and when nothing is, and elections that follow one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ballot_server.domain.election import ElectionState, IllegalTransitionError
from ballot_server.domain.result import CountsMismatchError
from ballot_server.rules.errors import FollowedTestsError
from ballot_server.services.cast_ballot import CredentialUnknownError
from ballot_server.services.sealed_election import ElectionNotSealedError
from ballot_server.storage.errors import ElectionMissingError
from ballot_server.storage.repositories import BallotRepository
from crypto.bodies import EntryKind, TallyBody
from crypto.body_form import read_body
from crypto.decryption import PartialDecryption
from crypto.errors import DecryptionRefusedError, NotEnoughSharesError
from tests.support.evenings import (
    AGREE,
    BLANK,
    DISAGREE,
    SCREENING,
    Evening,
    make_member,
    make_plan,
    make_roll,
    prepare_evening,
)

Decrypter = Callable[[str], Sequence[PartialDecryption]]


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with prepare_evening(tmp_path) as prepared:
        prepared.open("s1")
        prepared.cast("s1", AGREE, AGREE, AGREE, DISAGREE, BLANK)
        prepared.close("s1")
        yield prepared


def spoil(evening: Evening, *trustees: int) -> Decrypter:
    """Return a decrypter whose named trustees answer with each other's proofs in the wrong place."""

    def decrypt(election: str) -> Sequence[PartialDecryption]:
        return [
            replace(partial, decryptions=tuple(reversed(partial.decryptions)))
            if partial.trustee in trustees
            else partial
            for partial in evening.decrypt(election)
        ]

    return decrypt


def take(evening: Evening, *trustees: int) -> Decrypter:
    """Return a decrypter whose other trustees are silent."""
    return lambda election: [partial for partial in evening.decrypt(election) if partial.trustee in trustees]


def refuse_to_decrypt(_election: str) -> Sequence[PartialDecryption]:
    raise AssertionError("nobody may be asked to decrypt")


def list_kinds(evening: Evening) -> list[str]:
    """Return the kinds of entries after the last closed one."""
    kinds = [entry.kind.value for entry in evening.list_entries()]
    return kinds[len(kinds) - kinds[::-1].index("closed") :]


def read_trustees(evening: Evening) -> tuple[int, ...]:
    body = read_body(EntryKind.TALLY, evening.list_entries(EntryKind.TALLY)[-1].body)
    assert isinstance(body, TallyBody)
    return body.trustees


def test_tally_counts_every_mark_and_every_blank(evening: Evening) -> None:
    [contest] = evening.tally("s1").result.contests
    assert contest.counts == {"agree": 3, "disagree": 1, "blank": 1}
    assert evening.state("s1") is ElectionState.TALLIED


def test_tally_posts_decryptions_tally_and_outcome_in_order(evening: Evening) -> None:
    tallied = evening.tally("s1")
    assert list_kinds(evening) == ["aggregate", *["partial_decryption"] * 3, "tally", "outcome"]
    assert evening.list_entries(EntryKind.OUTCOME)[0].body["result"] == tallied.result.to_json()


def test_tally_numbers_are_those_of_slips_and_people(evening: Evening) -> None:
    found = evening.tally("s1").result.to_json()
    expected = {
        "summoned": 5, "present": 5, "printed": 6, "handed_out": 5, "void": 0, "lost": 0,
        "issued": 5, "returned": 5, "not_returned": 0,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == expected


def test_tally_names_and_skips_a_wrong_decryption(evening: Evening) -> None:
    tallied = evening.tally("s1", spoil(evening, 1))
    assert tallied.rejected == (1,)
    assert read_trustees(evening) == (2, 3)
    posted = [entry.body["trustee"] for entry in evening.list_entries(EntryKind.PARTIAL_DECRYPTION)]
    assert posted == [2, 3]


def test_tally_combines_any_two_of_three(evening: Evening) -> None:
    assert evening.tally("s1", take(evening, 1, 3)).rejected == ()
    assert read_trustees(evening) == (1, 3)


@pytest.mark.parametrize("wrong", [(1, 2), (1, 2, 3)])
def test_tally_refuses_too_few_right_decryptions_and_posts_none(evening: Evening, wrong: tuple[int, ...]) -> None:
    with pytest.raises(NotEnoughSharesError) as caught:
        evening.tally("s1", spoil(evening, *wrong))
    assert caught.value.rejected == wrong
    assert list_kinds(evening) == ["aggregate"]
    assert evening.state("s1") is ElectionState.CLOSED


def test_tally_refuses_a_lone_trustee(evening: Evening) -> None:
    with pytest.raises(NotEnoughSharesError):
        evening.tally("s1", take(evening, 2))
    assert list_kinds(evening) == ["aggregate"]


def test_tally_may_be_repeated_after_too_few_decryptions(evening: Evening) -> None:
    with pytest.raises(NotEnoughSharesError):
        evening.tally("s1", take(evening, 2))
    evening.tally("s1")
    assert list_kinds(evening) == ["aggregate", *["partial_decryption"] * 3, "tally", "outcome"]
    evening.publish("s1")
    report, _ = evening.finish()
    assert report.ballots == 5


def test_tally_takes_one_answer_of_each_trustee(evening: Evening) -> None:
    evening.tally("s1", lambda election: [*evening.decrypt(election)[:2]] * 2)
    assert len(evening.list_entries(EntryKind.PARTIAL_DECRYPTION)) == 2


def test_tally_ignores_a_wrong_answer_followed_by_a_right_one(evening: Evening) -> None:
    tallied = evening.tally("s1", lambda election: [*spoil(evening, 1)(election), *evening.decrypt(election)[:1]])
    assert tallied.rejected == (1,)


def test_tally_of_an_election_without_ballots_asks_nobody(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        evening.open("s1")
        evening.close("s1")
        [contest] = evening.tally("s1", refuse_to_decrypt).result.contests
        assert (contest.counts, contest.outcome) == ({"agree": 0, "disagree": 0, "blank": 0}, "not_listed")
        assert list_kinds(evening) == ["tally", "outcome"]
        evening.publish("s1")
        report, rules = evening.finish()
        assert report.ballots == 0
        assert [check.counted for check in rules.checks] == [1, 1]


def test_tally_of_votes_cast_without_ballots_passes_nothing(tmp_path: Path) -> None:
    plan = make_plan(rules="majority-of-votes-cast", members=(None,))
    with prepare_evening(tmp_path, (plan,)) as evening:
        evening.open("s1")
        evening.close("s1")
        result = evening.tally("s1").result
        assert result.contests[0].outcome == "not_passed"
        assert result.contests[0].shares["votes_cast"] == {}
        evening.publish("s1")
        evening.finish()


def test_tally_below_the_floor_is_refused_by_the_devices_and_may_be_annulled(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, rehearsal=False, floor=3) as evening:
        evening.open("s1")
        evening.cast("s1", AGREE, AGREE)
        evening.close("s1")
        with pytest.raises(DecryptionRefusedError):
            evening.tally("s1")
        assert list_kinds(evening) == ["aggregate"]
        evening.annul("s1", "Dưới ba phiếu")
        report, _ = evening.finish()
        assert report.elections[0].ground == "Dưới ba phiếu"


def test_tally_refuses_an_election_never_opened(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening, pytest.raises(ElectionNotSealedError):
        evening.tally("s1", refuse_to_decrypt)


def test_tally_refuses_an_unknown_election(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening, pytest.raises(ElectionMissingError):
        evening.tally("s9", refuse_to_decrypt)


def test_tally_refuses_an_open_election_and_posts_nothing(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        evening.open("s1")
        evening.cast("s1", AGREE, AGREE, AGREE)
        before = evening.list_entries()
        with pytest.raises(IllegalTransitionError):
            evening.tally("s1", refuse_to_decrypt)
        assert evening.list_entries() == before


def test_tally_refuses_an_annulled_election(evening: Evening) -> None:
    evening.annul("s1")
    with pytest.raises(IllegalTransitionError):
        evening.tally("s1", refuse_to_decrypt)


def test_tally_refuses_a_tallied_election(evening: Evening) -> None:
    evening.tally("s1")
    before = evening.list_entries()
    with pytest.raises(IllegalTransitionError):
        evening.tally("s1", refuse_to_decrypt)
    assert evening.list_entries() == before


def test_tally_refuses_numbers_that_do_not_agree_and_posts_no_decryption(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_fault(*_numbers: object, **_people: object) -> None:
        raise CountsMismatchError

    monkeypatch.setattr("ballot_server.rules.election.check_numbers", find_fault)
    with pytest.raises(CountsMismatchError):
        evening.tally("s1")
    assert list_kinds(evening) == ["aggregate"]
    assert evening.state("s1") is ElectionState.CLOSED


def test_tally_counts_no_ballot_that_was_slipped_into_the_files_after_close(evening: Evening) -> None:
    stuffed = evening.seal("s1", 5, AGREE)
    with evening.database.write() as session:
        BallotRepository(session).insert(
            evening.manifests["s1"].election_hash,
            stuffed.ballot_hash,
            evening.list_voters("s1")[5].public,
            stuffed.data,
            [],
        )
    assert evening.tally("s1").result.numbers.returned == 5
    report, _ = evening.finish()
    assert report.ballots == 5


def test_outcome_of_a_following_election_draws_on_both(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, SCREENING) as evening:
        first = evening.hold("s3a", AGREE, AGREE, AGREE, DISAGREE)
        second = evening.hold("s3b", AGREE, DISAGREE, DISAGREE, DISAGREE)
        assert first.result.contests[0].outcome == "progress_recognised"
        assert second.result.contests[0].outcome == "progress_recognised"
        _, rules = evening.finish()
        assert rules.checks[0].counted == 2


def test_outcome_of_a_following_election_may_contradict(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, SCREENING) as evening:
        evening.hold("s3a", *[AGREE] * 5)
        assert evening.hold("s3b", *[AGREE] * 5).result.contests[0].outcome == "contradiction"
        evening.finish()


def test_following_election_is_not_decrypted_before_the_one_it_follows(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, SCREENING) as evening:
        for election in ("s3a", "s3b"):
            evening.open(election)
            evening.cast(election, AGREE, AGREE, AGREE)
            evening.close(election)
        before = evening.list_entries()
        with pytest.raises(FollowedTestsError):
            evening.tally("s3b", refuse_to_decrypt)
        assert evening.list_entries() == before
        evening.tally("s3a")
        evening.tally("s3b")
        _, rules = evening.finish()
        assert rules.checks[0].counted == 2


def test_elections_counted_out_of_order_verify(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, (make_plan("s1"), make_plan("s2", members=(2,)))) as evening:
        for election in ("s1", "s2"):
            evening.open(election)
            evening.cast(election, AGREE, AGREE, AGREE)
            evening.close(election)
        evening.tally("s2")
        evening.tally("s1")
        minutes = evening.write_minutes()
        assert [result.id for result in minutes.results] == ["s2", "s1"]


def test_annulled_election_is_repeated_as_another_and_both_stay_on_the_board(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, (make_plan("s1"), make_plan("s1-again"))) as evening:
        evening.open("s1")
        evening.cast("s1", AGREE, DISAGREE, DISAGREE)
        evening.close("s1")
        evening.tally("s1")
        evening.annul("s1", "Bỏ sót một đảng viên")
        evening.hold("s1-again", *[AGREE] * 5)
        report, rules = evening.finish()
        assert [election.ground for election in report.elections] == ["Bỏ sót một đảng viên", None]
        assert [check.counted for check in rules.checks] == [1, 1]


def test_ballots_of_an_annulled_election_are_worth_nothing_in_its_repetition(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, (make_plan("s1"), make_plan("s1-again"))) as evening:
        evening.open("s1")
        old = evening.seal("s1", 0, AGREE)
        evening.send("s1", old.data)
        evening.annul("s1")
        evening.open("s1-again")
        with pytest.raises(CredentialUnknownError):
            evening.send("s1-again", old.data)


def test_annulled_pair_is_repeated_as_another_pair(tmp_path: Path) -> None:
    again = (
        make_plan("again-a", rules="vn-screening-progress"),
        make_plan("again-b", rules="vn-screening-removal", follows="again-a"),
    )
    with prepare_evening(tmp_path, (*SCREENING, *again)) as evening:
        evening.hold("s3a", AGREE, AGREE, AGREE)
        evening.open("s3b")
        evening.annul("s3b")
        evening.hold("again-a", DISAGREE, DISAGREE, DISAGREE)
        assert evening.hold("again-b", *[AGREE] * 5).result.contests[0].outcome == "proposed_for_removal"
        _, rules = evening.finish()
        assert rules.checks[0].counted == 3


def test_member_concerned_without_a_slip_stays_in_the_base(tmp_path: Path) -> None:
    plans = (make_plan("s1"), make_plan("s2", member_concerned_votes=False))
    with prepare_evening(tmp_path, plans) as evening:
        evening.hold("s1", *[AGREE] * 5)
        result = evening.hold("s2", *[AGREE] * 4).result
        assert (result.base.value, result.summoned, result.present, result.numbers.handed_out) == (5, 4, 4, 4)
        assert result.contests[0].tests[0].needed == 4
        evening.finish()


def test_two_series_vote_in_one_election_and_one_in_the_other(tmp_path: Path) -> None:
    plans = (make_plan("s1"), make_plan("s2", rules="majority-of-votes-cast", members=(None,)))
    with prepare_evening(tmp_path, plans, make_roll(4, make_member(9, exempt=True))) as evening:
        screening = evening.hold("s1", *[AGREE] * 4).result
        evening.open("s2")
        voters = [0, 1, 2, 3, 5]
        for voter in voters:
            evening.confirmations.append(evening.send("s2", evening.seal("s2", voter, AGREE).data))
        evening.close("s2")
        ordinary = evening.tally("s2").result
        evening.publish("s2")
        assert (screening.present, screening.numbers.printed, screening.base.value) == (4, 5, 4)
        assert (ordinary.present, ordinary.numbers.printed, ordinary.numbers.returned) == (5, 7, 5)
        report, _ = evening.finish()
        assert report.ballots == 9
