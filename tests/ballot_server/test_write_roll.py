"""Exporting the roll: what spreadsheets would run is text, and what was exported is read back unchanged."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from ballot_server.domain.member import CardNumber, Exemption, ExemptionBook, Member, MemberClass
from ballot_server.minutes.sheet_text import neutralise
from ballot_server.services.import_roll import read_roll
from ballot_server.services.plain_text import find_hidden_character, normalise_text
from ballot_server.services.write_roll import write_roll_csv, write_roll_workbook

AN = Member("Đỗ Thị An", CardNumber("000100"), MemberClass.OFFICIAL)
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "\0x", "=", "＝1", "＋1", "－1", "＠x", "'=1", "''@x"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_neutralise_puts_an_apostrophe_before_what_a_spreadsheet_may_run(text: str) -> None:
    assert neutralise(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "An", "'An", "1-2", "a=b", "00123", "ý kiến @ họp"])
def test_neutralise_leaves_plain_text_alone(text: str) -> None:
    assert neutralise(text) == text


@pytest.mark.parametrize("text", ["=HYPERLINK(0)", "+84", "-", "@x", "'=1", "''+1", "＝1"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_dangerous_text_comes_back_as_it_was(text: str, suffix: str) -> None:
    member = Member("An", CardNumber("1"), MemberClass.OFFICIAL, position=text, note=text)
    assert read_back([member], suffix) == [member]


def test_csv_cells_begin_with_nothing_a_spreadsheet_runs() -> None:
    member = Member("=cmd|' /C calc'!A0", CardNumber("-1"), MemberClass.OFFICIAL, note='@"x",\r\ny')
    rows = list(csv.reader(io.StringIO(write_roll_csv([member]).decode("utf-8-sig"), newline="")))
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r\0")]


def test_csv_begins_with_its_mark_and_ends_its_rows_as_the_rfc_says() -> None:
    data = write_roll_csv([AN])
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") == 2


def test_workbook_holds_text_and_no_formula() -> None:
    member = Member("=1+1", CardNumber("00123"), MemberClass.OFFICIAL, note="#REF!")
    sheet = load_workbook(io.BytesIO(write_roll_workbook([member]))).active
    assert sheet is not None
    cells = [cell for cell in sheet[2] if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}


TEXTS = (
    st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp"]), max_size=30)
    .map(normalise_text)
    .filter(lambda text: find_hidden_character(text) is None)
)
NAMES = TEXTS.filter(bool)
DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 1, 1))


@st.composite
def make_members(draw: st.DrawFn) -> list[Member]:
    members = []
    for number in range(draw(st.integers(1, 4))):
        book = draw(st.sampled_from([None, *ExemptionBook]))
        exemption = None
        if book is not None:
            starts, ends = sorted((draw(DAYS), draw(DAYS)))
            open_ended = book is ExemptionBook.AGE_HEALTH and draw(st.booleans())
            exemption = Exemption(book, draw(NAMES), starts, None if open_ended else ends)
        members.append(
            Member(
                name=draw(NAMES),
                card_number=CardNumber(f"{draw(st.sampled_from(['00', '=', 'ĐV ', '-']))}{number}"),
                member_class=draw(st.sampled_from(MemberClass)),
                exemption=exemption,
                transferred_out=draw(st.booleans()),
                suspended=draw(st.booleans()),
                excused_whole_congress=draw(st.booleans()),
                incumbent=draw(st.booleans()),
                position=draw(TEXTS),
                note=draw(TEXTS),
            )
        )
    return members


def read_back(members: list[Member], suffix: str) -> list[Member]:
    data = write_roll_csv(members) if suffix == "csv" else write_roll_workbook(members)
    return [entry.member for entry in read_roll((f"roll.{suffix}", data)).entries]


@settings(max_examples=150, deadline=None)
@given(make_members())
def test_csv_is_read_back_unchanged_whatever_the_members(members: list[Member]) -> None:
    assert read_back(members, "csv") == members


@settings(max_examples=15, deadline=None)
@given(make_members())
def test_workbook_is_read_back_unchanged_whatever_the_members(members: list[Member]) -> None:
    assert read_back(members, "xlsx") == members


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_decomposed_name_is_exported_and_read_in_composed_form(suffix: str) -> None:
    decomposed = unicodedata.normalize("NFD", "Đỗ Thị Ẩn")
    member = Member(normalise_text(decomposed), CardNumber("007"), MemberClass.OFFICIAL)
    assert read_back([member], suffix)[0].name == "Đỗ Thị Ẩn"
