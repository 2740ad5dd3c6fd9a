"""Every document that the program prints, each with a small record of which every text can be replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ballot_server.domain.combined_report import CombinedReport
from ballot_server.domain.member import Attendance, CardNumber, Exemption, ExemptionBook, Member, MemberClass
from ballot_server.i18n import Language
from ballot_server.minutes.attendance_sheet import AttendanceSheet, SheetElection, SheetPerson, render_attendance_sheet
from ballot_server.minutes.charts import PictureFormat, compose_chart, render_chart
from ballot_server.minutes.combined_json import render_combined_json
from ballot_server.minutes.combined_pdf import render_combined_pdf
from ballot_server.minutes.combined_workbook import render_combined_workbook
from ballot_server.minutes.destruction_record import (
    DestroyedElection,
    DestructionPaper,
    LongerKeeping,
    render_destruction_record,
)
from ballot_server.minutes.docx import render_minutes_docx
from ballot_server.minutes.paper_ballot import BallotQuestion, PaperBallotSheet, render_paper_ballot
from ballot_server.minutes.record import ContestRecord, CumulationRecord, MinutesRecord, OptionRecord
from ballot_server.minutes.render_minutes import render_minutes
from ballot_server.minutes.result_slides import SlidesRecord, render_result_slides
from ballot_server.minutes.room_paper import RoomPaper
from ballot_server.minutes.screen_charts import ScreenShape, render_screen_chart
from ballot_server.minutes.slips import Slip, SlipSheet, render_slips
from ballot_server.minutes.voter_guide import VoterGuide, render_voter_guide
from ballot_server.minutes.wording import Wording
from ballot_server.minutes.zero_report import (
    ServedFile,
    ZeroBox,
    ZeroCounts,
    ZeroKey,
    ZeroQuestion,
    ZeroReport,
    ZeroRules,
    ZeroServer,
    render_zero_report,
)
from ballot_server.services.plain_text import find_hidden_character
from ballot_server.services.write_roll import write_roll_csv, write_roll_workbook
from tests.support.combined_reports import combine_sample
from tests.support.hostile_texts import fill_texts
from tests.support.minutes_samples import HEAD, SLIPS, make_contest, make_election, make_minutes

DAY = date(2026, 1, 15)
PAPER = RoomPaper("Chi bộ", "Đảng bộ", "Nhà văn hóa", DAY)
SLIP = Slip(f"http://10.0.0.1/v#M0000001.{'A' * 20}.{'B' * 16}", "AAAA-AAAA-AAAA-AAAA-AAAA")


@dataclass(frozen=True)
class Printed:
    """A document: a record of it, how it is printed, and which texts of the record are no free text.

    in_full: the longest text that stands in it whole; a longer one may be cut short. least: how often it stands there.
    endless: the fields that a text of thousands of letters is tried in; takes: which texts can come so far at all.
    """

    record: Any
    render: Callable[[Any, Language], bytes]
    keep: frozenset[str] = frozenset()
    in_full: int = 400
    least: int = 1
    endless: frozenset[str] = frozenset({"title", "subject", "name"})
    takes: Callable[[str], bool] = lambda _text: True

    def print(self, text: str, language: Language = Language.VIETNAMESE) -> bytes:
        """Return the document with this text in the place of every text."""
        return self.render(fill_texts(self.record, text, replaces=lambda field: field not in self.keep), language)

    def print_endless(self, text: str) -> bytes:
        """Return the document with this text in a few places."""
        filled = fill_texts(self.record, text, replaces=lambda field: field in self.endless)
        return self.render(filled, Language.VIETNAMESE)


def make_full_minutes() -> MinutesRecord:
    """Return minutes in which every kind of text occurs."""
    cumulated = replace(
        make_contest("B", detail="Chi tiết"),
        note="Ghi chú",
        cumulation=(CumulationRecord("Đồng ý", 12, 12, 12, reached=True),),
    )
    elected = replace(
        make_contest("C"), marks=2, options=(OptionRecord("A", 12, 2, "Trúng cử"), OptionRecord("B", 5, 1, "Không"))
    )
    election = replace(
        make_election(make_contest("A", detail="Chi tiết"), cumulated, elected),
        quorum="Đủ",
        conclusion="Kết luận",
        note="Ghi chú",
        slips=replace(SLIPS, valid=15, invalid_reasons=("lý do",)),
    )
    rule_set = replace(
        election.rule_set, number="1", issued="2", readings=("Cách hiểu",), mark="P", source_note="bản sao"
    )
    other = replace(election, rule_set=replace(rule_set, in_force=False, number=""))
    return replace(make_minutes(replace(election, rule_set=rule_set), other), heading="Tiêu đề")


def draw_contest(picture: PictureFormat) -> Callable[[ContestRecord, Language], bytes]:
    """Return what draws the chart of a contest as a picture."""
    return lambda contest, language: render_chart(compose_chart(contest, Wording(language)), picture, language)


def make_zero_report() -> ZeroReport:
    """Return the report of an election by phone, before it opens."""
    return ZeroReport(
        paper=PAPER,
        title="Rà soát",
        questions=(ZeroQuestion("Đồng chí An", ("Đồng ý", "Không đồng ý"), 1),),
        rules=ZeroRules("Quy tắc", "phiên bản", "cơ sở", ("cần 12/17",), "đủ"),
        counts=ZeroCounts(17, 14, 16, 14, 2, 0, 0, 14, beside=1),
        box=ZeroBox(0, 0),
        key=ZeroKey(("bàn", "sông"), "B" * 16, 2, ("Cúc", "Dung"), ("Cúc",)),
        server=ZeroServer("ab" * 32, (ServedFile("booth.js", "cd" * 32),), "http://10.0.0.1"),
        sealed="ef" * 32,
        tellers=("Cúc", "Dung"),
        chair="An",
    )


def make_destruction_paper() -> DestructionPaper:
    """Return the record of an archive that was kept longer once and then destroyed."""
    return DestructionPaper(
        superior="Đảng bộ",
        unit="Chi bộ",
        place="Nhà văn hóa",
        held_on=DAY,
        rehearsal=False,
        decision_number="01-QĐ/CB",
        decision_on=date(2026, 8, 1),
        deciding_body="Chi ủy",
        ground="Hết hạn",
        carried_out_by="An",
        witnesses=("Bình", "Cúc"),
        copies="không còn",
        ordered_by="An",
        confirmed_by="Dung",
        first_until=date(2026, 7, 15),
        longer=(LongerKeeping(date(2026, 7, 31), "Khiếu nại"),),
        destroyed_on=date(2026, 8, 2),
        elections=(DestroyedElection("Rà soát", 14, 2),),
        elects=True,
        tested=1,
        credentials=16,
        entries=40,
        head=HEAD,
        archive="ab" * 32,
        minutes="cd" * 32,
    )


def make_combined_report() -> CombinedReport:
    """Return what two units reported, with one that did not and files that were left out."""
    return combine_sample(3, missing=1, contests=1)


def can_stand_in_a_roll(text: str) -> bool:
    """Tell whether the reader of rolls lets a text in."""
    return find_hidden_character(text) is None


def make_members() -> tuple[Member, ...]:
    """Return a member in whom every text is filled."""
    exemption = Exemption(ExemptionBook.OTHER, "05-NQ/CB", date(2025, 1, 1), None)
    return (
        Member("An", CardNumber("001"), MemberClass.OFFICIAL, exemption=exemption, position="Bí thư", note="ghi chú"),
        Member("Bình", CardNumber("002"), MemberClass.GUEST),
    )


MINUTES = make_full_minutes()
COMBINED = make_combined_report()
CONTEST = MINUTES.elections[0].contests[0]

REPORTED = frozenset(
    {
        *("id", "outcome", "standing", "option", "rule_set", "mark", "base_kind", "share", "check", "detail"),
        *("unit_key", "key", "head", "archive", "digest"),
    }
)
"""Fields of reports that are no free text: names that the form of a report itself checks, hashes and shares."""

PDFS: Mapping[str, Printed] = {
    "minutes": Printed(
        MINUTES,
        render_minutes,
        keep=frozenset({"head"}),
        in_full=400,
        least=30,
        endless=frozenset({"place", "subject"}),
    ),
    "slips": Printed(
        SlipSheet(
            "Chi bộ", "Rà soát", DAY, "A", "blue", "http://192.168.1.10:8080", (SLIP,) * 2, "Wi-Fi", ("bàn",) * 4
        ),
        render_slips,
        keep=frozenset({"colour", "url", "code"}),
        in_full=30,
        least=2,
        endless=frozenset({"meeting"}),
    ),
    "paper ballot": Printed(
        PaperBallotSheet(
            "Chi bộ", "Đảng bộ", "Bầu", DAY, (BallotQuestion("Nội dung", ("A", "B"), 1),) * 2, rehearsal=True
        ),
        render_paper_ballot,
        least=9,
    ),
    "attendance sheet": Printed(
        AttendanceSheet(
            paper=PAPER,
            people=tuple(SheetPerson(row, "An", "1", kind, note="x") for row, kind in enumerate(Attendance, 1)),
            others=(SheetPerson(9, "Bình", "2", Attendance.PRESENT, why="dự bị"),),
            elections=(SheetElection("Rà soát", 3, 1),),
            is_filled=True,
            clerk="Cúc",
            chair="Dung",
        ),
        render_attendance_sheet,
        least=10,
    ),
    "slides": Printed(
        SlidesRecord("Đảng bộ", "Chi bộ", "Nhà văn hóa", DAY, rehearsal=True, head=HEAD, elections=MINUTES.elections),
        render_result_slides,
        keep=frozenset({"head"}),
        in_full=85,
        least=10,
    ),
    "zero report": Printed(make_zero_report(), render_zero_report, in_full=85, least=10),
    "voters' guide": Printed(
        VoterGuide("Chi bộ", DAY, "http://10.0.0.1", "Wi-Fi", rehearsal=True),
        render_voter_guide,
        in_full=60,
        least=3,
        endless=frozenset({"unit", "wifi"}),
    ),
    "destruction record": Printed(
        make_destruction_paper(),
        render_destruction_record,
        keep=frozenset({"head", "archive", "minutes"}),
        least=12,
        endless=frozenset({"ground", "title"}),
    ),
    "combined report": Printed(
        COMBINED,
        lambda combined, language: render_combined_pdf(combined, language),
        keep=REPORTED,
        in_full=60,
        least=10,
        endless=frozenset({"name", "unit"}),
    ),
}

DOCUMENTS: Mapping[str, Printed] = {
    "minutes": Printed(MINUTES, render_minutes_docx, keep=frozenset({"head"}), least=30),
}
"""As DOCX."""

WORKBOOKS: Mapping[str, Printed] = {
    "combined report": Printed(COMBINED, render_combined_workbook, keep=REPORTED, least=10),
    "roll": Printed(
        make_members(), lambda members, _language: write_roll_workbook(members), least=5, takes=can_stand_in_a_roll
    ),
}

CSV: Mapping[str, Printed] = {
    "roll": Printed(
        make_members(), lambda members, _language: write_roll_csv(members), least=5, takes=can_stand_in_a_roll
    )
}

JSON: Mapping[str, Printed] = {
    "combined report": Printed(COMBINED, lambda combined, _language: render_combined_json(combined), keep=REPORTED)
}

PICTURES: Mapping[str, Printed] = {
    "PNG": Printed(CONTEST, draw_contest(PictureFormat.PNG)),
    "SVG": Printed(CONTEST, draw_contest(PictureFormat.SVG)),
    "projector SVG": Printed(
        CONTEST,
        lambda contest, language: render_screen_chart(
            compose_chart(contest, Wording(language)), ScreenShape.NARROW, language
        ),
    ),
}
