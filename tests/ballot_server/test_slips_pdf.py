"""Slips: every QR code reads back, every slip looks like the next, nothing is left behind."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import cv2
import numpy
import numpy.typing
import pymupdf
import pytest

from ballot_server.minutes.qr_code import QUIET_ZONE_MODULES, draw_qr_code
from ballot_server.minutes.slips import TINTS, Slip, SlipSheet, SlipSheetError, name_occasion, render_slips

DPI = 200
MM = 72 / 25.4
MARGIN, WIDTH, HEIGHT, STUB, PART = 6 * MM, 99 * MM, 71.25 * MM, 17 * MM, 41 * MM
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

Image = numpy.typing.NDArray[numpy.uint8]


def make_slips(count: int) -> tuple[Slip, ...]:
    """Return slips with secrets of the right form."""
    source = random.Random(20260115)
    slips = []
    for _ in range(count):
        code = "".join(source.choices(ALPHABET, k=20))
        fingerprint = "".join(source.choices(ALPHABET, k=16))
        groups = "-".join(code[start : start + 4] for start in range(0, 20, 4))
        slips.append(Slip(f"http://192.168.1.10:8080/v#K7M2QX9R.{code}.{fingerprint}", groups))
    return tuple(slips)


def make_sheet(count: int) -> SlipSheet:
    return SlipSheet(
        unit="Chi bộ tổ dân phố số 5",
        meeting="Rà soát, sàng lọc đảng viên",
        date=date(2026, 1, 15),
        series="A",
        colour="blue",
        address="http://192.168.1.10:8080/v",
        slips=make_slips(count),
        wifi="HopChiBo5",
        key_words=("bàn", "sông", "lúa", "mây"),
    )


def open_slips(sheet: SlipSheet) -> pymupdf.Document:
    return pymupdf.open(stream=render_slips(sheet), filetype="pdf")


def find_slip(place: int) -> tuple[int, pymupdf.Rect]:
    """Return the page and the rectangle of the slip at a place, left to right and down."""
    page, on_page = divmod(place, 8)
    row, column = divmod(on_page, 2)
    x, y = MARGIN + column * WIDTH, MARGIN + row * HEIGHT
    return page, pymupdf.Rect(x, y, x + WIDTH, y + HEIGHT)


def find_secret(place: int) -> tuple[int, pymupdf.Rect]:
    """Return the page and the rectangle of a slip's secret part."""
    page, slip = find_slip(place)
    return page, pymupdf.Rect(slip.x0 + STUB, slip.y0, slip.x0 + STUB + PART, slip.y1)


def find_line(document: pymupdf.Document, place: int, text: str) -> tuple[int, int]:
    """Return where on a slip a line with this text stands: in pairs of millimetres from the left, millimetres down."""
    page, area = find_secret(place)
    (word,) = (word for word in document[page].get_text("words", clip=area) if word[4] == text)
    return round((word[0] - area.x0) / MM / 2), round((word[3] - area.y0) / MM)


def draw(document: pymupdf.Document, page: int, clip: pymupdf.Rect) -> Image:
    pixels = document[page].get_pixmap(dpi=DPI, clip=clip, colorspace=pymupdf.csGRAY)
    return numpy.frombuffer(pixels.samples, dtype=numpy.uint8).reshape(pixels.height, pixels.width)


def test_render_slips_prints_every_qr_code_so_that_it_reads_back() -> None:
    sheet = make_sheet(42)
    document = open_slips(sheet)
    detector = cv2.QRCodeDetector()
    read = [detector.detectAndDecode(draw(document, *find_secret(place)))[0] for place in range(42)]
    assert read == [slip.url for slip in sheet.slips]


def test_render_slips_prints_qr_codes_of_25_mm_or_more_with_their_quiet_zone() -> None:
    document = open_slips(make_sheet(8))
    image = draw(document, *find_secret(3))
    found, corners = cv2.QRCodeDetector().detect(image)
    assert found
    left, top = corners[0].min(axis=0)
    right, bottom = corners[0].max(axis=0)
    assert min(right - left, bottom - top) / DPI * 25.4 >= 25
    zone = round((right - left) / 33 * QUIET_ZONE_MODULES) - 1
    around = image[
        max(0, round(top) - zone) : round(bottom) + zone, max(0, round(left) - zone) : round(right) + zone
    ].copy()
    around[zone - 2 : -zone + 2, zone - 2 : -zone + 2] = 255
    assert around.min() > 200


def test_render_slips_prints_every_code_inside_the_folded_part() -> None:
    sheet = make_sheet(16)
    document = open_slips(sheet)
    for place, slip in enumerate(sheet.slips):
        page, area = find_secret(place)
        assert slip.code in "".join(document[page].get_text(clip=area).split())


def test_render_slips_prints_every_code_on_two_lines_in_the_same_places() -> None:
    codes = ("WWWW-MMMM-WWWW-MMMM-WWWW", "1111-1111-1111-1111-1111", "QG0D-7J1W-8X2A-ZZ4K-M3N5")
    sheet = replace(make_sheet(3), slips=tuple(Slip(f"http://x/v#{code}", code) for code in codes))
    document = open_slips(sheet)
    places = {
        tuple(find_line(document, place, line) for line in (code[:15], code[15:])) for place, code in enumerate(codes)
    }
    assert len(places) == 1


