"""What the sample meeting prints: minutes that say what was counted, slips that work, no name where none belongs."""

from __future__ import annotations

import csv
import re
import unicodedata
from hashlib import sha256

import pymupdf
import pytest

from ballot_server.minutes.typesetting import REPLACEMENT
from crypto.base32 import encode_base32
from crypto.board import HEAD_CHARACTERS
from crypto.bodies import EntryKind
from crypto.credential import SLOTS, compute_key_fingerprint, derive_credential, format_key_fingerprint
from crypto.encoding import decode_base64
from crypto.slip import LONGEST_URL, MeetingCode, parse_slip_fragment
from tests.support.command_line import SAMPLE
from tests.support.printed_files import (
    PrintedSlip,
    count_missing_glyphs,
    decode_qr_code,
    list_fonts,
    read_slips,
    read_text,
    squeeze,
)
from tests.support.rehearsals import Rehearsal

PRINTED_SLIPS = 14 + 2
URL = re.compile(r"http://127\.0\.0\.1:[0-9]{4,5}/v#([0-9A-Z]{8})\.([0-9A-Z]{20})\.([0-9A-Z]{16})")
VOTED_ON = {"Đặng Văn Khôi", "Bùi Thị Kim Oanh", "Đỗ Mạnh Cường"}


@pytest.fixture(scope="module")
def slips(sample: Rehearsal) -> list[PrintedSlip]:
    return read_slips(sample.out / "slips.pdf")


@pytest.fixture(scope="module")
def minutes(sample: Rehearsal) -> str:
    return squeeze(read_text(sample.out / "minutes.pdf"))


def group(text: str) -> str:
    """Return a text in groups of four."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def read_roll() -> list[tuple[str, str]]:
    """Return name and card number of everybody on the sample's roll."""
    with (SAMPLE / "roll.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["Họ và tên"], row["Số thẻ đảng viên"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    "expected",
    [
        "ĐẢNG BỘ PHƯỜNG NGỌC LÂM",
        "CHI BỘ TỔ DÂN PHỐ SỐ 5",
        "Chi bộ tổ dân phố số 5",
        "ngày 15 tháng 01 năm 2026",
        "Triệu tập: 18 (mười tám) người",
        "Có mặt: 14 (mười bốn) người",
        "Vắng có lý do: 1. Trương Văn Hải; 2. Mai Thị Ánh Tuyết; 3. Hồ Sỹ Phúc.",
        "Vắng không lý do: 1. Tạ Quang Huy.",
        "22 chính thức − 3 được miễn − 1 bị đình chỉ = 18",
        "19 (mười chín) – nếu chỉ trừ đảng viên được miễn",
        "“Đồng ý” từ hai phần ba trở lên: cần 12/18 phiếu",
        "“Đồng ý” từ một nửa trở lên: cần 9/18 phiếu",
        "Đồng ý 12 mười hai 66,67% 66,67% 85,71%",
        "Đồng ý 11 mười một 61,11% 61,11% 78,57%",
        "Không đồng ý 9 chín 50,00% 50,00% 69,23%",
        "“Đồng ý” cần 12/18, được 12 – đạt.",
        "“Đồng ý” cần 12/18, được 11 – không đạt.",
        "“Đồng ý” cần 9/18, được 9 – đạt.",
        "“Đồng ý” cần 12/18, được 3 – không đạt.",
        "trước khi xem xét, quyết định đưa ra khỏi Đảng (phần A, mục III, bước 1, đoạn thứ ba).",
        "Kết luận: Không đưa vào danh sách đảng viên cần được chi bộ giáo dục, giúp đỡ (phần A, mục III, bước 1",
        "Kết luận: Công nhận sự tiến bộ của đảng viên (phần A, mục III, bước 3, gạch đầu dòng thứ nhất).",
        "Báo cáo cấp ủy cấp trên trực tiếp phê duyệt danh sách",
        "Trừ thêm đảng viên chuyển sinh hoạt tạm thời và đảng viên bị đình chỉ sinh hoạt là cách hiểu",
        "chỉ khi cả hai lần bỏ phiếu đều không đạt thì xem xét giúp đỡ thêm 12 tháng",
        "(mã vn-screening-step1,",
        "số phiếu thu về 13 mười ba Số phiếu không thu về (chưa bỏ) 1 một",
        "Đây là biên bản diễn tập, không có giá trị.",
    ],
)
def test_minutes_say(minutes: str, expected: str) -> None:
    assert squeeze(expected) in minutes


def test_minutes_are_as_short_as_three_elections_allow(sample: Rehearsal) -> None:
    assert 3 <= pymupdf.open(sample.out / "minutes.pdf").page_count <= 7


def test_minutes_name_tellers_clerk_and_chair_above_their_signatures(sample: Rehearsal) -> None:
    last_page = pymupdf.open(sample.out / "minutes.pdf")[-1].get_text()
    signing = ("Phạm Thị Thu Hà", "Hoàng Đức Long", "Vũ Thị Minh Nguyệt", "Lê Quang Vinh", "Nguyễn Văn Thành")
    assert all(name in last_page for name in signing)


