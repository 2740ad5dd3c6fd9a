"""What the chair sees before opening: base, voters, slips, and what cannot be opened at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from ballot_server.domain.base_warnings import BareWordsDiffer, ExemptPresent
from ballot_server.domain.contest import ContestPairingError
from ballot_server.domain.member import Attendance, CardNumber, MemberClass
from ballot_server.domain.result import IssuedExceedsPresentError
from ballot_server.rules.errors import FollowedElectionError
from ballot_server.services.preview_election import (
    FollowedNotSealedError,
    Preview,
    SlipsMissingError,
    preview_election,
)
from ballot_server.storage.errors import ElectionMissingError, MeetingUnknownError
from ballot_server.storage.repositories import RollRepository
from tests.support.evenings import (
    AGREE,
    MEETING,
    SCREENING,
    Evening,
    begin_evening,
    make_member,
    make_plan,
    make_roll,
    prepare_evening,
)


def preview(evening: Evening, election: str = "s1") -> Preview:
    return preview_election(evening.database, MEETING, election)


def set_attendance(evening: Evening, number: int, attendance: Attendance) -> None:
    with evening.database.write() as session:
        RollRepository(session).set_attendance(MEETING, CardNumber(f"001250{number:02d}"), attendance)


def test_preview_counts_base_summoned_and_present(tmp_path: Path) -> None:
    roll = make_roll(
        5,
        make_member(11, attendance=Attendance.ABSENT_EXCUSED),
        make_member(12, attendance=Attendance.ABSENT_UNEXCUSED),
        make_member(13, exempt=True),
        make_member(14, suspended=True),
        make_member(15, member_class=MemberClass.PROBATIONARY),
        make_member(16, member_class=MemberClass.GUEST),
    )
    with prepare_evening(tmp_path, roll=roll) as evening:
        seen = preview(evening)
    assert (seen.sealed.base.value, seen.sealed.summoned, seen.sealed.present, seen.sealed.barred) == (7, 7, 5, 0)
    assert seen.sealed.base.parts.to_json() == {"official": 9, "exempt": 1, "suspended": 1, "transferred_out": 0}
    assert ExemptPresent(("Nguyễn Văn 13",)) in seen.warnings
    assert BareWordsDiffer(value=7, bare_words=8) in seen.warnings


def test_preview_says_what_is_needed_and_that_it_cannot_be_reached(tmp_path: Path) -> None:
    absent = [make_member(number, attendance=Attendance.ABSENT_EXCUSED) for number in range(10, 13)]
    with prepare_evening(tmp_path, roll=make_roll(3, *absent)) as evening:
        [test] = preview(evening).tests
    assert (test.base, test.needed, test.present, test.reachable) == (6, 4, 3, False)


def test_preview_takes_the_slip_of_the_member_concerned_but_not_the_base(tmp_path: Path) -> None:
    plans = (make_plan("s1"), make_plan("s2", member_concerned_votes=False))
    with prepare_evening(tmp_path, plans) as evening:
        both, one = preview(evening, "s1"), preview(evening, "s2")
    assert (both.sealed.base.value, both.sealed.summoned, both.counts.handed_out, both.counts.printed) == (5, 5, 5, 7)
    assert (one.sealed.base.value, one.sealed.summoned, one.sealed.barred) == (5, 4, 1)
    assert (one.counts.present, one.counts.handed_out, one.counts.printed, one.counts.left_over) == (4, 4, 5, 1)


def test_preview_adds_the_slips_of_both_series_that_may_vote(tmp_path: Path) -> None:
    plans = (make_plan("s1"), make_plan("s2", rules="majority-of-votes-cast", members=(None,)))
    with prepare_evening(tmp_path, plans, make_roll(4, make_member(9, exempt=True))) as evening:
        screening, ordinary = preview(evening, "s1"), preview(evening, "s2")
    assert (screening.counts.present, screening.counts.handed_out, screening.sealed.base.value) == (4, 4, 4)
    assert (ordinary.counts.present, ordinary.counts.handed_out, ordinary.sealed.summoned) == (5, 5, 5)


def test_preview_follows_attendance(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, drawn={"A": 4}) as evening:
        set_attendance(evening, 5, Attendance.ABSENT_EXCUSED)
        assert preview(evening).sealed.present == 4


def test_preview_refuses_more_slips_out_than_people_present(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        set_attendance(evening, 5, Attendance.ABSENT_EXCUSED)
        with pytest.raises(IssuedExceedsPresentError):
            preview(evening)


def test_preview_refuses_a_series_without_slips(tmp_path: Path) -> None:
    with begin_evening(tmp_path) as evening, pytest.raises(SlipsMissingError) as caught:
        preview(evening)
    assert caught.value.fields == {"series": "A"}


def test_preview_refuses_an_unknown_meeting(tmp_path: Path) -> None:
    with begin_evening(tmp_path) as evening, pytest.raises(MeetingUnknownError):
        preview_election(evening.database, "M0000002", "s1")


def test_preview_refuses_an_unknown_election(tmp_path: Path) -> None:
    with begin_evening(tmp_path) as evening, pytest.raises(ElectionMissingError):
        preview(evening, "s9")


def test_preview_refuses_to_follow_an_election_that_was_not_opened(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, SCREENING) as evening, pytest.raises(FollowedNotSealedError):
        preview(evening, "s3b")


def test_preview_refuses_to_follow_an_annulled_election(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, SCREENING) as evening:
        evening.open("s3a")
        evening.annul("s3a")
        with pytest.raises(FollowedNotSealedError):
            preview(evening, "s3b")


def test_preview_refuses_to_follow_an_election_of_another_rule_set(tmp_path: Path) -> None:
    plans = (make_plan("s1"), make_plan("s3b", rules="vn-screening-removal", follows="s1"))
    with prepare_evening(tmp_path, plans) as evening:
        evening.open("s1")
        with pytest.raises(FollowedElectionError):
            preview(evening, "s3b")


def test_preview_refuses_to_follow_an_election_on_another_base(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, SCREENING) as evening:
        evening.hold("s3a", AGREE, AGREE, AGREE)
        with evening.database.write() as session:
            RollRepository(session).save(MEETING, make_roll(5, make_member(9, attendance=Attendance.ABSENT_EXCUSED)))
        with pytest.raises(FollowedElectionError):
            preview(evening, "s3b")


def test_preview_refuses_contests_that_have_no_partner_in_the_followed_election(tmp_path: Path) -> None:
    plans = (
        make_plan("s3a", rules="vn-screening-progress", members=(1,)),
        make_plan("s3b", rules="vn-screening-removal", follows="s3a", members=(2,)),
    )
    with prepare_evening(tmp_path, plans) as evening:
        evening.open("s3a")
        with pytest.raises(ContestPairingError):
            preview(evening, "s3b")


def test_preview_changes_nothing(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        before = (evening.get("s1"), evening.list_entries())
        preview(evening)
        assert (evening.get("s1"), evening.list_entries()) == before
