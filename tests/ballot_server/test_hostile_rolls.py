"""Files made to break the import: each ends in a sentence, not in a crash and not in a wait."""

from __future__ import annotations

import io
import time
import unicodedata
import zipfile

import pytest
from openpyxl import Workbook

from ballot_server.services.import_roll import read_roll
from ballot_server.services.roll_limits import MOST_MEMBERS
from ballot_server.services.roll_problem import RollCause, RollError
from tests.support.registers import HEADINGS, Registry, open_registry

ROW = "An,1,official,,,,,,,"
LONGEST_WAIT_SECONDS = 60


def refuse(name: str, data: bytes) -> set[RollCause]:
    """Read a file that must be refused; return for which causes."""
    with pytest.raises(RollError) as caught:
        read_roll((name, data))
    return {problem.cause for problem in caught.value.problems}


def save(workbook: Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def make_workbook(*rows: tuple[object, ...]) -> Workbook:
    workbook = Workbook()
    assert workbook.active is not None
    for row in (("name", "card_number", "class"), *rows):
        workbook.active.append(row)
    return workbook


def add_part(data: bytes, name: str, content: bytes) -> bytes:
    """Return an XLSX with one more part."""
    file = io.BytesIO(data)
    with zipfile.ZipFile(file, "a") as package:
        package.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1258", "utf-32"])
def test_csv_of_another_encoding_is_refused(encoding: str) -> None:
    data = f"{HEADINGS}\nĐỗ Ánh,1,official,,,,,,,".encode(encoding, errors="replace")
    assert refuse("roll.csv", data) & {RollCause.NOT_UTF8, RollCause.HIDDEN_CHARACTER}


@pytest.mark.parametrize("character", ["\u202e", "\u200f", "\u2066", "\u200b", "\ufeff", "\x00", "\x07"])
def test_name_that_reads_other_than_it_is_written_is_refused(character: str) -> None:
    assert refuse("roll.csv", f"{HEADINGS}\nA{character}n,1,official,,,,,,,".encode()) == {RollCause.HIDDEN_CHARACTER}


def test_decomposed_name_is_the_same_name() -> None:
    name = "Nguyễn Thị Ẩn"
    data = f"{HEADINGS}\n{unicodedata.normalize('NFD', name)},1,official,,,,,,,".encode()
    assert read_roll(("roll.csv", data)).entries[0].member.name == name


@pytest.mark.parametrize("text", ["=1+1", '=cmd|"/C calc"!A0', "=HYPERLINK(1)", "='[other.xlsx]Sheet1'!A1"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_formula_is_refused_and_never_evaluated(text: str, suffix: str) -> None:
    if suffix == "xlsx":
        data = save(make_workbook((text, "1", "official")))
    else:
        quoted = text.replace('"', '""')
        data = f'{HEADINGS}\n"{quoted}",1,official,,,,,,,'.encode()
    assert refuse(f"roll.{suffix}", data) == {RollCause.FORMULA}


def test_external_link_is_neither_followed_nor_read() -> None:
    content = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    data = add_part(save(make_workbook(("An", "1", "official"))), "xl/externalLinks/externalLink1.xml", content)
    assert len(read_roll(("roll.xlsx", data)).entries) == 1


def test_macro_in_a_workbook_is_never_run_and_a_macro_workbook_is_refused() -> None:
    data = add_part(save(make_workbook(("An", "1", "official"))), "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" * 100)
    assert len(read_roll(("roll.xlsx", data)).entries) == 1
    assert refuse("roll.xlsm", data) == {RollCause.UNKNOWN_KIND}


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_huge_cell_is_refused(suffix: str) -> None:
    text = "a" * 32_000
    data = f"{HEADINGS}\n{ROW.replace('An', text)}".encode()
    if suffix == "xlsx":
        data = save(make_workbook((text, "1", "official")))
    assert refuse(f"roll.{suffix}", data) == {RollCause.TEXT_TOO_LONG}


def test_cell_of_a_megabyte_is_refused_by_its_row() -> None:
    causes = refuse("roll.csv", f"{HEADINGS}\n{ROW.replace('An', 'a' * 900_000)}".encode())
    assert causes <= {RollCause.TEXT_TOO_LONG, RollCause.BROKEN_QUOTES}


def test_as_many_rows_as_may_be_are_read_before_anybody_gives_up() -> None:
    started = time.monotonic()
    rows = "".join(f"An,{number},official\n" for number in range(MOST_MEMBERS))
    roll = read_roll(("roll.csv", f"name,card_number,class\n{rows}".encode()))
    assert len(roll.entries) == MOST_MEMBERS
    assert time.monotonic() - started < LONGEST_WAIT_SECONDS


def test_as_many_bad_rows_end_in_sentences_on_the_page(tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = "".join(f",{number},\n" for number in range(MOST_MEMBERS))
    with open_registry(tmp_path_factory.mktemp("registry"), roll="") as registry:
        page = read_page(registry, f"name,card_number,class\n{rows}".encode())
    assert "Danh sách có 100000 chỗ phải sửa." in page
    assert len(page) < 200_000


def read_page(registry: Registry, data: bytes) -> str:
    answer = registry.look_through(data)
    assert answer.status_code == 409
    return answer.get_data(as_text=True)


def test_quote_that_never_closes_is_refused() -> None:
    assert refuse("roll.csv", f'{HEADINGS}\n"An,1,official'.encode()) == {RollCause.BROKEN_QUOTES}


def test_deep_xml_is_read_without_a_crash() -> None:
    content = b"<a>" * 100_000 + b"</a>" * 100_000
    data = add_part(save(make_workbook(("An", "1", "official"))), "customXml/item1.xml", content)
    assert len(read_roll(("roll.xlsx", data)).entries) == 1
