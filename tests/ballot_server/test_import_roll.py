"""The roll import: all or nothing, every problem by row and column, and no file that crashes it."""

import io
import unicodedata
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from ballot_server.domain.member import Attendance, ExemptionBook, MemberClass, Roll
from ballot_server.i18n import Language, translate_error
from ballot_server.services.import_roll import read_roll
from ballot_server.services.roll_limits import LARGEST_FILE_BYTES, MOST_COLUMNS, MOST_MEMBERS
from ballot_server.services.roll_problem import RollCause, RollError, RollProblem, describe_roll_problem
from ballot_server.services.summarise_roll import find_lapsed_exemptions
from ballot_server.services.write_roll_template import FileExistsAlreadyError, write_roll_template

HEADINGS = (
    "Họ và tên,Số thẻ đảng viên,Loại đảng viên,Miễn công tác và sinh hoạt,Nghị quyết miễn,"
    "Miễn từ ngày,Miễn đến ngày,Đình chỉ sinh hoạt,Điểm danh,Ghi chú"
)
PLAIN = "Nguyễn Văn An,00123,chính thức,không,,,,,có mặt,"


def read_csv(*rows: str, headings: str = HEADINGS) -> Roll:
    return read_roll(("roll.csv", "\r\n".join((headings, *rows)).encode()))


def refuse_csv(*rows: str, headings: str = HEADINGS) -> RollProblem:
    """Return the one problem of a CSV roll."""
    with pytest.raises(RollError) as caught:
        read_csv(*rows, headings=headings)
    assert len(caught.value.problems) == 1, caught.value.problems
    return caught.value.problems[0]


def refuse(name: str, data: bytes) -> RollProblem:
    with pytest.raises(RollError) as caught:
        read_roll((name, data))
    return caught.value.problems[0]


def make_workbook(*rows: tuple[object, ...]) -> Workbook:
    workbook = Workbook()
    assert workbook.active is not None
    for row in rows:
        workbook.active.append(list(row))
    return workbook


