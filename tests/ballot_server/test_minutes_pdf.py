"""The minutes as PDF: what they say, that they balance, that nothing in a name is obeyed, that nothing runs over."""

from __future__ import annotations

import re
import socket
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy
import pytest

from ballot_server.i18n import Language
from ballot_server.minutes.balance import MinutesMismatchError
from ballot_server.minutes.composition import compose_minutes
from ballot_server.minutes.document import Facts, Heading, NameList, Paragraph, Table, Together, Tone, WritingLines
from ballot_server.minutes.election_composition import cite_source
from ballot_server.minutes.record import (
    AttendanceRecord,
    BaseRecord,
    ElectionRecord,
    MinutesRecord,
    OptionRecord,
    SlipCounts,
)
from ballot_server.minutes.render_minutes import render_minutes
from ballot_server.minutes.typesetting import REPLACEMENT, make_printable
from ballot_server.minutes.wording import Wording
from ballot_server.resources import find_templates
from tests.support.minutes_samples import (
    BASES,
    HEAD,
    RULE_SET,
    SLIPS,
    make_contest,
    make_election,
    make_large_minutes,
    make_minutes,
    with_absentees,
)
from tests.support.printed_minutes import find_last_row, list_stray_words, open_minutes, read_body

LONG_NAME = "Nguyễn Hoàng Phương Thảo Nguyên Bảo Khánh Trường Giang Quốc Dũng Minh Đức Anh Tú"

HARMLESS = {
    "include": '#include "/etc/passwd"',
    "maths": "$x^2$ $ sum_(i=0) $",
    "paragraph tag": "</para>",
    "image": "<img src=http://127.0.0.1:9/x.png>",
    "font tag": '<font color="[[[getattr(pow,1)]]]">',
    "bold": "*đậm* _nghiêng_ `mã` = tiêu đề",
    "label and reference": "<nhãn> @nhãn // chú thích /* khối */",
    "escapes": "\\u{41} \\n {{ }} ~ -- --- ...",
    "decomposed": unicodedata.normalize("NFD", "Nguyễn Thị Hường, Đỗ Ước"),
    "five thousand characters": "Ngọc" * 1250,
    "quotes": "\"thẳng\" 'đơn'",
}
REPLACED = {
    "right-to-left override": "Bình\u202egnộC",
    "right-to-left letters": "Bình \u05d0\u05d1 12",
    "zero width": "Bì\u200bnh\ufeff",
    "emoji": "Bình \U0001f600",
    "accents on accents": "Bình" + "\u0301" * 20,
    "control": "Bình\x00\x07",
    "lone surrogate": "Bình\ud800",
}


def squeeze(text: str) -> str:
    """Return a text without white space: where a line is broken is not compared."""
    return "".join(text.split())


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any attempt to open a socket fail."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.parametrize(
    "expected",
    [
        "ĐẢNG BỘ PHƯỜNG NGỌC LÂM",
        "CHI BỘ TỔ DÂN PHỐ SỐ 5",
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        "BIÊN BẢN KIỂM PHIẾU",
        "ngày 15 tháng 01 năm 2026",
        "18 (mười tám) người",
        "1. Nguyễn Thị Lan; 2. Hoàng Văn Tú.",
        "Nghị quyết 12-NQ/CB ngày 03/3/2025",
        "22 chính thức − 3 miễn − 1 đình chỉ = 18",
        "19 (mười chín) – không trừ đảng viên bị đình chỉ",
        "cần 12/18 phiếu",
        "(mã vn-screening-step1, phiên bản 2021-04-12, mức xác minh V)",
        "phiếu phát ra 15 = thẻ phát ra 16 − thẻ hủy 1 = thu về 15 + không thu về 0; thu về 15 = hợp lệ 15 +",
        "(bản sao không ghi số, ngày), mục III, điểm 1",
        "bàn · sông · lúa · mây · đèn · cầu · núi · thuyền",
        "Thẻ bỏ phiếu đã in 20 hai mươi",
        "Tổng số phiếu phát ra 15 mười lăm",
        "Tổng số phiếu thu về 15 mười lăm",
        "Tổng số phiếu hợp lệ 15 mười lăm",
        "Tổng số phiếu không hợp lệ 0 không",
        "Phiếu trắng 1 một 5,56% 5,56% 6,67%",
        "5 (năm) người, không bỏ phiếu (4 dự bị, 1 tạm thời đến)",
        "Đồng ý 12 mười hai 66,67% 66,67% 80,00%",
        "“Đồng ý” cần 12/18, được 12 – đạt.",
        "Kết luận: Đưa vào danh sách cần giáo dục, giúp đỡ (mục III, điểm 1).",
        "Cơ sở tính sai: một đảng viên được miễn vẫn được tính.",
        "Mất điện 3 phút",
        "K7M2 QX9R ABCD EFGH 1234 ABCD 5678 WXYZ",
        "TỔ TRƯỞNG",
        "CHỦ TRÌ",
    ],
)
def test_render_minutes_prints_what_the_record_holds(expected: str) -> None:
    assert squeeze(expected) in squeeze(read_body(open_minutes(make_minutes())))


