"""The reports of many units added up: by hand, in the list's order, and each file in exactly one place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from ballot_server.domain.combined_report import CombinedReport, ListedUnit, Period, ReceivedFile, Total
from ballot_server.domain.received_report import LeftOutCause, Refusal, ReportSummary
from ballot_server.i18n import Language
from ballot_server.minutes.report_sentences import describe_left_out
from ballot_server.services.combine_reports import combine_reports
from ballot_server.services.read_report import read_report
from tests.support.reports import HELD_ON, UnitMeeting, build_report, list_unit

UNITS = (list_unit(3), list_unit(1), list_unit(2))


@cache
def summarise(meeting: UnitMeeting, key: int | None = None) -> ReportSummary:
    return read_report(build_report(meeting, key=key))


# Chi bộ 1: base 5, needed 4, all four present agree: listed.
# Chi bộ 2: base 6, needed 4, two contests of 3 – 1 – 1: not listed; a month later base 5, all five agree: listed.
FIRST = UnitMeeting(1, votes=(0, 0, 0, 0), absent=1)
SECOND = UnitMeeting(2, votes=(0, 0, 0, 1, None), contests=2, absent=1)
SECOND_LATER = UnitMeeting(2, votes=(0, 0, 0, 0, 0), absent=0, occasion=1, held_on=HELD_ON + timedelta(days=30))


def receive(*summaries: ReportSummary | Refusal) -> list[ReceivedFile]:
    return [ReceivedFile(f"{place}.report.json", summary) for place, summary in enumerate(summaries)]


def list_left_out(combined: CombinedReport) -> list[tuple[str, LeftOutCause, str]]:
    return [(each.file, each.cause, each.other) for each in combined.left_out]


def combine_three() -> CombinedReport:
    return combine_reports(UNITS, receive(summarise(SECOND_LATER), summarise(FIRST), summarise(SECOND)))


def test_totals_are_those_added_up_by_hand() -> None:
    total = combine_three().total
    assert replace(total, rule_sets=()) == Total(
        meetings=3, elections=3, contests=4, annulled=0, summoned=5 + 6 + 5, present=4 + 5 + 5, ballots=14, rule_sets=()
    )
    [rule_set] = total.rule_sets
    assert (rule_set.rule_set.id, rule_set.elections, rule_set.contests) == ("vn-screening-step1", 3, 4)
    assert (rule_set.summoned, rule_set.present, rule_set.issued) == (16, 14, 14)
    assert (rule_set.returned, rule_set.not_returned, rule_set.valid, rule_set.invalid) == (14, 0, 14, 0)
    assert [(outcome.id, outcome.count) for outcome in rule_set.outcomes] == [("listed", 2), ("not_listed", 2)]
    assert rule_set.standings == ()


def test_units_stand_in_the_lists_order_with_their_reports_by_day() -> None:
    combined = combine_three()
    assert [unit.unit.name for unit in combined.units] == ["Chi bộ 3", "Chi bộ 1", "Chi bộ 2"]
    assert [[each.file for each in unit.reports] for unit in combined.units] == [
        [],
        ["1.report.json"],
        ["2.report.json", "0.report.json"],
    ]
    assert [unit.name for unit in combined.missing] == ["Chi bộ 3"]
    assert [unit.unit.name for unit in combined.reported] == ["Chi bộ 1", "Chi bộ 2"]
    assert combined.files == 3


def test_each_unit_has_the_same_columns_as_the_total() -> None:
    combined = combine_three()
    [first] = combined.units[1].total.rule_sets
    [second] = combined.units[2].total.rule_sets
    assert [(outcome.id, outcome.count) for outcome in first.outcomes] == [("listed", 1), ("not_listed", 0)]
    assert [(outcome.id, outcome.count) for outcome in second.outcomes] == [("listed", 1), ("not_listed", 2)]
    assert combined.units[0].total == Total(0, 0, 0, 0, 0, 0, 0, ())


def test_order_of_the_files_changes_nothing_where_none_is_double() -> None:
    forward = receive(summarise(SECOND_LATER), summarise(FIRST), summarise(SECOND))
    assert combine_reports(UNITS, forward) == combine_reports(UNITS, forward[::-1])


def test_own_text_under_an_installed_id_is_a_row_of_its_own() -> None:
    summary = summarise(FIRST)
    [election] = summary.elections
    own = replace(election, rule_set=replace(election.rule_set, digest="00", is_own=True))
    altered = replace(summarise(SECOND), elections=(own,))
    total = combine_reports(UNITS, receive(altered, summary)).total
    assert [(each.rule_set.id, each.rule_set.is_own, each.elections) for each in total.rule_sets] == [
        ("vn-screening-step1", False, 1),
        ("vn-screening-step1", True, 1),
    ]


def test_refused_file_is_left_out_with_its_cause_and_place() -> None:
    refusal = Refusal(LeftOutCause.ARCHIVE_FAILS, check="V5", entry=9, detail="V5: …")
    combined = combine_reports(UNITS, receive(refusal, summarise(FIRST)))
    [left] = combined.left_out
    assert (left.file, left.cause, left.check, left.entry) == ("0.report.json", LeftOutCause.ARCHIVE_FAILS, "V5", 9)
    assert combined.total.meetings == 1


def test_unit_that_is_not_listed_is_left_out_with_its_key() -> None:
    combined = combine_reports(UNITS[:1], receive(summarise(FIRST)))
    [left] = combined.left_out
    assert (left.cause, left.detail, left.unit) == (LeftOutCause.FOREIGN, list_unit(1).key, "")


def test_another_units_archive_signed_with_a_listed_key_is_left_out() -> None:
    combined = combine_reports(UNITS, receive(summarise(FIRST, key=2)))
    [left] = combined.left_out
    assert (left.cause, left.unit, left.detail) == (LeftOutCause.OTHER_UNIT, "Chi bộ 2", "Chi bộ 1")
    assert combined.total.meetings == 0


def test_units_name_is_compared_without_case_and_spaces() -> None:
    unit = replace(list_unit(1), name="CHI  BỘ 1")
    assert combine_reports([unit], receive(summarise(FIRST))).left_out == ()


def test_same_report_twice_counts_once_and_the_first_is_kept() -> None:
    combined = combine_reports(UNITS, receive(summarise(FIRST), summarise(FIRST), summarise(FIRST)))
    assert list_left_out(combined) == [
        ("1.report.json", LeftOutCause.DOUBLED, "0.report.json"),
        ("2.report.json", LeftOutCause.DOUBLED, "0.report.json"),
    ]
    assert combined.total.ballots == 4


def test_two_different_reports_of_one_meeting_are_both_left_out() -> None:
    other = summarise(replace(FIRST, votes=(1, 1, 1, 1)))
    combined = combine_reports(UNITS, receive(summarise(FIRST), other, summarise(FIRST)))
    assert list_left_out(combined) == [
        ("0.report.json", LeftOutCause.CONTRADICTED, "1.report.json"),
        ("1.report.json", LeftOutCause.CONTRADICTED, "0.report.json"),
        ("2.report.json", LeftOutCause.CONTRADICTED, "1.report.json"),
    ]
    assert combined.total.meetings == 0
    assert list_unit(1) in combined.missing


def test_second_board_of_a_meeting_under_another_day_or_unit_contradicts_the_first() -> None:
    period = Period(HELD_ON, HELD_ON)
    for other in (replace(FIRST, held_on=date(2025, 1, 15)), replace(FIRST, name="Chi bộ khác")):
        combined = combine_reports(UNITS, receive(summarise(FIRST), summarise(other)), period)
        assert list_left_out(combined)[0] == ("0.report.json", LeftOutCause.CONTRADICTED, "1.report.json")
        assert combined.total.meetings == 0


def test_stranger_with_the_code_of_a_meeting_contradicts_nobody() -> None:
    stranger = replace(summarise(FIRST, key=9), archive="00")
    combined = combine_reports(UNITS, receive(stranger, summarise(FIRST)))
    assert list_left_out(combined) == [("0.report.json", LeftOutCause.FOREIGN, "")]
    assert combined.total.meetings == 1


def test_report_of_last_year_replayed_is_left_out_by_the_period() -> None:
    last_year = summarise(replace(FIRST, held_on=date(2025, 12, 31), occasion=5))
    period = Period(date(2026, 1, 1), date(2026, 1, 31))
    combined = combine_reports(UNITS, receive(last_year, summarise(FIRST), summarise(SECOND_LATER)), period)
    assert list_left_out(combined) == [
        ("0.report.json", LeftOutCause.OTHER_DAY, ""),
        ("2.report.json", LeftOutCause.OTHER_DAY, ""),
    ]


@pytest.mark.parametrize("days", [(0, 0), (None, 0), (0, None), (None, None)])
def test_period_holds_its_first_and_last_day(days: tuple[int | None, int | None]) -> None:
    first, last = (None if each is None else HELD_ON + timedelta(days=each) for each in days)
    assert Period(first, last).holds(HELD_ON)


def test_no_file_at_all_leaves_every_unit_missing() -> None:
    combined = combine_reports(UNITS, [])
    assert combined.missing == UNITS
    assert combined.total.rule_sets == ()


def test_every_file_ends_in_one_place() -> None:
    files = receive(summarise(FIRST), Refusal(LeftOutCause.UNREADABLE), summarise(FIRST), summarise(SECOND))
    combined = combine_reports(UNITS[1:2], files)
    named = [each.file for unit in combined.units for each in unit.reports] + [each.file for each in combined.left_out]
    assert sorted(named) == [file.name for file in files]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("cause", list(LeftOutCause))
def test_every_cause_has_words_in_which_nothing_is_hidden(cause: LeftOutCause, language: Language) -> None:
    unit = ListedUnit("Chi bộ\u202e 1", "x")
    left = combine_reports([unit], receive(Refusal(cause, check="V5", entry=3, detail="a\u202eb"))).left_out[0]
    said = describe_left_out(replace(left, unit=unit.name, other="c\u202e.json"), language)
    assert said.cause.endswith(".")
    assert said.next_step.endswith(".")
    assert "\u202e" not in said.cause + said.next_step
