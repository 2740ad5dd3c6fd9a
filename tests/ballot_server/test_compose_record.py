"""The record of the minutes: who is named in it, and what is said where a member concerned does not vote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ballot_server.domain.member import Attendance, MemberClass, Roll
from ballot_server.i18n import Language
from ballot_server.minutes.balance import check_minutes
from ballot_server.minutes.record import MinutesRecord
from ballot_server.services.election_plan import ElectionPlan
from tests.support.evenings import AGREE, BLANK, DISAGREE, make_member, make_plan, make_roll, prepare_evening

ROLL = make_roll(
    5,
    make_member(6, attendance=Attendance.ABSENT_EXCUSED),
    make_member(7, attendance=Attendance.ABSENT_UNEXCUSED),
    make_member(8, exempt=True, attendance=Attendance.ABSENT_EXCUSED),
    make_member(9, suspended=True, attendance=Attendance.ABSENT_UNEXCUSED),
    make_member(10, member_class=MemberClass.PROBATIONARY),
    make_member(11, member_class=MemberClass.PROBATIONARY, attendance=Attendance.ABSENT_EXCUSED),
    make_member(12, member_class=MemberClass.GUEST),
)
EVERYBODY = (make_plan(rules="majority-of-votes-cast"),)
ALL_BUT_THE_FIRST = (make_plan(member_concerned_votes=False),)


def hold_evening(folder: Path, plans: Sequence[ElectionPlan], roll: Roll) -> MinutesRecord:
    """Return the record of an evening in which each election gets two ballots in favour, one against, one blank."""
    records: list[MinutesRecord] = []

    def keep(record: MinutesRecord, _: Language) -> bytes:
        records.append(record)
        return b"minutes"

    with prepare_evening(folder, plans, roll) as evening:
        for plan in plans:
            evening.hold(plan.id, AGREE, AGREE, DISAGREE, BLANK)
        evening.write_minutes(keep)
    return records[0]


@pytest.fixture
def record(tmp_path: Path) -> MinutesRecord:
    """Return the record of an evening with one election."""
    return hold_evening(tmp_path, (make_plan(),), ROLL)


def test_compose_record_makes_counts_that_agree(record: MinutesRecord) -> None:
    check_minutes(record)


def test_compose_record_names_as_absent_only_who_is_summoned(record: MinutesRecord) -> None:
    attendance = record.attendance
    assert attendance.absent_excused == ("Nguyễn Văn 06",)
    assert attendance.absent_unexcused == ("Nguyễn Văn 07",)
    assert attendance.summoned == attendance.present + 2


def test_compose_record_names_the_exempt_with_their_resolutions(record: MinutesRecord) -> None:
    (exempt,) = record.attendance.exempt
    assert (exempt.name, exempt.resolution) == ("Nguyễn Văn 08", "08-NQ/CB")


def test_compose_record_counts_those_in_the_room_who_never_vote(record: MinutesRecord) -> None:
    assert (record.attendance.probationary, record.attendance.guests) == (1, 1)


def test_compose_record_says_how_the_base_is_made_up(record: MinutesRecord) -> None:
    assert record.elections[0].base.parts == "9 chính thức − 1 được miễn − 1 bị đình chỉ = 7"


def test_compose_record_says_that_a_member_concerned_does_not_vote_and_counts(tmp_path: Path) -> None:
    (election,) = hold_evening(tmp_path, ALL_BUT_THE_FIRST, ROLL).elections
    assert election.note.endswith("vẫn tính trong cơ sở: 1 người.")


def test_compose_record_gives_blanks_no_share_of_the_votes_cast(tmp_path: Path) -> None:
    (election,) = hold_evening(tmp_path, EVERYBODY, ROLL).elections
    bases = election.contests[0].bases
    assert [(base.value, base.holds_blank) for base in bases] == [(3, False), (4, True)]