def test_render_minutes_gives_the_same_bytes_for_the_same_record() -> None:
    assert render_minutes(make_minutes()) == render_minutes(make_minutes())


def test_render_minutes_gives_pdf_a_2b() -> None:
    metadata = open_minutes(make_minutes()).get_xml_metadata()
    assert re.findall(r"<pdfaid:(part|conformance)>(\w)<", metadata) == [("part", "2"), ("conformance", "B")]


def test_render_minutes_embeds_tinos_alone() -> None:
    document = open_minutes(make_minutes())
    names = {font[3].partition("+")[2] for page in document for font in page.get_fonts()}
    assert {name.partition("-")[0] for name in names} == {"Tinos"}


def test_render_minutes_numbers_every_page_of_all() -> None:
    document = open_minutes(make_large_minutes(14))
    last = document.page_count
    assert [f"Trang {place}/{last}" in page.get_text() for place, page in enumerate(document, 1)] == [True] * last


def test_render_minutes_prints_the_head_on_every_page() -> None:
    document = open_minutes(make_large_minutes(14))
    assert all("K7M2 QX9R ABCD EFGH 1234 ABCD 5678 WXYZ" in page.get_text() for page in document)


def test_render_minutes_prints_the_head_as_a_qr_code_that_reads_back() -> None:
    page = open_minutes(make_minutes())[-1]
    pixels = page.get_pixmap(dpi=200)
    image = numpy.frombuffer(pixels.samples, dtype=numpy.uint8).reshape(pixels.height, pixels.width, pixels.n)
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    assert text == HEAD


def test_render_minutes_prints_the_head_so_that_a_copy_of_its_text_has_its_groups() -> None:
    text = open_minutes(make_minutes())[-1].get_text().partition("Mã niêm phong của bảng điện tử")[2]
    assert text.split()[:8] == ["K7M2", "QX9R", "ABCD", "EFGH", "1234", "ABCD", "5678", "WXYZ"]


def test_render_minutes_marks_every_page_of_a_rehearsal() -> None:
    assert all("DIỄN TẬP" in page.get_text() for page in open_minutes(make_minutes(rehearsal=True)))


def test_render_minutes_prints_no_rehearsal_mark_for_a_real_meeting() -> None:
    assert not any("DIỄN TẬP" in page.get_text() for page in open_minutes(make_minutes()))


def test_render_minutes_keeps_seal_and_all_signatures_on_one_page_for_any_number_of_contests() -> None:
    for contests in range(1, 9):
        text = open_minutes(make_large_minutes(contests))[-1].get_text()
        assert all(word in text for word in ("Biên bản đã được đọc", "TỔ TRƯỞNG", "THƯ KÝ", "CHỦ TRÌ", "Trần Thị Hòa"))


def test_render_minutes_keeps_within_the_margins_for_names_of_eighty_letters() -> None:
    contest = make_contest(LONG_NAME, detail=LONG_NAME)
    record = replace(
        make_minutes(make_election(contest, contest, contest, contest), rehearsal=True),
        superior=LONG_NAME,
        unit=LONG_NAME,
        place=LONG_NAME,
        chair=LONG_NAME,
        clerk=LONG_NAME,
        tellers=(LONG_NAME,) * 5,
    )
    assert list_stray_words(open_minutes(record)) == []


def test_render_minutes_keeps_within_the_margins_for_one_word_without_spaces() -> None:
    word = "W" * 300
    contest = make_contest(word, detail=word)
    record = replace(
        make_minutes(make_election(*(contest,) * 4)), superior=word, place=word, chair=word, tellers=(word,)
    )
    assert list_stray_words(open_minutes(record)) == []


def test_render_minutes_prints_sixty_contests_each_once_and_within_the_margins() -> None:
    document = open_minutes(make_large_minutes(60))
    headings = re.findall(r"(?m)^1\.(\d+)\. ", "\n".join(page.get_text() for page in document))
    assert headings == [str(number) for number in range(1, 61)]
    assert list_stray_words(document) == []


