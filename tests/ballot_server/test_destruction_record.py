"""The printed record of a destruction: every word of the decision, every number, places to sign, whatever the texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pymupdf
import pytest

from ballot_server.i18n import Language
from ballot_server.minutes.destruction_record import (
    DestroyedElection,
    DestructionPaper,
    LongerKeeping,
    render_destruction_record,
)
from tests.support.printed_files import count_missing_glyphs, decode_qr_code, list_fonts, read_text, squeeze

HEAD = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"
PAPER = DestructionPaper(
    superior="Đảng bộ phường Ngọc Lâm",
    unit="Chi bộ tổ dân phố số 5",
    place="Nhà văn hóa tổ 5",
    held_on=date(2026, 1, 15),
    rehearsal=False,
    decision_number="12-QĐ/CB",
    decision_on=date(2026, 7, 10),
    deciding_body="Chi ủy Chi bộ tổ dân phố số 5",
    ground="Hết thời hạn lưu, không có khiếu nại",
    carried_out_by="Lê Quang Vinh",
    witnesses=("Phạm Thị Thu Hà", "Hoàng Đức Long"),
    copies="Một bản trên thẻ nhớ, đã hủy",
    ordered_by="Nguyễn Văn Thành",
    confirmed_by="Trần Thị Thư",
    first_until=date(2026, 7, 15),
    longer=(LongerKeeping(date(2026, 8, 31), "Đang giải quyết khiếu nại"),),
    destroyed_on=date(2026, 9, 1),
    elections=(DestroyedElection("Bầu cấp ủy", 18, 2), DestroyedElection("Rà soát", 17, 0)),
    elects=True,
    tested=3,
    credentials=160,
    entries=21,
    head=HEAD,
    archive="ab12" * 16,
    minutes="cd34" * 16,
)


def render(tmp_path: Path, paper: DestructionPaper, language: Language = Language.VIETNAMESE) -> Path:
    path = tmp_path / "record.pdf"
    path.write_bytes(render_destruction_record(paper, language))
    return path


def read(tmp_path: Path, paper: DestructionPaper, language: Language = Language.VIETNAMESE) -> str:
    return squeeze(read_text(render(tmp_path, paper, language)))


@pytest.mark.parametrize(
    "words",
    [
        "CHI BỘ TỔ DÂN PHỐ SỐ 5",
        "tiêu hủy phiếu đã niêm phong và tệp lưu trữ",
        "số 12-QĐ/CB, ngày 10 tháng 7 năm 2026",
        "Chi ủy Chi bộ tổ dân phố số 5",
        "Hết thời hạn lưu, không có khiếu nại",
        "đến hết ngày 31 tháng 8 năm 2026; lý do: Đang giải quyết khiếu nại",
        "Bầu cấp ủy",
        "35 (ba mươi lăm)",
        "21 (hai mươi mốt)",
        "Phiếu giấy (2 tờ)",
        "ab12" * 16,
        "cd34" * 16,
        "Nguyễn Văn Thành ra lệnh, Trần Thị Thư xác nhận",
        "Một bản trên thẻ nhớ, đã hủy",
        "1. Phạm Thị Thu Hà; 2. Hoàng Đức Long.",
        "NGƯỜI THỰC HIỆN",
        "THAY MẶT CHI ỦY CHI BỘ TỔ DÂN PHỐ SỐ 5",
    ],
)
def test_record_says(tmp_path: Path, words: str) -> None:
    assert squeeze(words) in read(tmp_path, PAPER)


def test_record_names_the_source_of_the_period_and_its_mark(tmp_path: Path) -> None:
    assert squeeze("điều 35; theo nguồn thứ cấp – S") in read(tmp_path, PAPER)
    assert squeeze("là suy ra (I)") not in read(tmp_path, PAPER)


def test_record_says_that_the_period_is_an_inference_where_nobody_was_elected(tmp_path: Path) -> None:
    assert squeeze("là suy ra (I)") in read(tmp_path, replace(PAPER, elects=False))


def test_record_has_no_paper_ballots_where_there_were_none(tmp_path: Path) -> None:
    paper = replace(PAPER, elections=(DestroyedElection("Rà soát", 17, 0),))
    assert squeeze("do người thực hiện hủy bằng tay") not in read(tmp_path, paper)


def test_record_carries_the_head_in_its_code(tmp_path: Path) -> None:
    with pymupdf.open(render(tmp_path, PAPER)) as document:
        assert HEAD in {decode_qr_code(page) for page in document if page.get_text().count("ABCD")}


def test_record_of_a_board_without_a_head_has_no_code(tmp_path: Path) -> None:
    assert squeeze("Mã niêm phong của bảng điện tử đã tiêu hủy") not in read(tmp_path, replace(PAPER, head=""))


def test_record_is_the_same_file_for_the_same_destruction() -> None:
    assert render_destruction_record(PAPER) == render_destruction_record(PAPER)


def test_record_embeds_its_fonts_and_lacks_no_glyph(tmp_path: Path) -> None:
    path = render(tmp_path, PAPER)
    assert all(list_fonts(path).values())
    assert count_missing_glyphs(path) == 0


def test_record_of_a_practice_meeting_says_so(tmp_path: Path) -> None:
    assert squeeze("phiếu của buổi diễn tập") in read(tmp_path, replace(PAPER, rehearsal=True))


def test_record_speaks_english(tmp_path: Path) -> None:
    assert squeeze("of the destruction of sealed ballots") in read(tmp_path, PAPER, Language.ENGLISH)


def test_record_holds_texts_of_any_length_and_no_command(tmp_path: Path) -> None:
    hostile = '#panic("x") *a* $x$ <b> \\ ' + "dài " * 40
    paper = replace(
        PAPER,
        decision_number=hostile,
        deciding_body=hostile,
        ground="x" * 200,
        carried_out_by=hostile,
        witnesses=tuple(f"{number} {hostile}" for number in range(9)),
        copies=hostile,
        elections=tuple(DestroyedElection(f"{number} {hostile}", 5000, 12) for number in range(60)),
    )
    path = render(tmp_path, paper)
    assert squeeze('#panic("x") *a* $x$ <b> \\') in squeeze(read_text(path))
    with pymupdf.open(path) as document:
        for page in document:
            width = page.rect.width
            assert all(block[0] >= 0 and block[2] <= width for block in page.get_text("blocks"))
