"""Records of minutes as tests print them: a plain one, and one of any size."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ballot_server.minutes.record import (
    AnnulledElectionRecord,
    AttendanceRecord,
    BaseRecord,
    ContestRecord,
    ElectionRecord,
    ExemptMember,
    MinutesRecord,
    OptionRecord,
    RuleSetRecord,
    SealedBaseRecord,
    SlipCounts,
    TestRecord,
    ThresholdRecord,
)

HEAD = "K7M2QX9RABCDEFGH1234ABCD5678WXYZ"

BASE = BaseRecord("đảng viên chính thức trừ đảng viên được miễn", 18, "cơ sở")
BASES = (BASE, BaseRecord("được triệu tập", 18, "triệu tập"), BaseRecord("phiếu thu về", 15, "thu về"))

SLIPS = SlipCounts(
    printed=20, handed_out=16, void=1, lost=0, left_over=4, issued=15, returned=15, not_returned=0, valid=15,
    blank=None, invalid=0,
)  # fmt: skip

RULE_SET = RuleSetRecord(
    title="Rà soát, sàng lọc đảng viên – bước 1",
    identifier="vn-screening-step1",
    version="2021-04-12",
    source="Hướng dẫn về rà soát, sàng lọc đảng viên",
    number="",
    issued="",
    clause="mục III, điểm 1",
    mark="V",
)


def make_contest(subject: str = "Đồng chí Nguyễn Văn Bình", agree: int = 12, *, detail: str = "") -> ContestRecord:
    """Return a contest of 15 valid ballots, one of them blank, with 12 of 18 needed."""
    return ContestRecord(
        subject=subject,
        detail=detail,
        options=(OptionRecord("Đồng ý", agree), OptionRecord("Không đồng ý", 14 - agree)),
        blank=OptionRecord("Phiếu trắng", 1),
        bases=BASES,
        tests=(TestRecord("Đồng ý", 12, 18, agree, passed=agree >= 12),),
        outcome="Đưa vào danh sách cần giáo dục, giúp đỡ" if agree >= 12 else "Không đưa vào danh sách",
        clause="mục III, điểm 1",
    )


def make_election(*contests: ContestRecord, title: str = "Rà soát, đưa vào danh sách") -> ElectionRecord:
    """Return an election with 18 in its base and 15 ballots."""
    return ElectionRecord(
        title=title,
        rule_set=RULE_SET,
        base=SealedBaseRecord(BASE, "22 chính thức − 3 miễn − 1 đình chỉ = 18", 19, "không trừ đảng viên bị đình chỉ"),
        thresholds=(ThresholdRecord("Đồng ý", "ít nhất hai phần ba cơ sở", 12, 18),),
        summoned=18,
        present=15,
        slips=SLIPS,
        key_words=("bàn", "sông", "lúa", "mây", "đèn", "cầu", "núi", "thuyền"),
        contests=contests or (make_contest(),),
    )


def make_minutes(*elections: ElectionRecord, rehearsal: bool = False) -> MinutesRecord:
    """Return minutes with every section filled."""
    return MinutesRecord(
        superior="Đảng bộ phường Ngọc Lâm",
        unit="Chi bộ tổ dân phố số 5",
        place="Nhà văn hóa tổ 5",
        date=date(2026, 1, 15),
        chair="Trần Thị Hòa",
        clerk="Lê Quang Minh",
        tellers=("Phạm Ngọc Ánh", "Đỗ Văn Khải", "Vũ Thị Hương"),
        form="Bỏ phiếu kín bằng điện thoại cá nhân hoặc máy đặt tại phòng họp.",
        network="Wi-Fi riêng của phòng họp, không nối Internet; trang bỏ phiếu không có chứng chỉ.",
        printing="Thư ký in thẻ tại phòng họp, có tổ kiểm phiếu chứng kiến.",
        rehearsal=rehearsal,
        attendance=AttendanceRecord(
            summoned=18,
            present=15,
            absent_excused=("Nguyễn Thị Lan", "Hoàng Văn Tú"),
            absent_unexcused=("Bùi Đức Thắng",),
            exempt=(
                ExemptMember("Nguyễn Văn Cường", "Tuổi cao, sức khỏe", "Nghị quyết 12-NQ/CB ngày 03/3/2025"),
                ExemptMember("Phan Thị Dung", "Lý do khác", "Quyết định 45-QĐ/ĐU ngày 10/6/2025"),
                ExemptMember("Trịnh Văn Em", "Tuổi cao, sức khỏe", "Nghị quyết 07-NQ/CB ngày 05/01/2024"),
            ),
            probationary=4,
            guests=1,
        ),
        elections=elections or (make_election(),),
        head=HEAD,
        annulled=(
            AnnulledElectionRecord(
                title="Rà soát, đưa vào danh sách (lần thứ nhất)",
                rule_set_title="Rà soát, sàng lọc đảng viên – bước 1",
                ground="Cơ sở tính sai: một đảng viên được miễn vẫn được tính.",
                repeated_as="Rà soát, đưa vào danh sách",
                issued=15,
                returned=15,
            ),
        ),
        incidents=("Mất điện 3 phút lúc 19 giờ 40; máy chủ chạy bằng pin, không mất phiếu nào.",),
        number="15-BB/CB",
        title="Rà soát, sàng lọc đảng viên không còn đủ tư cách",
        started="19 giờ 00",
        finished="20 giờ 30",
        keep_until=date(2026, 7, 15),
    )


def make_large_minutes(contests: int) -> MinutesRecord:
    """Return minutes of one election with so many contests."""
    people = (make_contest(f"Đồng chí Nguyễn Văn Số {number}", 8 + number % 7) for number in range(1, contests + 1))
    return make_minutes(make_election(*people))


def with_absentees(record: MinutesRecord, count: int) -> MinutesRecord:
    """Return the record with so many members absent with reason."""
    names = tuple(f"Nguyễn Thị Vắng Mặt {number}" for number in range(count))
    attendance = replace(record.attendance, summoned=count + 16, absent_excused=names)
    return replace(record, attendance=attendance)
