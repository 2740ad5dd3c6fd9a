"""The record of the minutes: who was absent, which base, which date, and what was annulled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ballot_server.domain.member import Attendance, MemberClass
from ballot_server.i18n import Language
from ballot_server.minutes.record import MinutesRecord
from ballot_server.minutes.render_minutes import render_minutes
from ballot_server.rules.loader import load_rule_set
from ballot_server.services.write_minutes import write_minutes
from tests.support.evenings import (
    AGREE,
    BLANK,
    DISAGREE,
    MEETING,
    SCREENING,
    Evening,
    make_member,
    make_plan,
    make_roll,
    prepare_evening,
)
from tests.support.golden_meetings import GOLDENS
from tests.support.staged_meetings import record_staged

ABSENT = make_roll(
    4,
    make_member(11, attendance=Attendance.ABSENT_EXCUSED),
    make_member(12, attendance=Attendance.ABSENT_UNEXCUSED),
    make_member(13, attendance=Attendance.ABSENT_EXCUSED, exempt=True),
    make_member(14, attendance=Attendance.ABSENT_EXCUSED, suspended=True),
    make_member(15, attendance=Attendance.ABSENT_UNEXCUSED, transferred_out=True),
    make_member(16, attendance=Attendance.ABSENT_EXCUSED, member_class=MemberClass.PROBATIONARY),
    make_member(17, attendance=Attendance.ABSENT_UNEXCUSED, member_class=MemberClass.GUEST),
)


def compose(evening: Evening, language: Language = Language.VIETNAMESE) -> MinutesRecord:
    records: list[MinutesRecord] = []

    def keep(record: MinutesRecord, asked: Language) -> bytes:
        records.append(record)
        return render_minutes(record, asked)

    write_minutes(evening.database, evening.board, meeting=MEETING, print_record=keep, language=language)
    return records[0]


def test_absent_leave_out_exempt_suspended_transferred_and_those_who_never_vote(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, roll=ABSENT) as evening:
        evening.hold("s1", AGREE, AGREE, AGREE)
        attendance = compose(evening).attendance
    assert attendance.absent_excused == ("Nguyễn Văn 11",)
    assert attendance.absent_unexcused == ("Nguyễn Văn 12",)
    assert [member.name for member in attendance.exempt] == ["Nguyễn Văn 13"]
    assert (attendance.summoned, attendance.present) == (6, 4)


@pytest.mark.parametrize(("ends", "said"), [(None, "13-NQ/CB"), (date(2026, 12, 31), "13-NQ/CB, đến hết 31/12/2026")])
def test_exempt_are_named_with_their_resolution_and_until_when(tmp_path: Path, ends: date | None, said: str) -> None:
    entry = make_member(13, attendance=Attendance.ABSENT_EXCUSED, exempt=True)
    exemption = entry.member.exemption
    assert exemption is not None
    member = replace(entry.member, exemption=replace(exemption, ends=ends))
    with prepare_evening(tmp_path, roll=make_roll(4, replace(entry, member=member))) as evening:
        evening.hold("s1", AGREE, AGREE, AGREE)
        [exempt] = compose(evening).attendance.exempt
    assert exempt.resolution == said


def test_exempt_among_the_summoned_are_told_from_the_others() -> None:
    attendance = record_staged(GOLDENS["mixed"].meeting).attendance
    assert [(member.name, member.is_counted) for member in attendance.exempt] == [
        ("Quách Văn Quý", True),
        ("Tạ Thị Sen", False),
    ]


def test_absent_and_present_add_up_to_summoned_where_those_transferred_out_are_counted(tmp_path: Path) -> None:
    plan = make_plan()
    text = plan.rule_set.source_text.replace('transferred_out = "excluded"', 'transferred_out = "counted"')
    assert text != plan.rule_set.source_text
    own = replace(plan, rule_set=load_rule_set(text, "own.toml"))
    with prepare_evening(tmp_path, (own,), ABSENT) as evening:
        evening.hold("s1", AGREE, AGREE, AGREE)
        attendance = compose(evening).attendance
    assert attendance.absent_unexcused == ("Nguyễn Văn 12", "Nguyễn Văn 15")
    absent = len(attendance.absent_excused) + len(attendance.absent_unexcused)
    assert attendance.present + absent == attendance.summoned


def test_attendance_is_that_of_the_widest_election(tmp_path: Path) -> None:
    plans = (make_plan("s1", member_concerned_votes=False), make_plan("s2"))
    with prepare_evening(tmp_path, plans) as evening:
        evening.hold("s1", *[AGREE] * 4)
        evening.hold("s2", *[AGREE] * 5)
        record = compose(evening)
    assert (record.attendance.summoned, record.attendance.present) == (5, 5)
    assert [(election.summoned, election.present) for election in record.elections] == [(4, 4), (5, 5)]


def test_attendance_holds_members_concerned_who_get_no_slip(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, (make_plan("s1", member_concerned_votes=False),)) as evening:
        evening.hold("s1", *[AGREE] * 4)
        record = compose(evening)
    assert (record.attendance.summoned, record.attendance.present) == (5, 5)
    assert [(election.summoned, election.present) for election in record.elections] == [(4, 4)]


def test_attendance_of_an_annulled_election_counts_only_where_there_is_no_other(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        evening.open("s1")
        evening.annul("s1")
        record = compose(evening)
    assert (record.attendance.summoned, record.attendance.present, record.elections) == (5, 5, ())


def test_base_of_votes_cast_is_printed_once_where_all_contests_have_it(tmp_path: Path) -> None:
    plan = make_plan(rules="majority-of-votes-cast", members=(None, None))
    with prepare_evening(tmp_path, (plan,)) as evening:
        evening.hold("s1", AGREE, AGREE, DISAGREE, BLANK)
        [election] = compose(evening).elections
    assert election.base.base is not None
    assert election.base.base.value == 3
    assert election.thresholds == ()
    assert [contest.bases[0].value for contest in election.contests] == [3, 3]


def test_base_of_votes_cast_stands_with_each_contest_where_they_differ(tmp_path: Path) -> None:
    plan = make_plan(rules="majority-of-votes-cast", members=(None, None))
    with prepare_evening(tmp_path, (plan,)) as evening:
        evening.open("s1")
        for voter, marked in enumerate([(AGREE, AGREE), (AGREE, BLANK), (DISAGREE, BLANK)]):
            evening.send("s1", evening.seal("s1", voter, *marked).data)
        evening.close("s1")
        evening.tally("s1")
        [election] = compose(evening).elections
    assert election.base.base is None
    assert [contest.bases[0].value for contest in election.contests] == [3, 1]
    assert [contest.tests[0].needed for contest in election.contests] == [2, 1]
    assert election.slips.blank is None


def test_base_says_its_parts_and_what_the_bare_words_give(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, roll=ABSENT) as evening:
        evening.hold("s1", AGREE, AGREE, AGREE)
        [election] = compose(evening).elections
    assert election.base.base is not None
    assert election.base.base.value == 6
    assert election.base.parts == "9 chính thức − 1 được miễn − 1 chuyển sinh hoạt tạm thời − 1 bị đình chỉ = 6"
    assert election.base.bare_words == 8


def test_base_that_the_count_made_says_what_was_counted() -> None:
    [election] = record_staged(GOLDENS["confidence"].meeting).elections
    assert election.base.base is not None
    assert election.base.parts == f"số phiếu thu về: {election.base.base.value}"


def test_election_of_candidates_says_how_many_are_to_be_elected() -> None:
    [election] = record_staged(GOLDENS["committee-election"].meeting).elections
    assert [(contest.seats, len(contest.options)) for contest in election.contests] == [(3, 5), (3, 4), (2, 3)]


@pytest.mark.parametrize(("golden", "names"), [("committee-election", ("Trần Thị Thảo",)), ("committee-decision", ())])
def test_excused_for_the_whole_congress_are_named_where_the_base_leaves_them_out(
    golden: str, names: tuple[str, ...]
) -> None:
    attendance = record_staged(GOLDENS[golden].meeting, Language.VIETNAMESE).attendance
    assert attendance.excused_congress == names
    assert not {*attendance.excused_congress} & {*attendance.absent_excused, *attendance.absent_unexcused}


def test_vote_that_fills_no_seats_says_nothing_of_seats() -> None:
    [election] = record_staged(GOLDENS["confidence"].meeting).elections
    assert {contest.seats for contest in election.contests} == {None}


def test_note_prints_the_day_after_twelve_months_on_which_to_look_again(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, SCREENING) as evening:
        evening.hold("s3a", DISAGREE, DISAGREE, DISAGREE)
        evening.hold("s3b", DISAGREE, DISAGREE, DISAGREE)
        first, second = compose(evening).elections
    assert "15/01/2027" in second.contests[0].note
    assert "2027" not in first.contests[0].note


def test_second_ballot_says_first_what_the_first_came_to(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, SCREENING) as evening:
        evening.hold("s3a", AGREE, AGREE, AGREE)
        evening.hold("s3b", DISAGREE, DISAGREE, DISAGREE)
        first, second = compose(evening).elections
    assert second.contests[0].note.startswith(
        "Lần bỏ phiếu “Lần bỏ phiếu s3a” trước đó: “Đồng ý” cần 3/5, được 3 – đạt."
    )
    assert "s3a" not in first.contests[0].note


@pytest.mark.parametrize(("failed", "said"), [(0, False), (1, True)])
def test_note_says_how_often_the_vote_failed_before(tmp_path: Path, failed: int, said: bool) -> None:
    plan = make_plan(rules="vn-recognition")
    planned = tuple(replace(each, previous_failed=failed) for each in plan.planned)
    with prepare_evening(tmp_path, (replace(plan, planned=planned),)) as evening:
        evening.hold("s1", DISAGREE, DISAGREE, DISAGREE)
        [election] = compose(evening).elections
    assert ("Trước lần này đã bỏ phiếu không đạt: 1 lần." in election.contests[0].note) is said


def test_annulled_election_names_the_one_that_repeats_it(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, (make_plan("s1"), make_plan("s1-2"))) as evening:
        evening.open("s1")
        evening.annul("s1")
        evening.hold("s1-2", AGREE, AGREE, AGREE)
        [annulled] = compose(evening).annulled
    assert annulled.repeated_as == "Lần bỏ phiếu s1-2"


def test_slips_carry_every_number_of_the_evening(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        evening.hold("s1", AGREE, DISAGREE, BLANK)
        [election] = compose(evening).elections
    slips = election.slips
    assert (slips.printed, slips.handed_out, slips.left_over, slips.void, slips.lost) == (6, 5, 1, 0, 0)
    assert (slips.issued, slips.returned, slips.not_returned) == (5, 3, 2)
    assert (slips.valid, slips.blank, slips.invalid) == (3, 1, 0)


def test_annulled_election_is_listed_with_the_title_of_its_rules_and_its_ground(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, (make_plan("s1"), make_plan("s2"))) as evening:
        evening.open("s1")
        evening.annul("s1", "Bỏ sót một đảng viên")
        evening.hold("s2", AGREE, AGREE, AGREE)
        [annulled] = compose(evening).annulled
    assert (annulled.title, annulled.ground) == ("Lần bỏ phiếu s1", "Bỏ sót một đảng viên")
    assert annulled.rule_set_title == make_plan().rule_set.title.vi


def test_record_says_until_when_the_ballots_are_kept(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, roll=make_roll(3)) as evening:
        evening.hold("s1", AGREE, AGREE, AGREE)
        assert compose(evening).keep_until == date(2026, 7, 15)


def test_record_in_english_says_the_same_numbers(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        evening.hold("s1", AGREE, AGREE, AGREE, AGREE)
        record = compose(evening, Language.ENGLISH)
    assert record.elections[0].title == "Election s1"
    assert [option.count for option in record.elections[0].contests[0].options] == [4, 0]


@pytest.mark.parametrize("rehearsal", [True, False])
def test_record_says_that_it_was_a_rehearsal_only_if_it_was(tmp_path: Path, rehearsal: bool) -> None:
    with prepare_evening(tmp_path, rehearsal=rehearsal, floor=3) as evening:
        evening.hold("s1", AGREE, AGREE, AGREE)
        record = compose(evening)
    assert record.rehearsal is rehearsal
    assert ("Diễn tập" in record.network) is rehearsal


def test_record_of_an_election_without_ballots_is_printed(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        evening.hold("s1")
        [election] = compose(evening).elections
    assert (election.slips.returned, election.slips.not_returned) == (0, 5)