def test_render_slips_prints_slips_that_differ_in_their_secret_only() -> None:
    sheet = make_sheet(16)
    document = open_slips(sheet)
    texts = set()
    for place, slip in enumerate(sheet.slips):
        page, area = find_slip(place)
        texts.add("".join(document[page].get_text(clip=area).split()).replace(slip.code, ""))
    assert len(texts) == 1


def test_render_slips_prints_nothing_on_the_stub_that_differs_between_slips() -> None:
    document = open_slips(make_sheet(8))
    stubs = []
    for place in range(0, 8, 2):
        page, slip = find_slip(place)
        x, y = round(slip.x0 * DPI / 72) + 12, round(slip.y0 * DPI / 72) + 12
        whole = draw(document, page, document[page].rect)
        stubs.append(whole[y : y + round(60 / 25.4 * DPI), x : x + round(13 / 25.4 * DPI)])
    lightness = {round(float(stub.mean())) for stub in stubs}
    assert max(lightness) - min(lightness) <= 1


@pytest.mark.parametrize(
    "expected",
    [
        "THẺ BỎ PHIẾU", "Rà soát, sàng lọc đảng viên", "Tắt dữ liệu di động", "Một thẻ dùng cho cả buổi",
        "trả lại thẻ", "HopChiBo5", "http://192.168.1.10:8080/v", "bàn · sông · lúa · mây", "15/01/2026",
    ],
)  # fmt: skip
def test_render_slips_says_how_to_vote(expected: str) -> None:
    page, area = find_slip(0)
    text = open_slips(make_sheet(1))[page].get_text(clip=area)
    assert "".join(expected.split()) in "".join(text.split())


def test_render_slips_leaves_out_wifi_and_key_words_when_there_are_none() -> None:
    text = open_slips(replace(make_sheet(1), wifi="", key_words=()))[0].get_text()
    assert "Wi-Fi" not in text
    assert "khóa" not in text


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (8, 1), (9, 2), (24, 3)])
def test_render_slips_puts_eight_on_a_page(count: int, pages: int) -> None:
    assert open_slips(make_sheet(count)).page_count == pages


def test_render_slips_gives_the_same_bytes_for_the_same_sheet() -> None:
    assert render_slips(make_sheet(3)) == render_slips(make_sheet(3))


def test_render_slips_writes_nothing_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    render_slips(make_sheet(8))
    assert list(tmp_path.iterdir()) == []


def test_render_slips_keeps_secrets_out_of_the_document_information() -> None:
    sheet = make_sheet(2)
    document = open_slips(sheet)
    information = f"{document.metadata} {document.get_xml_metadata()} {document.get_toc()}"
    assert not any(slip.code in information or slip.url in information for slip in sheet.slips)


def test_slip_shows_no_secret_in_its_repr() -> None:
    (slip,) = make_slips(1)
    assert slip.code not in repr(make_sheet(1))


@pytest.mark.parametrize("colour", TINTS)
def test_render_slips_reads_back_on_every_colour(colour: str) -> None:
    sheet = replace(make_sheet(1), colour=colour)
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(draw(open_slips(sheet), *find_secret(0)))
    assert text == sheet.slips[0].url


def test_render_slips_keeps_long_texts_inside_their_slip() -> None:
    long = "Chi bộ Phòng Kế hoạch – Tài chính – Đầu tư và Quản lý dự án công trình ngầm số 5 " * 3
    sheet = replace(make_sheet(4), unit=long, meeting=long, wifi="W" * 32, address="http://" + "a" * 60 + "/v")
    document = open_slips(sheet)
    detector = cv2.QRCodeDetector()
    read = [detector.detectAndDecode(draw(document, *find_secret(place)))[0] for place in range(4)]
    assert read == [slip.url for slip in sheet.slips]


@pytest.mark.parametrize(
    "sheet",
    [
        make_sheet(0),
        replace(make_sheet(1), colour="ultraviolet"),
        replace(make_sheet(1), slips=(Slip("http://x/" + "a" * 80, "0000 0000 0000 0000 0000"),)),
    ],
    ids=["empty", "colour", "long address"],
)
def test_render_slips_refuses_a_sheet_that_cannot_be_used(sheet: SlipSheet) -> None:
    with pytest.raises(SlipSheetError):
        render_slips(sheet)


@pytest.mark.parametrize(
    ("titles", "occasion"), [(["Rà soát"], "Rà soát"), (["Rà soát", "Công nhận"], "2 lần bỏ phiếu trong buổi họp")]
)
def test_name_occasion_gives_the_title_of_one_election_and_the_number_of_several(
    titles: list[str], occasion: str
) -> None:
    assert name_occasion(titles) == occasion


def test_draw_qr_code_leaves_four_modules_of_white_on_each_side() -> None:
    svg = draw_qr_code("HTTP://X")
    side = int(svg.split('viewBox="0 0 ')[1].split(" ")[0])
    starts = [part.split("h")[0].split(" ") for part in svg.split('d="')[1].split('"')[0].split("M")[1:]]
    assert min(int(x) for x, _ in starts) == QUIET_ZONE_MODULES
    assert side == 21 + 2 * QUIET_ZONE_MODULES