def test_render_minutes_names_five_hundred_absentees_within_the_margins() -> None:
    document = open_minutes(with_absentees(make_minutes(), 500))
    assert "500.NguyễnThịVắngMặt499" in squeeze(read_body(document))
    assert list_stray_words(document) == []


def test_render_minutes_prints_a_meeting_of_one_voter() -> None:
    slips = SlipCounts(1, 1, 0, 0, 0, 1, 1, 0, 1, 0, 0)
    contest = replace(
        make_contest(), options=(OptionRecord("Đồng ý", 1),), blank=OptionRecord("Phiếu trắng", 0), tests=(), bases=()
    )
    election = replace(make_election(contest), summoned=1, present=1, slips=slips)
    record = replace(
        make_minutes(election), attendance=AttendanceRecord(1, 1, (), (), ()), tellers=("Một",), annulled=()
    )
    assert "1(một)người" in squeeze(read_body(open_minutes(record)))


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("name", HARMLESS)
def test_render_minutes_prints_text_as_text_for_injection(name: str) -> None:
    text = HARMLESS[name]
    record = replace(make_minutes(make_election(make_contest(text))), chair=text, incidents=(text,), place=text)
    body = squeeze(read_body(open_minutes(record)))
    assert body.count(squeeze(unicodedata.normalize("NFC", text))) >= 4


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("name", REPLACED)
def test_render_minutes_replaces_visibly_and_lists_what_cannot_be_printed(name: str) -> None:
    text = REPLACED[name]
    record = replace(make_minutes(make_election(make_contest(text))), chair=text, incidents=(text,))
    body = squeeze(read_body(open_minutes(record)))
    first = min(
        character for character in unicodedata.normalize("NFC", text) if make_printable(character) == REPLACEMENT
    )
    assert body.count(squeeze(make_printable(text))) >= 3
    assert f"U+{ord(first):04X}" in body


@pytest.mark.parametrize("text", [*HARMLESS.values(), "Đặng Thị Ỷ, ≥ 2/3 – “đạt” · − ½"])
def test_make_printable_changes_nothing_but_form_and_spaces_of_a_printable_text(text: str) -> None:
    assert make_printable(text) == " ".join(unicodedata.normalize("NFC", text).split())


def test_make_printable_keeps_every_vietnamese_letter() -> None:
    bases = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    letters = "".join(
        unicodedata.normalize("NFC", base + tone) for base in bases for tone in "\u0300\u0301\u0303\u0309\u0323"
    )
    assert make_printable(letters + bases + "đĐ") == letters + bases + "đĐ"


def test_templates_ask_for_no_package_and_read_no_file() -> None:
    for template in (find_templates() / "print").glob("*.typ"):
        source = template.read_text(encoding="utf-8")
        assert re.search(r'"@|\bread\(|\bplugin\(|\beval\(|https?:', source) is None, template.name


def change_slips(**counts: int) -> Callable[[ElectionRecord], ElectionRecord]:
    return lambda election: replace(election, slips=replace(SLIPS, **counts))


@pytest.mark.parametrize(
    ("change", "identity"),
    [
        (change_slips(printed=21), "printed = handed_out + left_over"),
        (change_slips(void=0), "issued = handed_out - void + paper_issued"),
        (change_slips(returned=14), "issued = returned + not_returned"),
        (change_slips(invalid=1), "returned = valid + invalid"),
        (lambda election: replace(election, present=14), "returned <= present"),
        (lambda election: replace(election, summoned=14), "present <= summoned"),
        (
            lambda election: replace(election, contests=(replace(make_contest(), blank=OptionRecord("Trắng", 2)),)),
            "options + blank = valid",
        ),
        (
            lambda election: replace(
                election, contests=(replace(make_contest(), marks=2, options=(OptionRecord("A", 13),)),)
            ),
            "valid - blank <= options",
        ),
        (
            lambda election: replace(
                election,
                contests=(replace(make_contest(), marks=2, options=tuple(OptionRecord(n, 10) for n in "ABC")),),
            ),
            "options <= marks * (valid - blank)",
        ),
    ],
)
def test_render_minutes_refuses_counts_that_do_not_balance(
    change: Callable[[ElectionRecord], ElectionRecord], identity: str
) -> None:
    with pytest.raises(MinutesMismatchError) as caught:
        render_minutes(make_minutes(change(make_election())))
    assert caught.value.fields["identity"] == identity


@pytest.mark.parametrize("mark", ["P", "I", "?"])
def test_compose_minutes_warns_for_a_rule_below_the_original_text(mark: str) -> None:
    election = replace(make_election(), rule_set=replace(RULE_SET, mark=mark))
    assert any("chưa đối chiếu văn bản gốc" in text for text in list_warnings(make_minutes(election)))