def test_minutes_print_the_head_in_groups_on_every_page(sample: Rehearsal) -> None:
    head = group(encode_base32(bytes.fromhex(sample.result["board_head"]), HEAD_CHARACTERS))
    assert all(head in " ".join(page.get_text().split()) for page in pymupdf.open(sample.out / "minutes.pdf"))


def test_minutes_carry_the_head_as_a_qr_code(sample: Rehearsal) -> None:
    head = encode_base32(bytes.fromhex(sample.result["board_head"]), HEAD_CHARACTERS)
    assert decode_qr_code(pymupdf.open(sample.out / "minutes.pdf")[-1]) == head


def test_minutes_are_the_file_that_the_board_names(sample: Rehearsal) -> None:
    [entry] = sample.list_entries(EntryKind.MINUTES)
    assert entry.body["sha256"] == sha256((sample.out / "minutes.pdf").read_bytes()).hexdigest()


def test_numbers_on_the_board_are_those_of_the_result(sample: Rehearsal) -> None:
    [entry] = sample.list_entries(EntryKind.MINUTES)
    assert entry.body["numbers"] == {"elections": sample.result["elections"]}


@pytest.mark.parametrize("name", ["minutes.pdf", "slips.pdf"])
def test_print_uses_the_embedded_tinos_and_no_other_font(sample: Rehearsal, name: str) -> None:
    fonts = list_fonts(sample.out / name)
    assert fonts
    assert {font.split("+")[-1].split("-")[0] for font in fonts} == {"Tinos"}
    assert all(fonts.values())


@pytest.mark.parametrize("name", ["minutes.pdf", "slips.pdf"])
def test_print_shows_every_letter_composed_and_no_box_for_one(sample: Rehearsal, name: str) -> None:
    text = read_text(sample.out / name)
    assert unicodedata.is_normalized("NFC", text)
    assert not set(text) & {REPLACEMENT, "\ufffd", "\x00"}
    assert count_missing_glyphs(sample.out / name) == 0


def test_slips_are_as_many_as_were_printed(sample: Rehearsal, slips: list[PrintedSlip]) -> None:
    assert len(slips) == PRINTED_SLIPS == sample.result["elections"][0]["printed"]
    assert len({slip.url for slip in slips}) == PRINTED_SLIPS


def test_slips_hold_an_address_short_enough_for_their_qr_code(slips: list[PrintedSlip]) -> None:
    assert all(URL.fullmatch(slip.url) and len(slip.url) <= LONGEST_URL for slip in slips)


def test_slips_print_the_code_that_their_qr_code_holds(slips: list[PrintedSlip]) -> None:
    printed = [slip.code.replace("-", "") for slip in slips]
    assert printed == [str(parse_slip_fragment(slip.url.partition("#")[2]).code) for slip in slips]


def test_slips_carry_meeting_and_key_of_the_archive(sample: Rehearsal, slips: list[PrintedSlip]) -> None:
    [meeting] = sample.list_entries(EntryKind.MEETING)
    [ceremony] = sample.list_entries(EntryKind.CEREMONY)
    hashed, key = (bytes.fromhex(str(ceremony.body[name])) for name in ("ceremony_hash", "key"))
    fingerprint = format_key_fingerprint(compute_key_fingerprint(hashed, key))  # type: ignore[arg-type]
    fragments = {parse_slip_fragment(slip.url.partition("#")[2]) for slip in slips}
    assert {(fragment.meeting, fragment.fingerprint) for fragment in fragments} == {(meeting.body["code"], fingerprint)}


def test_slips_are_the_secrets_of_every_list_in_the_archive(sample: Rehearsal, slips: list[PrintedSlip]) -> None:
    lists = {
        (entry.body["series"], entry.body["slot"]): decode_base64(str(entry.body["credentials"]))
        for entry in sample.list_entries(EntryKind.LIST)
    }
    fragments = [parse_slip_fragment(slip.url.partition("#")[2]) for slip in slips]
    derived = {
        ("A", slot): b"".join(
            sorted(derive_credential(each.code, MeetingCode(each.meeting), slot).public for each in fragments)
        )
        for slot in range(SLOTS)
    }
    assert lists == derived


@pytest.mark.parametrize("name", ["archive.jsonl", "result.json"])
def test_no_name_or_card_number_of_the_roll_is_in_a_file(sample: Rehearsal, name: str) -> None:
    text = unicodedata.normalize("NFC", (sample.out / name).read_text(encoding="utf-8"))
    found = [member for member, card_number in read_roll() if member in text or card_number in text]
    assert set(found) == (VOTED_ON if name == "archive.jsonl" else set())


def test_no_slip_code_is_anywhere_but_on_the_slips(sample: Rehearsal, slips: list[PrintedSlip]) -> None:
    for name in ("archive.jsonl", "result.json"):
        text = (sample.out / name).read_text(encoding="utf-8").upper()
        assert not [slip.code for slip in slips if slip.code in text or slip.code.replace("-", "") in text]
    minutes = squeeze(read_text(sample.out / "minutes.pdf"))
    assert not [slip.code for slip in slips if slip.code in minutes or slip.code.replace("-", "") in minutes]
    assert not [slip.code for slip in slips if slip.code in sample.output + sample.errors]


def test_minutes_print_no_card_number(minutes: str) -> None:
    assert not [card_number for _, card_number in read_roll() if card_number in minutes]
