"""Creating a meeting: series, slots, and what is refused before anything is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ballot_server.domain.member import Attendance, MemberClass, Roll
from ballot_server.domain.series import Series
from ballot_server.services.check_in import open_desk
from ballot_server.services.create_meeting import NobodyEntitledError, TooManyElectionsError, create_meeting
from ballot_server.services.election_plan import ElectionPlan, decode_plan
from ballot_server.services.installation import Installation, open_installation
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.storage.repositories import (
    BoardRepository,
    ElectionRepository,
    MeetingRepository,
    RollRepository,
    SeriesRepository,
)
from crypto.board import Entry
from crypto.errors import EncodingError
from tests.support.crypto_samples import SeededRandom
from tests.support.evenings import MEETING, describe_meeting, make_member, make_plan, make_roll


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    opened = open_installation(tmp_path, SeededRandom(1))
    yield opened
    opened.close()


def create(installation: Installation, roll: Roll, plans: Sequence[ElectionPlan]) -> tuple[Series, ...]:
    board = Noticeboard(MEETING, installation.seed)
    return create_meeting(installation.database, board, describe_meeting(), roll, plans)


def test_create_stores_roll_elections_and_series(installation: Installation) -> None:
    roll = make_roll(4, make_member(9, member_class=MemberClass.PROBATIONARY))
    create(installation, roll, [make_plan("s1"), make_plan("s2")])
    with installation.database.read() as session:
        assert RollRepository(session).load(MEETING) == roll
        elections = ElectionRepository(session).list_all(MEETING)
        assert [(election.id, election.slot, election.series) for election in elections] == [
            ("s1", 0, ("A",)),
            ("s2", 1, ("A",)),
        ]
        assert [series.letter for series in SeriesRepository(session).list_all(MEETING)] == ["A"]


def test_create_opens_the_board_without_a_name_of_the_roll(installation: Installation) -> None:
    roll = make_roll(4)
    create(installation, roll, [make_plan(members=(None,))])
    with installation.database.read() as session:
        [line] = BoardRepository(session).list_all(MEETING)
    assert Entry.decode(line).kind.value == "meeting"
    assert not [entry for entry in roll.entries if entry.member.name.encode() in line]


def test_create_keeps_a_plan_whole(installation: Installation) -> None:
    plan = make_plan("s3b", rules="vn-screening-removal", follows="s3a", members=(1, 2), member_concerned_votes=False)
    create(installation, make_roll(4), [make_plan("s3a", rules="vn-screening-progress", members=(1, 2)), plan])
    with installation.database.read() as session:
        assert decode_plan(ElectionRepository(session).get(MEETING, "s3b")) == plan


def test_create_makes_a_second_series_for_the_member_concerned(installation: Installation) -> None:
    plans = [make_plan("s1"), make_plan("s2", member_concerned_votes=False)]
    first, second = create(installation, make_roll(5), plans)
    assert (first.letter, len(first.members), first.elections) == ("A", 4, frozenset({"s1", "s2"}))
    assert (second.letter, len(second.members), second.elections) == ("B", 1, frozenset({"s1"}))
    assert second.is_too_small


def test_create_makes_a_second_series_for_an_exempt_member_present_at_an_ordinary_vote(
    installation: Installation,
) -> None:
    plans = [make_plan("s1"), make_plan("s2", rules="majority-of-votes-cast", members=(None,))]
    first, second = create(installation, make_roll(4, make_member(9, exempt=True)), plans)
    assert first.elections == frozenset({"s1", "s2"})
    assert (len(second.members), second.elections) == (1, frozenset({"s2"}))


def test_exempt_member_who_comes_late_finds_a_series_to_draw_from(installation: Installation) -> None:
    absent = make_member(9, exempt=True, attendance=Attendance.ABSENT_EXCUSED)
    plans = [make_plan("s1"), make_plan("s2", rules="majority-of-votes-cast", members=(None,))]
    first, second = create(installation, make_roll(4, absent), plans)
    assert (len(first.members), len(second.members)) == (4, 1)
    [late] = [line for line in open_desk(installation.database, MEETING).people if line.member == absent.member]
    assert late.series == "B"


def test_member_known_to_stay_away_needs_no_series(installation: Installation) -> None:
    roll = make_roll(4, make_member(9, exempt=True, attendance=Attendance.ABSENT_EXCUSED))
    plans = [make_plan("s1"), make_plan("s2", rules="majority-of-votes-cast", members=(None,))]
    board = Noticeboard(MEETING, installation.seed)
    [series] = create_meeting(installation.database, board, describe_meeting(), roll, plans, planning_roll=roll)
    assert len(series.members) == 4


def test_create_takes_as_many_elections_as_a_slip_has_slots(installation: Installation) -> None:
    create(installation, make_roll(3), [make_plan(f"s{number}") for number in range(24)])
    with installation.database.read() as session:
        assert ElectionRepository(session).list_all(MEETING)[-1].slot == 23


def test_create_refuses_more_elections_than_slots_and_stores_nothing(installation: Installation) -> None:
    with pytest.raises(TooManyElectionsError):
        create(installation, make_roll(3), [make_plan(f"s{number}") for number in range(25)])
    with installation.database.read() as session:
        assert MeetingRepository(session).find(MEETING) is None


def test_create_refuses_an_election_in_which_nobody_may_vote(installation: Installation) -> None:
    roll = Roll((make_member(1, exempt=True), make_member(2, suspended=True)))
    with pytest.raises(NobodyEntitledError) as caught:
        create(installation, roll, [make_plan()])
    assert caught.value.fields == {"election": "s1"}
    with installation.database.read() as session:
        assert MeetingRepository(session).find(MEETING) is None
        assert BoardRepository(session).count(MEETING) == 0


def test_create_that_breaks_down_at_the_board_stores_nothing(installation: Installation) -> None:
    board = Noticeboard(MEETING, installation.seed)
    nameless = replace(describe_meeting(), unit="")
    with pytest.raises(EncodingError):
        create_meeting(installation.database, board, nameless, make_roll(), [make_plan()])
    with installation.database.read() as session:
        assert MeetingRepository(session).find(MEETING) is None
    create(installation, make_roll(), [make_plan()])
