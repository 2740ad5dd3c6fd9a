"""The list of units: read as clerks keep it, refused by row and column, and never guessed."""

from __future__ import annotations

import pytest

from ballot_server.i18n import Language
from ballot_server.services.read_units import LARGEST_LIST_BYTES, MOST_COLUMNS, MOST_UNITS, read_units
from ballot_server.services.unit_problem import UnitCause, UnitProblem, UnitsError, describe_unit_problem
from tests.support.reports import list_unit, write_units

ONE, TWO = list_unit(1), list_unit(2)


def refuse(text: str | bytes) -> tuple[UnitProblem, ...]:
    with pytest.raises(UnitsError) as caught:
        read_units(text.encode() if isinstance(text, str) else text)
    return caught.value.problems


def test_list_is_read_in_its_order() -> None:
    assert read_units(write_units([TWO, ONE])) == (TWO, ONE)


@pytest.mark.parametrize("heading", ["unit,key,note", "Đơn vị,Dấu khóa,Ghi chú", "DON VI,dau khoa,GHI_CHU"])
def test_headings_are_known_in_both_languages(heading: str) -> None:
    assert read_units(f"{heading}\nChi bộ 1,{ONE.key},\n".encode()) == (ONE,)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_list_is_read_as_spreadsheets_write_it(delimiter: str, mark: str, end: str) -> None:
    lines = [delimiter.join(["key", "unit"]), delimiter.join([ONE.key, '"Chi bộ 1"']), ""]
    assert read_units((mark + end.join(lines)).encode()) == (ONE,)


def test_name_with_a_comma_is_read_from_quotes() -> None:
    assert read_units(f'unit,key\n"Chi bộ 1, tổ 5",{ONE.key}\n'.encode())[0].name == "Chi bộ 1, tổ 5"


def test_key_is_read_as_people_type_it() -> None:
    typed = ONE.key.lower().replace("-", " ")
    assert read_units(f"unit,key\nChi bộ 1,{typed}\n".encode()) == (ONE,)


def test_note_is_kept_and_may_be_missing() -> None:
    assert read_units(f"unit,key,note\nA,{ONE.key},máy mới\nB,{TWO.key}\n".encode())[0].note == "máy mới"


def test_same_unit_twice_is_refused_by_row_and_column() -> None:
    problems = refuse(f"unit,key\nChi bộ 1,{ONE.key}\n\nCHI  BỘ 1,{TWO.key}\n")
    assert problems == (UnitProblem(UnitCause.DOUBLED_UNIT, 4, "unit", "CHI BỘ 1", "2"),)


def test_same_key_for_two_units_is_refused_by_row_and_column() -> None:
    problems = refuse(f"đơn vị;dấu khóa\nA;{ONE.key}\nB;{ONE.key.lower()}\n")
    assert problems == (UnitProblem(UnitCause.DOUBLED_KEY, 3, "dấu khóa", ONE.key.lower(), "2"),)


def test_every_problem_is_told_in_the_order_of_the_file() -> None:
    problems = refuse(f"unit,key\n,{ONE.key}\nB,\nC,1234\n=1+1,{TWO.key}\n")
    assert [(problem.cause, problem.row, problem.column) for problem in problems] == [
        (UnitCause.MISSING_VALUE, 2, "unit"),
        (UnitCause.MISSING_VALUE, 3, "key"),
        (UnitCause.NOT_A_KEY, 4, "key"),
        (UnitCause.FORMULA, 5, "unit"),
    ]


@pytest.mark.parametrize(
    ("text", "cause", "row"),
    [
        ("", UnitCause.EMPTY_FILE, None),
        ("\n \n", UnitCause.EMPTY_FILE, None),
        ("unit,key\n", UnitCause.NO_UNITS, 1),
        (b"unit,key\nChi b\xf4 1,x\n", UnitCause.NOT_UTF8, 2),
        ('unit,key\n"Chi,x\n', UnitCause.BROKEN_QUOTES, 2),
        ("unit\nA\n", UnitCause.MISSING_COLUMN, 1),
        (f"unit,key,tel\nA,{ONE.key},1\n", UnitCause.UNKNOWN_COLUMN, 1),
        (f"unit,key,Đơn vị\nA,{ONE.key},1\n", UnitCause.DOUBLED_COLUMN, 1),
        (f"unit,key\nA,{ONE.key},tổ 5\n", UnitCause.CELL_WITHOUT_HEADING, 2),
        (f"unit,key\nA\u202eB,{ONE.key}\n", UnitCause.HIDDEN_CHARACTER, 2),
        (f"unit,key\n{'A' * 6000},{ONE.key}\n", UnitCause.TEXT_TOO_LONG, 2),
        (f"unit,key{',' * MOST_COLUMNS}x\nA,{ONE.key}\n", UnitCause.TOO_MANY_COLUMNS, 1),
        ("unit,key\n" + "A,x\n" * (MOST_UNITS + 1), UnitCause.TOO_MANY_ROWS, MOST_UNITS + 2),
        (b"\x00" * (LARGEST_LIST_BYTES + 1), UnitCause.FILE_TOO_LARGE, None),
        (b"PK\x03\x04\xff\xfe binary", UnitCause.NOT_UTF8, 1),
    ],
    ids=lambda value: value.value if isinstance(value, UnitCause) else "",
)
def test_unfit_list_is_refused_with_its_cause(text: str | bytes, cause: UnitCause, row: int | None) -> None:
    assert [(problem.cause, problem.row) for problem in refuse(text)] == [(cause, row)]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("cause", list(UnitCause))
def test_every_cause_has_a_sentence_in_which_nothing_is_hidden(cause: UnitCause, language: Language) -> None:
    said = describe_unit_problem(UnitProblem(cause, 7, "unit\u202e", "x\u202e", "9"), language)
    assert said.endswith(".")
    assert "\u202e" not in said