def test_compose_minutes_warns_where_no_version_was_in_force() -> None:
    election = replace(make_election(), rule_set=replace(RULE_SET, in_force=False))
    assert any("chưa đối chiếu văn bản gốc" in text for text in list_warnings(make_minutes(election)))


@pytest.mark.parametrize("mark", ["V", "S"])
def test_compose_minutes_does_not_warn_for_the_original_text(mark: str) -> None:
    election = replace(make_election(), rule_set=replace(RULE_SET, mark=mark))
    assert list_warnings(make_minutes(election)) == []


def list_warnings(record: MinutesRecord) -> list[str]:
    """Return the texts of the warnings among the blocks."""
    blocks = compose_minutes(record).blocks
    return [block.text for block in blocks if isinstance(block, Paragraph) and block.tone is Tone.WARNING]


def test_compose_minutes_numbers_sections_through_when_some_are_empty() -> None:
    record = replace(make_minutes(), annulled=(), incidents=())
    assert compose_minutes(record).closing[0] == Heading("VI. Niêm phong và ký xác nhận", 1)


def test_compose_minutes_leaves_lines_to_write_on_without_incidents() -> None:
    blocks = compose_minutes(replace(make_minutes(), incidents=())).blocks
    assert any(isinstance(block, Together) and WritingLines(3) in block.blocks for block in blocks)


def test_compose_minutes_leaves_room_for_the_hours_when_none_are_known() -> None:
    facts = list_facts(replace(make_minutes(), started="", finished=""))
    assert facts["Thời gian"] == ["ngày 15 tháng 01 năm 2026"]
    assert facts["Bắt đầu, kết thúc"] == ["từ ……………… đến ………………"]


def test_compose_minutes_names_nobody_without_a_vote_where_there_is_none() -> None:
    attendance = replace(make_minutes().attendance, probationary=0, guests=0)
    assert "Dự bị, khách có mặt" not in list_facts(replace(make_minutes(), attendance=attendance))


def list_facts(record: MinutesRecord) -> dict[str, list[str]]:
    """Return the values of all facts by label, in order."""
    facts: dict[str, list[str]] = {}
    for block in compose_minutes(record).blocks:
        if isinstance(block, Facts):
            for row in block.rows:
                facts.setdefault(row.label, []).append(row.value)
    return facts


def list_notes(record: MinutesRecord) -> list[str]:
    """Return the notes on how a text was read."""
    return [
        block.text
        for block in compose_minutes(record).blocks
        if isinstance(block, Paragraph) and block.text.startswith("Cách hiểu")
    ]


def make_evening(*readings: tuple[str, ...]) -> MinutesRecord:
    """Return minutes with one election for each tuple of readings, every one under a clause of its own."""
    return make_minutes(
        *(
            replace(make_election(), rule_set=replace(RULE_SET, readings=texts, clause=f"bước {step}"))
            for step, texts in enumerate(readings, 1)
        )
    )


@pytest.mark.parametrize(
    ("readings", "notes"),
    [
        ([("A.", "B."), ("A.", "B.")], ["A. B.", "như mục 1 ở trên."]),
        ([("A.",), ("A.", "B."), ("A.", "B.")], ["A.", *["như mục 1 ở trên, và thêm: B."] * 2]),
        ([("A.", "B."), ("A.",)], ["A. B.", "A."]),
        ([(), ("A.",), ("A.",)], ["A.", "như mục 2 ở trên."]),
    ],
    ids=["same", "one more", "one less", "none first"],
)
def test_compose_minutes_points_to_readings_that_stand_above(readings: list[tuple[str, ...]], notes: list[str]) -> None:
    assert list_notes(make_evening(*readings)) == [f"Cách hiểu đã áp dụng: {note}" for note in notes]


def test_compose_minutes_names_a_document_once_and_its_clause_each_time() -> None:
    assert list_facts(make_evening((), ()))["Căn cứ"] == [
        "Hướng dẫn về rà soát, sàng lọc đảng viên (bản sao không ghi số, ngày), bước 1",
        "Văn bản như mục 1 ở trên: bước 2",
    ]


def test_compose_minutes_names_another_document_in_full() -> None:
    other = replace(make_election(), rule_set=replace(RULE_SET, number="06-HD/TW"))
    cited = list_facts(make_minutes(make_election(), other))["Căn cứ"]
    assert cited[1] == "Hướng dẫn về rà soát, sàng lọc đảng viên số 06-HD/TW (bản sao không ghi ngày), mục III, điểm 1"


