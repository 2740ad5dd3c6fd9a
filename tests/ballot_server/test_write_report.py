"""A unit's report: taken from the chair's page after the end, and counted by whoever knows the unit's key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ballot_server.cli.main import main
from ballot_server.domain.combined_report import ListedUnit, ReceivedFile
from ballot_server.domain.received_report import ReportSummary
from ballot_server.services.combine_reports import combine_reports
from ballot_server.services.read_report import check_report
from ballot_server.services.report_file import decode_report
from ballot_server.services.unit_key import format_unit_fingerprint
from ballot_server.services.write_report import MeetingNotEndedError, write_report
from tests.support.chair_evenings import DETAILS, VOTERS, ChairEvening, begin_chair_evening
from tests.support.evenings import AGREE, DISAGREE


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[ChairEvening]:
    with begin_chair_evening(tmp_path) as begun:
        yield begun


def test_report_from_the_chairs_page_is_counted_with_the_numbers_of_the_evening(evening: ChairEvening) -> None:
    evening.prepare(rehearsal="")
    evening.make_key()
    evening.print_slips()
    evening.check_in(*VOTERS)
    evening.hold(AGREE, AGREE, AGREE, DISAGREE)
    archive = evening.finish()
    answer = evening.chair.get(f"/chair/{evening.code}/report.json")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=bao-cao-{evening.code}.report.json"
    assert answer.data == write_report(evening.installation, evening.code)
    assert decode_report(answer.data).archive == archive
    out = evening.folder / "x.report.json"
    assert main(["report", "write", evening.code, "--data", str(evening.folder / "data"), "--out", str(out)]) == 0
    assert out.read_bytes() == answer.data
    summary = check_report(answer.data)
    assert isinstance(summary, ReportSummary)
    unit = ListedUnit(DETAILS["unit"], format_unit_fingerprint(evening.installation.unit_key))
    combined = combine_reports([unit], [ReceivedFile("a", summary)])
    [total] = combined.total.rule_sets
    assert (combined.missing, combined.left_out) == ((), ())
    assert (total.issued, total.returned, total.summoned, total.present) == (4, 4, summary.summoned, summary.present)
    [contest] = summary.elections[0].contests
    assert [option.count for option in contest.options] == [3, 1]


def test_report_before_the_end_is_refused_and_the_page_says_when_it_comes(evening: ChairEvening) -> None:
    evening.come_to_opening()
    with pytest.raises(MeetingNotEndedError):
        write_report(evening.installation, evening.code)
    answer = evening.chair.get(f"/chair/{evening.code}/report.json")
    assert answer.status_code == 409
    assert "chưa khóa sổ" in answer.get_data(as_text=True)
    page = evening.get(f"/chair/{evening.code}")
    assert "Báo cáo lấy được sau khi khóa sổ cuộc họp." in page
    assert format_unit_fingerprint(evening.installation.unit_key) in page
