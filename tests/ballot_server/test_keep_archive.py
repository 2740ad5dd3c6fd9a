"""How long archives are kept: six months from the day of the meeting, longer for a reason, never shorter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from ballot_server.domain.contest import Option, Wording
from ballot_server.services.archive_standing import ArchiveDestroyedError, compute_keep_until
from ballot_server.services.election_plan import ElectionPlan, plan_contest
from ballot_server.services.form_fields import FormError
from ballot_server.services.keep_archive import (
    ArchiveState,
    KeepingNotLongerError,
    KeepingTooLongError,
    keep_longer,
    list_archives,
    view_archive,
)
from ballot_server.services.meeting_draft import FieldDateError, FieldMissingError
from ballot_server.storage.errors import DatabaseUnusableError, MeetingUnknownError
from tests.support.archives_kept import DAY_AFTER, LAST_DAY, destroy, end_evening
from tests.support.evenings import MEETING, Evening, load_rules, prepare_evening

REASON = "Đang giải quyết khiếu nại"


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with end_evening(tmp_path) as ended:
        yield ended


def keep(evening: Evening, until: str, reason: str = REASON, on: date = LAST_DAY) -> None:
    keep_longer(evening.database, MEETING, {"keep_until": until, "reason": reason}, by="Thành", on=on)


@pytest.mark.parametrize(
    ("held_on", "until"),
    [
        (date(2026, 1, 15), date(2026, 7, 15)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2026, 3, 31), date(2026, 9, 30)),
        (date(2026, 2, 28), date(2026, 8, 28)),
        (date(2026, 7, 1), date(2027, 1, 1)),
    ],
)
def test_six_months_end_on_the_same_day_or_the_months_last(held_on: date, until: date) -> None:
    assert compute_keep_until(held_on) == until


@pytest.mark.parametrize(
    ("on", "state", "days"),
    [
        (date(2026, 1, 16), ArchiveState.KEPT, 180),
        (date(2026, 6, 14), ArchiveState.KEPT, 31),
        (date(2026, 6, 15), ArchiveState.SOON, 30),
        (LAST_DAY, ArchiveState.SOON, 0),
        (DAY_AFTER, ArchiveState.DUE, -1),
    ],
)
def test_archive_is_due_once_its_last_day_is_over(evening: Evening, on: date, state: ArchiveState, days: int) -> None:
    archive = view_archive(evening.database, MEETING, on)
    assert (archive.state, archive.days, archive.keep_until) == (state, days, LAST_DAY)


def test_archive_that_is_long_over_is_still_there(evening: Evening) -> None:
    [archive] = list_archives(evening.database, date(2036, 1, 1))
    assert (archive.state, archive.destruction) == (ArchiveState.DUE, None)


def test_meeting_that_has_not_ended_has_nothing_due(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        assert view_archive(evening.database, MEETING, date(2030, 1, 1)).state is ArchiveState.NOT_ENDED


def test_vote_that_elects_somebody_is_kept_by_the_rule(tmp_path: Path) -> None:
    rules = load_rules("vn-committee-election")
    words = Wording(vi="Bầu cấp ủy", en="Committee")
    candidates = [Option(f"o{n}", Wording(vi=f"Người {n}", en=f"Person {n}")) for n in range(3)]
    contest = plan_contest(rules, contest="c1", subject=words, member=None, candidates=candidates, seats=2)
    plan = ElectionPlan("s1", words, rules, (contest,))
    with prepare_evening(tmp_path, (plan,)) as evening:
        assert view_archive(evening.database, MEETING, LAST_DAY).elects


def test_vote_that_elects_nobody_is_kept_by_inference(evening: Evening) -> None:
    assert not view_archive(evening.database, MEETING, LAST_DAY).elects


def test_keeping_longer_moves_the_last_day_and_keeps_the_rules(evening: Evening) -> None:
    keep(evening, "30/09/2026")
    archive = view_archive(evening.database, MEETING, DAY_AFTER)
    assert (archive.first_until, archive.keep_until) == (LAST_DAY, date(2026, 9, 30))
    assert archive.state is ArchiveState.KEPT
    [keeping] = archive.keepings
    assert (keeping.reason, keeping.by, keeping.written_on) == (REASON, "Thành", LAST_DAY)


def test_keeping_longer_twice_keeps_both_reasons(evening: Evening) -> None:
    keep(evening, "2026-09-30")
    keep(evening, "2026-10-31", "Đang kiểm tra")
    archive = view_archive(evening.database, MEETING, LAST_DAY)
    assert archive.keep_until == date(2026, 10, 31)
    assert [each.reason for each in archive.keepings] == [REASON, "Đang kiểm tra"]


def test_archive_already_due_can_still_be_kept_longer(evening: Evening) -> None:
    keep(evening, "2026-09-30", on=DAY_AFTER)
    assert view_archive(evening.database, MEETING, DAY_AFTER).state is ArchiveState.KEPT


@pytest.mark.parametrize(
    ("until", "reason", "problem"),
    [
        ("2026-07-15", REASON, KeepingNotLongerError),
        ("2026-07-14", REASON, KeepingNotLongerError),
        ("2031-07-16", REASON, KeepingTooLongError),
        ("2026-09-31", REASON, FieldDateError),
        ("", REASON, FieldMissingError),
        ("2026-09-30", " ", FieldMissingError),
    ],
)
def test_keeping_is_refused_that_is_shorter_or_has_no_reason(
    evening: Evening, until: str, reason: str, problem: type[Exception]
) -> None:
    with pytest.raises(FormError) as caught:
        keep(evening, until, reason)
    assert [type(each) for each in caught.value.problems] == [problem]
    assert view_archive(evening.database, MEETING, LAST_DAY).keep_until == LAST_DAY


def test_keeping_longer_is_refused_of_a_destroyed_archive(evening: Evening) -> None:
    destroy(evening)
    with pytest.raises(ArchiveDestroyedError):
        keep(evening, "2027-01-01", on=DAY_AFTER)


def test_keeping_longer_is_refused_of_no_meeting(evening: Evening) -> None:
    with pytest.raises(MeetingUnknownError):
        keep_longer(evening.database, "M0000009", {}, by="Thành", on=LAST_DAY)


@pytest.mark.parametrize("act", ["UPDATE archive_keeping SET reason = 'x'", "DELETE FROM archive_keeping"])
def test_reason_once_written_cannot_be_changed(evening: Evening, act: str) -> None:
    keep(evening, "2026-09-30")
    with pytest.raises(DatabaseUnusableError, match="only added to"), evening.database.write() as session:
        session.execute(text(act))


def test_list_shows_first_what_is_to_be_decided(evening: Evening) -> None:
    with evening.database.write() as session:
        for code, day in (("M0000002", "2026-07-01"), ("M0000003", "2026-01-10")):
            session.execute(text(f"INSERT INTO meeting SELECT '{code}', superior, unit, place, '{day}', chair, clerk,"
                                 " tellers, mode, floor, rehearsal, wifi FROM meeting"
                                 " WHERE code = 'M0000001'"))  # fmt: skip
            session.execute(
                text(f"INSERT INTO board_entry SELECT '{code}', number, kind, line FROM board_entry"
                     " WHERE meeting = 'M0000001'")
            )  # fmt: skip
    listed = [(archive.meeting.code, archive.state) for archive in list_archives(evening.database, LAST_DAY)]
    assert listed == [
        ("M0000003", ArchiveState.DUE),
        ("M0000001", ArchiveState.SOON),
        ("M0000002", ArchiveState.KEPT),
    ]