def save(workbook: Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def replace_part(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """Return an XLSX with a piece of one part replaced."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in package.namelist():
            content = package.read(name)
            if name == part:
                assert old in content
                content = content.replace(old, new)
            copy.writestr(name, content)
    return result.getvalue()


def test_read_roll_returns_every_column_of_a_vietnamese_csv() -> None:
    roll = read_csv("Trần Thị Bình,00456,chính thức,lý do khác,12-QĐ/ĐU,01/02/2026,2026-12-31,có,vắng có lý do,đi xa")
    member = roll.entries[0].member
    assert (member.name, member.card_number, member.member_class) == ("Trần Thị Bình", "00456", MemberClass.OFFICIAL)
    assert member.exemption is not None
    assert member.exemption.book is ExemptionBook.OTHER
    assert (member.exemption.starts, member.exemption.ends) == (date(2026, 2, 1), date(2026, 12, 31))
    assert (member.exemption.resolution, member.suspended, member.note) == ("12-QĐ/ĐU", True, "đi xa")
    assert roll.entries[0].attendance is Attendance.ABSENT_EXCUSED


def test_read_roll_accepts_english_headings_in_any_order() -> None:
    headings = "attendance,incumbent,class,transferred_out,card_number,excused_whole_congress,position,name"
    roll = read_csv("absent_unexcused,1,probationary,yes,7,x,Secretary,An", headings=headings)
    member = roll.entries[0].member
    assert member.member_class is MemberClass.PROBATIONARY
    assert (member.transferred_out, member.excused_whole_congress, member.incumbent) == (True, True, True)
    assert (member.position, roll.entries[0].attendance) == ("Secretary", Attendance.ABSENT_UNEXCUSED)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_read_roll_accepts_each_delimiter_with_or_without_bom(delimiter: str, mark: str) -> None:
    text = mark + "\n".join((HEADINGS, PLAIN)).replace(",", delimiter)
    assert read_roll(("roll.csv", text.encode())).entries[0].member.card_number == "00123"


@pytest.mark.parametrize("heading", ["HO VA TEN", "  họ   và tên ", "Ho_va_ten", "HỌ VÀ TÊN", "name"])
def test_read_roll_accepts_heading_whatever_case_tone_marks_or_spaces(heading: str) -> None:
    assert read_csv(PLAIN, headings=HEADINGS.replace("Họ và tên", heading)).entries[0].member.name == "Nguyễn Văn An"


@pytest.mark.parametrize(
    ("word", "member_class"),
    [
        ("official", MemberClass.OFFICIAL),
        ("CHÍNH THỨC", MemberClass.OFFICIAL),
        ("chinh thuc", MemberClass.OFFICIAL),
        ("dự bị", MemberClass.PROBATIONARY),
        ("guest", MemberClass.GUEST),
        ("Sinh hoạt tạm thời đến", MemberClass.GUEST),
    ],
)
def test_read_roll_understands_class_in_both_languages(word: str, member_class: MemberClass) -> None:
    assert read_csv(PLAIN.replace("chính thức", word)).entries[0].member.member_class is member_class


@pytest.mark.parametrize(
    ("word", "book"),
    [
        ('"tuổi cao, sức yếu"', ExemptionBook.AGE_HEALTH),
        ("age_health", ExemptionBook.AGE_HEALTH),
        ("khác", ExemptionBook.OTHER),
        ("Lý do khác", ExemptionBook.OTHER),
        ("other", ExemptionBook.OTHER),
    ],
)
def test_read_roll_understands_exemption_in_both_languages(word: str, book: ExemptionBook) -> None:
    roll = read_csv(f"An,1,official,{word},,2026-01-01,2026-12-31,,present,")
    exemption = roll.entries[0].member.exemption
    assert exemption is not None
    assert exemption.book is book


@pytest.mark.parametrize("word", ["none", "không", "khong", ""])
def test_read_roll_gives_no_exemption_where_the_word_says_none(word: str) -> None:
    assert read_csv(f"An,1,official,{word},,,,,present,").entries[0].member.exemption is None


def test_read_roll_accepts_age_exemption_without_end() -> None:
    exemption = read_csv("An,1,official,age_health,,2026-01-01,,,present,").entries[0].member.exemption
    assert exemption is not None
    assert exemption.ends is None


@pytest.mark.parametrize(("word", "said"), [("x", True), ("Có", True), ("1", True), ("không", False), ("0", False)])
def test_read_roll_understands_yes_and_no(word: str, said: bool) -> None:
    assert read_csv(f"An,1,official,,,,,{word},present,").entries[0].member.suspended is said


def test_read_roll_composes_a_name_typed_in_decomposed_letters() -> None:
    name = unicodedata.normalize("NFD", "Nguyễn Thị Hường")
    assert read_csv(PLAIN.replace("Nguyễn Văn An", name)).entries[0].member.name == "Nguyễn Thị Hường"


def test_read_roll_skips_empty_rows_and_counts_them_in_row_numbers() -> None:
    problem = refuse_csv(PLAIN, ",,,,,,,,,", "", "Lê Thị Cúc,9,lạ,,,,,,có mặt,")
    assert (problem.cause, problem.row) == (RollCause.UNKNOWN_CLASS, 5)


def test_read_roll_takes_missing_attendance_as_absent_so_far() -> None:
    assert (
        read_csv("An,1,official", headings="name,card_number,class").entries[0].attendance
        is Attendance.ABSENT_UNEXCUSED
    )


def test_read_roll_refuses_missing_attendance_where_it_is_needed() -> None:
    with pytest.raises(RollError) as caught:
        read_roll(("roll.csv", b"name,card_number,class\nAn,1,official"), attendance_needed=True)
    assert caught.value.problems == (RollProblem(RollCause.MISSING_COLUMN, 1, "Điểm danh", "attendance"),)


def test_read_roll_reads_past_a_column_of_line_numbers() -> None:
    assert read_csv(f"1,{PLAIN}", headings=f"STT,{HEADINGS}").entries[0].member.name == "Nguyễn Văn An"


CLASS, EXEMPTION, STARTS, ENDS = (
    "Loại đảng viên",
    "Miễn công tác và sinh hoạt",
    "Miễn từ ngày",
    "Miễn đến ngày",
)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("An,1,đoàn viên,,,,,,có mặt,", RollProblem(RollCause.UNKNOWN_CLASS, 2, CLASS, "đoàn viên")),
        ("An,1,chính thức,miễn,,,,,có mặt,", RollProblem(RollCause.UNKNOWN_EXEMPTION, 2, EXEMPTION, "miễn")),
        ("An,1,chính thức,Giảm,,,,,có mặt,", RollProblem(RollCause.REDUCED_IS_NOT_EXEMPT, 2, EXEMPTION, "Giảm")),
        ("An,1,chính thức,,,,,,vắng,", RollProblem(RollCause.UNKNOWN_ATTENDANCE, 2, "Điểm danh", "vắng")),
        ("An,1,chính thức,,,,,maybe,có mặt,", RollProblem(RollCause.UNKNOWN_YES_NO, 2, "Đình chỉ sinh hoạt", "maybe")),
        ("An,1,chính thức,,,,,?,có mặt,", RollProblem(RollCause.UNKNOWN_YES_NO, 2, "Đình chỉ sinh hoạt", "?")),
        (
            "An,1,chính thức,khác,,31/02/2026,1/3/2026,,có mặt,",
            RollProblem(RollCause.IMPOSSIBLE_DATE, 2, STARTS, "31/02/2026"),
        ),
        (
            "An,1,chính thức,khác,,2026-3-1,2/3/2026,,có mặt,",
            RollProblem(RollCause.IMPOSSIBLE_DATE, 2, STARTS, "2026-3-1"),
        ),
        (
            "An,1,chính thức,khác,,2/3/2026,1/3/2026,,có mặt,",
            RollProblem(RollCause.EXEMPTION_ENDS_BEFORE_START, 2, ENDS, "1/3/2026", "2/3/2026"),
        ),
        ("An,1,chính thức,age_health,,,,,có mặt,", RollProblem(RollCause.EXEMPTION_WITHOUT_START, 2, STARTS)),
        ("An,1,chính thức,khác,,1/3/2026,,,có mặt,", RollProblem(RollCause.BOOK_TWO_WITHOUT_END, 2, ENDS)),
        (
            "An,1,chính thức,không,,1/3/2026,,,có mặt,",
            RollProblem(RollCause.DETAILS_WITHOUT_EXEMPTION, 2, STARTS, "1/3/2026"),
        ),
        (",1,chính thức,,,,,,có mặt,", RollProblem(RollCause.MISSING_VALUE, 2, "Họ và tên")),
        ("An,,chính thức,,,,,,có mặt,", RollProblem(RollCause.MISSING_VALUE, 2, "Số thẻ đảng viên")),
        ("An,1,,,,,,,có mặt,", RollProblem(RollCause.MISSING_VALUE, 2, CLASS)),
        (
            "An,=1+1,chính thức,,,,,,có mặt,",
            RollProblem(RollCause.FORMULA, 2, "Số thẻ đảng viên", "=1+1"),
        ),
        (
            "An,1,chính thức,,,,,,có mặt,ok,thừa",
            RollProblem(RollCause.CELL_WITHOUT_HEADING, 2, "K", "thừa"),
        ),
        ("A\0n,1,chính thức,,,,,,có mặt,", RollProblem(RollCause.HIDDEN_CHARACTER, 2, "Họ và tên", "A\0n", "U+0000")),
        (
            "A\u202en,1,chính thức,,,,,,có mặt,",
            RollProblem(RollCause.HIDDEN_CHARACTER, 2, "Họ và tên", "A\u202en", "U+202E"),
        ),
        (
            "A\u200bn,1,chính thức,,,,,,có mặt,",
            RollProblem(RollCause.HIDDEN_CHARACTER, 2, "Họ và tên", "A\u200bn", "U+200B"),
        ),
    ],
)
def test_read_roll_refuses_row_naming_row_and_column(row: str, problem: RollProblem) -> None:
    found = refuse_csv(row)
    assert found == problem
    sentence = describe_roll_problem(found, Language.VIETNAMESE)
    assert sentence.startswith("Dòng 2, cột ")
    assert problem.column in sentence


def test_describe_roll_problem_explains_that_reduced_duties_are_no_exemption() -> None:
    sentence = describe_roll_problem(refuse_csv("An,1,chính thức,giảm,,,,,có mặt,"), Language.VIETNAMESE)
    assert "không phải miễn" in sentence
    assert "vẫn tính vào tổng số" in sentence


def test_describe_roll_problem_shows_no_hidden_character() -> None:
    sentence = describe_roll_problem(refuse_csv("A\u202e\x1b[2Jn,1,official,,,,,,present,"), Language.ENGLISH)
    assert sentence.isprintable()


def test_read_roll_refuses_one_card_number_twice_naming_both_rows() -> None:
    problem = refuse_csv(PLAIN, "Lê Thị Cúc,00124,chính thức,,,,,,có mặt,", "Lê Văn Dũng,001 23,dự bị,,,,,,có mặt,")
    assert problem == RollProblem(RollCause.DOUBLED_CARD_NUMBER, 4, "Số thẻ đảng viên", "001 23", "2")
    assert "Dòng 4" in describe_roll_problem(problem, Language.VIETNAMESE)
    assert "dòng 2" in describe_roll_problem(problem, Language.VIETNAMESE)


def test_read_roll_collects_every_problem_of_the_file() -> None:
    with pytest.raises(RollError) as caught:
        read_csv("An,1,lạ,giảm,,,,,có mặt,", PLAIN, ",00123,chính thức,,,,,,đi vắng,")
    assert [(problem.row, problem.cause) for problem in caught.value.problems] == [
        (2, RollCause.UNKNOWN_CLASS),
        (2, RollCause.REDUCED_IS_NOT_EXEMPT),
        (4, RollCause.MISSING_VALUE),
        (4, RollCause.UNKNOWN_ATTENDANCE),
        (4, RollCause.DOUBLED_CARD_NUMBER),
    ]


def test_translate_error_says_how_many_places_and_where() -> None:
    with pytest.raises(RollError) as caught:
        read_csv("An,1,lạ,,,,,,có mặt,", ",2,chính thức,,,,,,có mặt,")
    sentence = translate_error(caught.value, Language.VIETNAMESE)
    assert "2 chỗ phải sửa (2 “Loại đảng viên”, 3 “Họ và tên”)" in sentence


@pytest.mark.parametrize(
    ("headings", "problem"),
    [
        ("name,class", RollProblem(RollCause.MISSING_COLUMN, 1, "Số thẻ đảng viên", "card_number")),
        ("name,card_number,class,birthday", RollProblem(RollCause.UNKNOWN_COLUMN, 1, "birthday", "D")),
        ("name,card_number,class,Họ tên", RollProblem(RollCause.DOUBLED_COLUMN, 1, "Họ tên", "D", "name")),
    ],
)
def test_read_roll_refuses_wrong_headings_naming_the_column(headings: str, problem: RollProblem) -> None:
    row = ",".join("official" if heading == "class" else "1" for heading in headings.split(","))
    found = refuse_csv(row, headings=headings)
    assert found == problem
    sentence = describe_roll_problem(found, Language.VIETNAMESE)
    assert sentence.startswith("Dòng 1")
    assert problem.column in sentence


@pytest.mark.parametrize("data", [b"", b"\n\n", b" , ,\n"])
def test_read_roll_refuses_empty_file(data: bytes) -> None:
    assert refuse("roll.csv", data).cause is RollCause.EMPTY_FILE


def test_read_roll_refuses_file_of_headings_only() -> None:
    assert refuse_csv().cause is RollCause.NO_MEMBERS


def test_read_roll_refuses_text_that_is_not_utf8_naming_the_row() -> None:
    data = "\n".join((HEADINGS, PLAIN)).encode() + "\nLê,2,chính thức".encode("cp1258", errors="replace") + b"\xff"
    problem = refuse("roll.csv", data)
    assert (problem.cause, problem.row) == (RollCause.NOT_UTF8, 3)


def test_read_roll_refuses_broken_quotes_naming_the_row() -> None:
    problem = refuse_csv('"An"x,1,chính thức,,,,,,có mặt,')
    assert (problem.cause, problem.row) == (RollCause.BROKEN_QUOTES, 2)


def test_read_roll_refuses_cell_longer_than_a_name_can_be() -> None:
    assert refuse_csv(f"{'a' * 5001},1,chính thức,,,,,,có mặt,").cause is RollCause.TEXT_TOO_LONG


def test_read_roll_refuses_too_many_rows() -> None:
    data = b"name,card_number,class\n" + b"a,b,c\n" * (MOST_MEMBERS + 1)
    assert refuse("roll.csv", data).cause is RollCause.TOO_MANY_ROWS


def test_read_roll_refuses_too_many_columns() -> None:
    assert refuse("roll.csv", b"a," * MOST_COLUMNS + b"a").cause is RollCause.TOO_MANY_COLUMNS


def test_read_roll_refuses_too_large_file() -> None:
    assert refuse("roll.csv", b"a" * (LARGEST_FILE_BYTES + 1)).cause is RollCause.FILE_TOO_LARGE


@pytest.mark.parametrize("name", ["roll.xls", "roll.ods", "roll", "roll.xlsm"])
def test_read_roll_refuses_other_kinds_of_file(name: str) -> None:
    assert refuse(name, b"").cause is RollCause.UNKNOWN_KIND


def test_read_roll_refuses_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RollError) as caught:
        read_roll(tmp_path / "roll.csv")
    assert caught.value.problems[0].cause is RollCause.FILE_NOT_FOUND


ENGLISH = ("name", "card_number", "class", "exemption", "exemption_from", "exemption_to", "note")


def read_cell(column: str, value: object, number_format: str = "General") -> Roll:
    """Read a one-row XLSX roll with one cell set."""
    row = {"name": "An", "card_number": "1", "class": "official", column: value}
    if column.startswith("exemption_"):
        row["exemption"] = "other"
    workbook = make_workbook(ENGLISH, tuple(row.get(heading) for heading in ENGLISH))
    assert workbook.active is not None
    workbook.active.cell(row=2, column=ENGLISH.index(column) + 1).number_format = number_format
    return read_roll(("roll.xlsx", save(workbook)))


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (123, "00000", "00123"),
        (123, "General", "123"),
        (123456, "00000", "123456"),
        (2386, r"00\.000\.000", "00.002.386"),
        (59002386, '00" "000" "000', "59 002 386"),
        (7, '"ĐV-"000', "ĐV-007"),
        (0, "0", "0"),
        ("00123", "@", "00123"),
    ],
)
def test_read_roll_keeps_card_number_as_the_spreadsheet_shows_it(value: object, number_format: str, shown: str) -> None:
    assert read_cell("card_number", value, number_format).entries[0].member.card_number == shown


@pytest.mark.parametrize(
    ("value", "number_format"),
    [(1234, "#,##0"), (1.5, "General"), (1234, "0.00E+00"), (10**16, "General"), (-5, "General")],
)
def test_read_roll_refuses_number_that_is_not_plainly_one_text(value: float, number_format: str) -> None:
    with pytest.raises(RollError) as caught:
        read_cell("card_number", value, number_format)
    assert (caught.value.problems[0].cause, caught.value.problems[0].row) == (RollCause.UNCLEAR_NUMBER, 2)


def test_read_roll_refuses_card_number_that_became_a_date() -> None:
    with pytest.raises(RollError) as caught:
        read_cell("card_number", date(2026, 12, 1), "d-mmm")
    assert caught.value.problems == (RollProblem(RollCause.DATE_IN_TEXT, 2, "card_number", "01/12/2026"),)


def test_read_roll_reads_real_spreadsheet_dates() -> None:
    row = ("An", "1", "official", "other", datetime.combine(date(2026, 1, 2), time()), date(2026, 3, 4), "")
    exemption = read_roll(("roll.xlsx", save(make_workbook(ENGLISH, row)))).entries[0].member.exemption
    assert exemption is not None
    assert (exemption.starts, exemption.ends) == (date(2026, 1, 2), date(2026, 3, 4))


def test_read_roll_refuses_formula_in_workbook() -> None:
    with pytest.raises(RollError) as caught:
        read_cell("name", '=HYPERLINK("http://example.org","An")')
    assert (caught.value.problems[0].cause, caught.value.problems[0].column) == (RollCause.FORMULA, "name")


def test_read_roll_refuses_error_cell() -> None:
    with pytest.raises(RollError) as caught:
        read_cell("name", "#REF!")
    assert caught.value.problems[0].cause is RollCause.SPREADSHEET_ERROR


def test_read_roll_refuses_merged_cells() -> None:
    workbook = make_workbook(ENGLISH, ("An", "1", "official"), ("Bình", "2", "official"))
    assert workbook.active is not None
    workbook.active.merge_cells("C2:C3")
    assert refuse("roll.xlsx", save(workbook)) == RollProblem(RollCause.MERGED_CELLS, 2, value="C2:C3")


def test_read_roll_refuses_two_sheets_with_data() -> None:
    workbook = make_workbook(ENGLISH, ("An", "1", "official"))
    workbook.create_sheet("khác").append(["An"])
    assert refuse("roll.xlsx", save(workbook)).cause is RollCause.SEVERAL_SHEETS


def test_read_roll_ignores_an_empty_second_sheet() -> None:
    workbook = make_workbook(ENGLISH, ("An", "1", "official"))
    workbook.create_sheet("Sheet2")
    assert len(read_roll(("roll.xlsx", save(workbook))).entries) == 1


def test_read_roll_refuses_workbook_reaching_past_the_last_row() -> None:
    workbook = make_workbook(ENGLISH, ("An", "1", "official"))
    assert workbook.active is not None
    workbook.active.cell(row=1_048_576, column=1, value="An")
    assert refuse("roll.xlsx", save(workbook)).cause is RollCause.TOO_MANY_ROWS


def test_read_roll_refuses_workbook_reaching_past_the_last_column() -> None:
    workbook = make_workbook(ENGLISH, ("An", "1", "official"))
    assert workbook.active is not None
    workbook.active.cell(row=1, column=16_384, value="name")
    assert refuse("roll.xlsx", save(workbook)).cause is RollCause.TOO_MANY_COLUMNS


def test_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    file = io.BytesIO(save(make_workbook(ENGLISH)))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/bomb.bin", "w") as bomb:
        for _ in range(60):
            bomb.write(bytes(2**20))
    assert len(file.getvalue()) < LARGEST_FILE_BYTES
    assert refuse("roll.xlsx", file.getvalue()).cause is RollCause.UNZIPPED_TOO_LARGE


def test_xml_bomb_is_refused_before_an_entity_grows() -> None:
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9)
    )
    data = replace_part(
        save(make_workbook(ENGLISH)), "xl/worksheets/sheet1.xml", b"<worksheet", entities + b"]><worksheet"
    )
    assert refuse("roll.xlsx", data).cause is RollCause.BROKEN_WORKBOOK


def test_external_entity_is_refused_and_reads_no_file() -> None:
    doctype = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><workbook'
    data = replace_part(save(make_workbook(ENGLISH)), "xl/workbook.xml", b"<workbook", doctype)
    assert refuse("roll.xlsx", data).cause is RollCause.BROKEN_WORKBOOK


def test_truncated_zip_is_refused() -> None:
    data = save(make_workbook(ENGLISH, ("An", "1", "official")))
    for length in range(0, len(data), 97):
        assert refuse("roll.xlsx", data[:length]).cause is RollCause.BROKEN_WORKBOOK


def test_zip_that_is_no_workbook_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("hello.txt", "hello")
    assert refuse("roll.xlsx", file.getvalue()).cause is RollCause.BROKEN_WORKBOOK


def read_or_refuse(name: str, data: bytes) -> None:
    """Read hostile bytes: a roll or a RollError, whose every problem has its sentence, and nothing else."""
    try:
        read_roll((name, data))
    except RollError as error:
        for problem in error.problems:
            assert describe_roll_problem(problem, Language.VIETNAMESE)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_as_csv_end_in_no_crash(data: bytes) -> None:
    read_or_refuse("roll.csv", data)
    read_or_refuse("roll.csv", HEADINGS.encode() + b"\n" + data)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=100))
def test_random_text_as_csv_row_ends_in_no_crash(text: str) -> None:
    read_or_refuse("roll.csv", f"{HEADINGS}\n{text}".encode())


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_as_workbook_end_in_no_crash(data: bytes) -> None:
    read_or_refuse("roll.xlsx", b"PK\x03\x04" + data)


GOOD_WORKBOOK = save(make_workbook(ENGLISH, ("An", 1, "official", "other", date(2026, 1, 2), date(2026, 3, 4), "")))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(GOOD_WORKBOOK) - 1), st.integers(1, 255))
def test_workbook_with_a_byte_changed_ends_in_no_crash(place: int, change: int) -> None:
    data = bytearray(GOOD_WORKBOOK)
    data[place] ^= change
    read_or_refuse("roll.xlsx", bytes(data))


def test_find_lapsed_exemptions_returns_who_counts_again_the_day_after() -> None:
    roll = read_csv(
        "An,1,official,other,,1/1/2025,31/12/2025,,present,", "Bình,2,official,age_health,,1/1/2025,,,present,"
    )
    assert find_lapsed_exemptions(roll, date(2025, 12, 31)) == ()
    assert [member.name for member in find_lapsed_exemptions(roll, date(2026, 1, 1))] == ["An"]


def test_write_roll_template_writes_what_read_roll_accepts(tmp_path: Path) -> None:
    write_roll_template(tmp_path / "mẫu.xlsx")
    roll = read_roll(tmp_path / "mẫu.xlsx", attendance_needed=True)
    assert [entry.member.card_number for entry in roll.entries] == ["00123456", "00123457"]


def list_choices(path: Path) -> list[tuple[int, str]]:
    """Return the column and the words of every choice that a template offers."""
    sheet = load_workbook(path).active
    assert sheet is not None
    return [
        (next(iter(validation.sqref.ranges)).min_col, choice)
        for validation in sheet.data_validations.dataValidation
        for choice in str(validation.formula1).strip('"').split(",")
    ]


def list_causes(data: bytes) -> set[RollCause]:
    try:
        read_roll(("roll.xlsx", data))
    except RollError as error:
        return {problem.cause for problem in error.problems}
    return set()


def test_write_roll_template_offers_only_choices_that_read_roll_understands(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    write_roll_template(path)
    for column, choice in list_choices(path):
        workbook = load_workbook(path)
        assert workbook.active is not None
        workbook.active.cell(row=3, column=column, value=choice)
        assert list_causes(save(workbook)) <= {RollCause.DETAILS_WITHOUT_EXEMPTION}, choice


def test_write_roll_template_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "roll.xlsx").write_bytes(b"mine")
    with pytest.raises(FileExistsAlreadyError):
        write_roll_template(tmp_path / "roll.xlsx")
    assert (tmp_path / "roll.xlsx").read_bytes() == b"mine"