def test_compose_minutes_prints_no_share_of_blanks_on_a_base_without_them() -> None:
    contest = replace(make_contest(), bases=(BaseRecord("số phiếu chọn", 14, holds_blank=False), *BASES[2:]))
    (together,) = (block for block in compose_minutes(make_minutes(make_election(contest))).blocks if is_contest(block))
    (table,) = (block for block in together.blocks if isinstance(block, Table))
    assert table.rows[-1] == ("Phiếu trắng", "1", "một", "–", "6,67%")


def test_render_minutes_ends_no_page_with_a_heading_or_what_belongs_to_the_next_table() -> None:
    headers = ("Phương án", "Số liệu về phiếu", "TT", "Tỷ lệ tính trên", "Tổng hợp", "IV.", "1.", "2.")
    for absentees in range(0, 60, 4):
        people = tuple(f"Đồng chí {number}" for number in range(absentees % 7))
        election = make_election(*(make_contest(name) for name in people))
        record = with_absentees(make_minutes(election, make_election(), rehearsal=True), 7 + absentees)
        for page in open_minutes(replace(record, incidents=()))[:-1]:
            assert not find_last_row(page).startswith(headers)


def test_compose_minutes_shows_paper_in_a_column_of_its_own_in_a_mixed_vote() -> None:
    contest = replace(
        make_contest(),
        options=(OptionRecord("Đồng ý", 12, paper=3), OptionRecord("Không đồng ý", 2, paper=0)),
        blank=OptionRecord("Phiếu trắng", 1, paper=0),
    )
    (together,) = (block for block in compose_minutes(make_minutes(make_election(contest))).blocks if is_contest(block))
    (table,) = (block for block in together.blocks if isinstance(block, Table))
    assert [column.title for column in table.columns[:4]] == ["Phương án", "Điện tử", "Giấy", "Cộng"]
    assert table.rows[0][:4] == ("Đồng ý", "9", "3", "12")


def is_contest(block: object) -> bool:
    return isinstance(block, Together) and [type(inner) for inner in block.blocks[:2]] == [Heading, Table]


def test_compose_minutes_sums_up_several_contests_in_one_table() -> None:
    tables = [block for block in compose_minutes(make_large_minutes(5)).blocks if isinstance(block, Table)]
    assert tables[-1].rows[4][:4] == ("5", "Đồng chí Nguyễn Văn Số 5", "13 (72,22%)", "1 (5,56%)")


def test_compose_minutes_leaves_out_number_words_in_english() -> None:
    blocks = compose_minutes(make_minutes(), Language.ENGLISH).blocks
    tables = [
        inner for block in blocks if isinstance(block, Together) for inner in block.blocks if isinstance(inner, Table)
    ]
    assert [[column.title for column in table.columns][:2] for table in tables] == [
        ["Slips and ballots", "Number"],
        ["Option", "Ballots"],
    ]
    assert not any(column.title == "In words" for table in tables for column in table.columns)


def test_compose_minutes_lists_absentees_by_name() -> None:
    lists = [block.names for block in compose_minutes(make_minutes()).blocks if isinstance(block, NameList)]
    assert lists == [("Nguyễn Thị Lan", "Hoàng Văn Tú"), ("Bùi Đức Thắng",)]


@pytest.mark.parametrize(
    ("count", "base", "share"),
    [(12, 18, "66,67%"), (1, 8, "12,50%"), (1, 3, "33,33%"), (1, 16_000, "0,01%"), (18, 18, "100,00%"), (0, 0, "–")],
)
def test_write_share_rounds_half_up_to_two_decimals(count: int, base: int, share: str) -> None:
    assert Wording(Language.VIETNAMESE).write_share(count, base) == share


@pytest.mark.parametrize(
    ("number", "issued", "cited"),
    [
        ("06-HD/TW", "09/6/2025", "Hướng dẫn số 06-HD/TW ngày 09/6/2025, mục 3.6"),
        ("06-HD/TW", "", "Hướng dẫn số 06-HD/TW (bản sao không ghi ngày), mục 3.6"),
        ("", "09/6/2025", "Hướng dẫn ngày 09/6/2025 (bản sao không ghi số), mục 3.6"),
        ("", "", "Hướng dẫn (bản sao không ghi số, ngày), mục 3.6"),
    ],
)
def test_cite_source_says_what_a_copy_does_not_bear(number: str, issued: str, cited: str) -> None:
    rule_set = replace(RULE_SET, source="Hướng dẫn", number=number, issued=issued, clause="mục 3.6")
    assert cite_source(rule_set, Wording(Language.VIETNAMESE)) == cited
