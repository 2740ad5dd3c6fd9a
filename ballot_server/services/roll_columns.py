"""The vocabulary of a roll file: its columns and the words of its cells, in Vietnamese and English.

Words are compared after `fold_text`, so case, tone marks, spaces and underscores do not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from ballot_server.domain.member import Attendance, ExemptionBook, MemberClass
from ballot_server.services.plain_text import fold_text


class RollColumn(Enum):
    """A column of the roll; the value is its English heading."""

    NAME = "name"
    CARD_NUMBER = "card_number"
    CLASS = "class"
    EXEMPTION = "exemption"
    EXEMPTION_RESOLUTION = "exemption_resolution"
    EXEMPTION_FROM = "exemption_from"
    EXEMPTION_TO = "exemption_to"
    TRANSFERRED_OUT = "transferred_out"
    SUSPENDED = "suspended"
    EXCUSED_WHOLE_CONGRESS = "excused_whole_congress"
    INCUMBENT = "incumbent"
    POSITION = "position"
    ATTENDANCE = "attendance"
    NOTE = "note"
    LINE_NUMBER = "no"  # "STT", found in nearly every list; it is read past.


REQUIRED_COLUMNS = (RollColumn.NAME, RollColumn.CARD_NUMBER, RollColumn.CLASS)

# The first heading of each column is the one that the template shows.
VIETNAMESE_HEADINGS: Mapping[RollColumn, tuple[str, ...]] = {
    RollColumn.NAME: ("Họ và tên", "Họ tên", "Tên đảng viên", "Họ và tên đảng viên"),
    RollColumn.CARD_NUMBER: ("Số thẻ đảng viên", "Số thẻ", "Số thẻ đảng", "Số thẻ ĐV"),
    RollColumn.CLASS: ("Loại đảng viên", "Loại", "Diện đảng viên"),
    RollColumn.EXEMPTION: (
        "Miễn công tác và sinh hoạt",
        "Miễn công tác và sinh hoạt đảng",
        "Miễn",
        "Miễn sinh hoạt",
        "Miễn sinh hoạt đảng",
        "Diện miễn",
        "Lý do miễn",
    ),
    RollColumn.EXEMPTION_RESOLUTION: ("Nghị quyết miễn", "Số nghị quyết miễn", "Số nghị quyết", "Quyết định miễn"),
    RollColumn.EXEMPTION_FROM: ("Miễn từ ngày", "Miễn từ"),
    RollColumn.EXEMPTION_TO: ("Miễn đến ngày", "Miễn đến", "Miễn đến hết ngày"),
    RollColumn.TRANSFERRED_OUT: ("Sinh hoạt tạm thời nơi khác", "Chuyển sinh hoạt tạm thời", "Chuyển đi tạm thời"),
    RollColumn.SUSPENDED: ("Đình chỉ sinh hoạt", "Đình chỉ", "Bị đình chỉ", "Đình chỉ sinh hoạt đảng"),
    RollColumn.EXCUSED_WHOLE_CONGRESS: ("Vắng cả đại hội có lý do", "Vắng cả đại hội", "Vắng suốt đại hội có lý do"),
    RollColumn.INCUMBENT: ("Cấp ủy viên đương nhiệm", "Cấp ủy viên", "Đương nhiệm"),
    RollColumn.POSITION: ("Chức vụ", "Chức vụ đảng"),
    RollColumn.ATTENDANCE: ("Điểm danh", "Dự họp", "Tham dự"),
    RollColumn.NOTE: ("Ghi chú",),
    RollColumn.LINE_NUMBER: ("STT", "TT", "Số TT", "Số thứ tự"),
}

COLUMN_OF_HEADING: Mapping[str, RollColumn] = {
    fold_text(heading): column
    for column, headings in VIETNAMESE_HEADINGS.items()
    for heading in (column.value, *headings)
}

CLASS_OF_WORD: Mapping[str, MemberClass] = {
    fold_text(word): member_class
    for member_class, words in {
        MemberClass.OFFICIAL: ("official", "chính thức", "đảng viên chính thức"),
        MemberClass.PROBATIONARY: ("probationary", "dự bị", "đảng viên dự bị"),
        MemberClass.GUEST: (
            "guest",
            "sinh hoạt tạm thời",
            "sinh hoạt tạm thời đến",
            "tạm thời đến",
            "sinh hoạt đảng tạm thời",
        ),
    }.items()
    for word in words
}

EXEMPTION_OF_WORD: Mapping[str, ExemptionBook | None] = {
    fold_text(word): book
    for book, words in (
        (None, ("none", "no", "không", "không miễn", "0", "")),
        (
            ExemptionBook.AGE_HEALTH,
            (
                "age_health",
                "tuổi cao, sức yếu",
                "tuổi cao, sức khỏe yếu",
                "vì tuổi cao, sức yếu",
                "vì lý do tuổi cao, sức yếu",
                "vì lý do tuổi cao, sức khỏe yếu",
                "tuổi cao",
                "sức yếu",
                "sức khỏe yếu",
            ),
        ),
        (
            ExemptionBook.OTHER,
            (
                "other",
                "khác",
                "lý do khác",
                "vì lý do khác",
                "không vì tuổi cao, sức yếu",
                "không vì lý do tuổi cao, sức yếu",
                "không vì lý do tuổi cao",
            ),
        ),
    )
    for word in words
}

ATTENDANCE_OF_WORD: Mapping[str, Attendance] = {
    fold_text(word): attendance
    for attendance, words in {
        Attendance.PRESENT: ("present", "có mặt"),
        Attendance.ABSENT_EXCUSED: ("absent_excused", "vắng có lý do", "vắng có lí do", "vắng có phép"),
        Attendance.ABSENT_UNEXCUSED: (
            "absent_unexcused",
            "vắng không lý do",
            "vắng không lí do",
            "vắng không có lý do",
            "vắng không phép",
        ),
    }.items()
    for word in words
}

YES_OR_NO_OF_WORD: Mapping[str, bool] = {
    **{fold_text(word): True for word in ("yes", "x", "có", "1")},
    **{fold_text(word): False for word in ("no", "không", "0", "")},
}


def is_reduced_duties(word: str) -> bool:
    """Tell whether a folded word is "giảm": reduced duties, which exempt nobody.

    Source: guidance of source 003, A.I.5.1: "giảm, miễn" may both be asked for, and only "miễn" is resolved.
    """
    return word.split(" ")[0] == "giam" or word in {"reduced", "reduced duties"}
